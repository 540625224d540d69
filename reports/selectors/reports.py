"""Reports by their slug, whether shipped or saved."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from wagtail.models import ModelLogEntry

from reports.checking import check_spec
from reports.definitions import Definition, shipped
from reports.exceptions import InvalidSpec, UnknownReport
from reports.models import Report
from reports.policies import visible_to
from reports.registries import Source, source_for, sources
from reports.spec import read_spec


def report_for(slug: str) -> Definition:
    """The report called ``slug``; UnknownReport where there is none, InvalidSpec where a saved one has lost its shape."""
    if slug in shipped:
        return shipped[slug]
    report = Report.objects.filter(slug=slug).first()
    if report is None:
        raise UnknownReport(slug)
    return definition_of(report)


def definition_of(report: Report) -> Definition:
    return Definition(slug=report.slug, title=report.title, description=report.description, spec=read_spec(report.spec))


def words_of(definition: Definition) -> str:
    """What a report says of itself, with its rule: the description of a copy, which has no rule of its own."""
    rule = str(definition.rule)
    if definition.spec.params:
        rule %= {param.name: param.default for param in definition.spec.params}
    return " ".join(filter(None, (str(definition.description), rule)))


# What people find ---------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """A report somebody may read. ``report`` where it is a saved one; ``definition`` is None where it lost its shape,
    and then ``problems`` says how."""

    slug: str
    title: str
    description: str
    source: Source | None
    definition: Definition | None = None
    report: Report | None = None
    problems: tuple[str, ...] = ()

    @property
    def base(self) -> Definition | None:
        """The shipped report this one was made from, as it is today."""
        return shipped.get(self.report.based_on) if self.report else None

    @property
    def has_newer_base(self) -> bool:
        """Whether the shipped report has changed since this one was made from it."""
        base = self.base
        return bool(self.report and base and base.version > (self.report.based_on_version or 0))


def usable_sources(viewer: Any) -> list[Source]:
    """The sources ``viewer`` may make reports of, by title."""
    return sorted((source for source in sources.values() if source.may_use(viewer)), key=lambda one: str(one.title))


def shipped_reports(viewer: Any) -> list[Definition]:
    """Those whose source ``viewer`` may use, by title."""
    found = [one for one in shipped.values() if source_for(one.spec.source).may_use(viewer)]
    return sorted(found, key=lambda one: str(one.title).casefold())


def saved_reports(viewer: Any) -> QuerySet[Report]:
    """Those ``viewer`` may read, but for reports of sources closed to them."""
    closed = [source.key for source in sources.values() if not source.may_use(viewer)]
    return visible_to(viewer, Report.objects.exclude(spec__source__in=closed)).select_related("owner")


def opened_report(*, slug: str, viewer: Any) -> Opened:
    """The report called ``slug`` as ``viewer`` may read it. UnknownReport where there is none, or none for them."""
    if slug in shipped:
        definition = shipped[slug]
        source = source_for(definition.spec.source)
        if not source.may_use(viewer):
            raise UnknownReport(slug)
        return Opened(slug, str(definition.title), str(definition.description), source, definition)
    report = saved_reports(viewer).filter(slug=slug).first()
    if report is None:
        raise UnknownReport(slug)
    key = report.spec.get("source", "") if isinstance(report.spec, dict) else ""
    opened = Opened(slug, report.title, report.description, sources.get(key), report=report)
    try:
        definition = definition_of(report)
        check_spec(definition.spec)
    except InvalidSpec as error:
        return replace(opened, problems=error.problems)
    return replace(opened, definition=definition)


def log_of(report: Report, limit: int) -> tuple[list[ModelLogEntry], int]:
    """The newest ``limit`` entries of the report's history, and how many there are."""
    entries = ModelLogEntry.objects.for_instance(report).select_related("user").order_by("-timestamp", "-pk")
    return list(entries[:limit]), entries.count()


def before_save(report: Report, entry: str) -> dict[str, Any] | None:
    """Title, description and spec that a save replaced, by the number of its log entry; None where there is no such save."""
    if not (entry.isascii() and entry.isdigit() and len(entry) < 19):
        return None
    found = ModelLogEntry.objects.for_instance(report).filter(pk=entry).first()
    return found.data.get("before") if found else None

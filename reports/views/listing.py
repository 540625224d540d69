"""All reports somebody may read: their own, those shared with them, and those that come with Lectern."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail_modeladmin.helpers import AdminURLHelper

from reports.checking import check_spec
from reports.definitions import Definition
from reports.exceptions import InvalidSpec, ReportError, UnknownReport
from reports.models import Report, ReportShare, Schedule
from reports.policies import MAY_READ, may_change_report, may_export
from reports.registries import sources
from reports.selectors.audiences import share_names
from reports.selectors.reports import Opened, definition_of, opened_report, saved_reports, shipped_reports
from reports.services import delete_report, duplicate_report, duplicate_saved
from workbench.furniture import furniture

ICON = "table"
# More than this many saved reports are shown only to whoever searches.
MOST_LISTED = 200


@dataclass(frozen=True)
class Action:
    label: str
    url: str
    is_post: bool = False
    is_serious: bool = False
    # What is read out where several links bear one name.
    words: str = ""


@dataclass(frozen=True)
class Entry:
    title: str
    url: str
    description: str
    source: str
    owner: str = ""
    changed: Any = None
    shared_with: str = ""
    is_broken: bool = False
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    entries: list[Entry]
    is_saved: bool = True


def require_reader(request: Any) -> None:
    if not request.user.has_perm(MAY_READ):
        raise PermissionDenied


def opened_or_404(request: Any, slug: str) -> Opened:
    require_reader(request)
    try:
        return opened_report(slug=slug, viewer=request.user)
    except UnknownReport as error:
        raise Http404(str(error)) from None


def trail() -> tuple[str, Any]:
    return reverse("reports_list"), _("Reports")


@require_safe
def list_page(request) -> HttpResponse:
    """Every report the viewer may read, narrowed by words of its title, description, owner or source."""
    require_reader(request)
    viewer, query = request.user, " ".join(request.GET.get("q", "").split())[:100]
    readable = saved_reports(viewer).order_by("title", "pk")
    # Whoever searches finds those as well that are too many to list.
    rows = (report for report in readable.iterator() if fits(query, *texts_of(report, viewer)))
    saved = list(islice(rows, MOST_LISTED + 1) if query else readable[: MOST_LISTED + 1])
    shares = ReportShare.objects.filter(report__in=[report.pk for report in saved])
    names = names_by_report(shares)
    entries = [(report, saved_entry(report, names.get(report.pk, []), viewer)) for report in saved[:MOST_LISTED]]
    shipped = [shipped_entry(definition, viewer) for definition in shipped_reports(viewer)]
    fitting = [entry for entry in shipped if fits(query, entry.title, entry.description, entry.source)]
    own = [entry for report, entry in entries if report.owner_id == viewer.pk]
    others = [entry for report, entry in entries if report.owner_id != viewer.pk]
    sections = [
        Section("own", _("Yours"), own),
        Section("others", _("By others"), others),
        Section("shipped", _("Come with Lectern"), fitting, is_saved=False),
    ]
    found = sum(len(section.entries) for section in sections)
    context = {
        **furniture(_("Reports"), ICON),
        "sections": [section for section in sections if section.entries],
        "query": query,
        "found": found,
        "total": (readable.count() if query else len(entries)) + len(shipped),
        "may_add": viewer.has_perm("reports.add_report"),
        "may_export": may_export(viewer),
        "has_own": bool(own),
        "is_cut": len(saved) > MOST_LISTED,
        "most": MOST_LISTED,
    }
    return render(request, "reports/list.html", context)


def names_by_report(shares: Iterable[ReportShare]) -> dict[int, list[str]]:
    shares = list(shares)
    words, found = share_names(shares), defaultdict(list)
    for share in shares:
        found[share.report_id].append(words.get((share.audience, share.key), _("somebody who is gone")))
    return found


def fits(query: str, *texts: str) -> bool:
    """Whether each word of ``query`` is in one of ``texts``."""
    text = " ".join(texts).casefold()
    return all(word in text for word in query.casefold().split())


def texts_of(report: Report, viewer: Any) -> tuple[str, ...]:
    owner = "" if report.owner_id == viewer.pk else report.owner.name
    return report.title, report.description, owner, source_words(report)


def source_words(report: Report) -> str:
    key = report.spec.get("source", "") if isinstance(report.spec, dict) else ""
    source = sources.get(key)
    return str(source.title) if source else _("%(key)s (gone)") % {"key": key or "?"}


def saved_entry(report: Report, names: list[str], viewer: Any) -> Entry:
    shown = ", ".join(names[:2])
    if len(names) > 2:
        shown = _("%(names)s and %(count)d more") % {"names": shown, "count": len(names) - 2}
    return Entry(
        title=report.title,
        url=reverse("reports_report", args=[report.slug]),
        description=report.description,
        source=source_words(report),
        owner="" if report.owner_id == viewer.pk else report.owner.name,
        changed=report.updated_at,
        shared_with=shown,
        is_broken=not runs(report),
        actions=actions_of(report.slug, report.title, viewer, report=report),
    )


def runs(report: Report) -> bool:
    """Whether nothing it names has gone since it was saved. Asks no row."""
    try:
        check_spec(definition_of(report).spec)
    except InvalidSpec:
        return False
    return True


def shipped_entry(definition: Definition, viewer: Any) -> Entry:
    source = sources[definition.spec.source]
    return Entry(
        title=str(definition.title),
        url=reverse("reports_report", args=[definition.slug]),
        description=str(definition.description),
        source=str(source.title),
        actions=actions_of(definition.slug, str(definition.title), viewer),
    )


def actions_of(slug: str, title: str, viewer: Any, *, report: Report | None = None) -> tuple[Action, ...]:
    """What ``viewer`` may do with a report besides reading it."""
    found = []

    def action(label: str, name: str, **more: Any) -> None:
        found.append(Action(label, reverse(name, args=[slug]), words=f"{label}: {title}", **more))

    if report and may_change_report(viewer, report):
        action(_("Edit"), "reports_edit")
    if viewer.has_perm("reports.add_report"):
        if report:
            action(_("Duplicate"), "reports_duplicate", is_post=True)
        else:
            action(_("Customize"), "reports_customize")
    if viewer.has_perm("reports.add_schedule"):
        url = f"{AdminURLHelper(Schedule).create_url}?report={slug}"
        found.append(Action(_("Schedule"), url, words=f"{_('Schedule')}: {title}"))
    if report and may_change_report(viewer, report, "delete"):
        action(_("Delete"), "reports_delete", is_serious=True)
    return tuple(found)


@require_POST
def duplicate_view(request, slug) -> HttpResponse:
    opened = opened_or_404(request, slug)
    if not request.user.has_perm("reports.add_report"):
        raise PermissionDenied
    try:
        if opened.report:
            copy = duplicate_saved(report=opened.report, owner=request.user)
        else:
            copy = duplicate_report(definition=opened.definition, owner=request.user, based_on=opened.definition)
    except InvalidSpec as error:
        messages.error(request, _("Nothing was copied. %(problems)s") % {"problems": str(error)})
        return redirect("reports_report", slug)
    messages.success(request, _("“%(title)s” is yours now. Nobody else sees it until you share it.") % {"title": copy})
    return redirect("reports_edit", copy.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def delete_view(request, slug) -> HttpResponse:
    """Asks first; only POST deletes."""
    opened = opened_or_404(request, slug)
    report = opened.report
    if report is None or not may_change_report(request.user, report, "delete"):
        raise PermissionDenied
    if request.method == "POST":
        try:
            delete_report(report=report, editor=request.user)
        except ReportError as error:
            messages.error(request, str(error))
            return redirect("reports_report", slug)
        messages.success(request, _("“%(title)s” is deleted.") % {"title": report.title})
        return redirect("reports_list")
    names = names_by_report(report.shares.all()).get(report.pk, [])
    context = {
        **furniture(_("Delete “%(title)s”") % {"title": report.title}, ICON, trail(), last=_("Delete")),
        "report": report,
        "shared_with": ", ".join(names),
        "changed": date_format(localtime(report.updated_at), "j M Y"),
    }
    return render(request, "reports/delete.html", context)

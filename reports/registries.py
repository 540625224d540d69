"""The report sources by key. A source without a `scope` of its own is found by a system check."""

from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.core.checks import Error
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.columns import Aggregation, Column, Type, Words
from reports.exceptions import UnknownSource

RECORDS = "records"


class Source:
    """Rows of one model that reports are made of.

    Class attributes that are a `Column` are what a report may show, and their names are their keys. Every source has
    ``records`` besides, which counts its rows. Numbers about rows of another model ("lessons done") are subqueries in
    a column's expression, never joins: two of them beside each other would multiply each other's sums. A column's
    ``joins`` are for what is one row at most, such as the primary team on a day.
    """

    key: ClassVar[str] = ""
    title: ClassVar[Words] = ""
    description: ClassVar[Words] = ""
    model: ClassVar[type[Model]]
    # What is shown of single rows, where nobody has chosen.
    details: ClassVar[tuple[str, ...]] = ()
    # Who may make and open reports of this source at all. Which rows they get is `scope`'s business.
    permission: ClassVar[str] = "reports.view_dashboard"
    # Who has this right gets every row there is.
    all_rows: ClassVar[str] = "learning.view_all_enrollments"
    columns: ClassVar[dict[str, Column]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {name: replace(value, key=name) for name, value in vars(cls).items() if isinstance(value, Column)}
        cls.columns = {RECORDS: RECORDS_COLUMN, **cls.columns, **own}

    def database(self) -> str:
        """The alias of the database its rows are read from."""
        return settings.REPORTS_DATABASE

    def queryset(self) -> QuerySet:
        """Every row there is, before anybody looks."""
        return self.model._default_manager.all()

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        """``queryset`` cut down to what ``viewer`` may open. Without joins to many, which would double rows."""
        raise NotImplementedError

    def scope_key(self, viewer: Any) -> str:
        """A text that is equal for two viewers only where `scope` gives both the same rows."""
        return f"person:{viewer.pk}"

    def scope_words(self, viewer: Any) -> str:
        """Whose rows these are, in words."""
        raise NotImplementedError

    def may_use(self, viewer: Any) -> bool:
        return bool(viewer.is_active and viewer.has_perm(self.permission))

    def sees_all(self, viewer: Any) -> bool:
        """Whether nobody gets a row of this source that ``viewer`` does not get."""
        return self.may_use(viewer) and viewer.has_perm(self.all_rows)


RECORDS_COLUMN = Column(
    key=RECORDS,
    label=_("Rows"),
    type=Type.NUMBER,
    expression="pk",
    aggregations=frozenset({Aggregation.COUNT, Aggregation.SHARE}),
    operators=frozenset(),
    only_adds_up=True,
)

SourceClass = TypeVar("SourceClass", bound=Source)

sources: dict[str, Source] = {}


def register_source(cls: type[SourceClass]) -> type[SourceClass]:
    sources[cls.key] = cls()
    return cls


def source_for(key: str) -> Source:
    """The source called ``key``; UnknownSource where there is none."""
    try:
        return sources[key]
    except KeyError:
        raise UnknownSource(key) from None


def check_sources(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """Every source says whose rows it shows."""
    return [
        Error(
            f"The report source {source.key!r} has no {name} of its own.",
            hint=f"Define {name}; without it everybody would get every row.",
            obj=type(source),
            id="reports.E001",
        )
        for source in sources.values()
        for name in ("scope", "scope_words")
        if getattr(type(source), name) is getattr(Source, name)
    ]

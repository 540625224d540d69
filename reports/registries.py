"""The report sources by key. A source without a `scope` of its own is found by a system check."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.checks import Error
from django.db.models import QuerySet

from reports.exceptions import UnknownReport
from reports.results import Column, Summary
from workbench.days import site_day


@dataclass(frozen=True)
class Moment:
    """The moment a report speaks of, and the zone its dates are said in."""

    at: dt.datetime
    zone: zoneinfo.ZoneInfo

    @property
    def local(self) -> dt.datetime:
        return self.at.astimezone(self.zone)

    @property
    def today(self) -> dt.date:
        """The day in the site's zone, which is the one due dates are kept in."""
        return site_day(self.at)


class Source:
    """One report. Rows come from one query of values; nothing in it may cost a query per row."""

    key: str = ""
    title: Any = ""

    def queryset(self) -> QuerySet:
        """Every row there is, before anybody looks."""
        raise NotImplementedError

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        """``queryset`` cut down to what ``viewer`` may open."""
        raise NotImplementedError

    def scope_key(self, viewer: Any) -> str:
        """A text that is equal for two viewers only where `scope` gives both the same rows."""
        return f"person:{viewer.pk}"

    def scope_words(self, viewer: Any) -> str:
        """Whose rows these are, in words."""
        raise NotImplementedError

    def columns(self) -> tuple[Column, ...]:
        raise NotImplementedError

    def rows(self, queryset: QuerySet, moment: Moment) -> QuerySet:
        """The rows as a `values_list` in a total order."""
        raise NotImplementedError

    def row(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """One database row as one value per column."""
        return values

    def summary(self, queryset: QuerySet, moment: Moment) -> Summary:
        """The sentence, the chart and the groups, over all rows, in a constant number of queries."""
        raise NotImplementedError


SourceClass = TypeVar("SourceClass", bound=Source)

sources: dict[str, Source] = {}


def register_source(cls: type[SourceClass]) -> type[SourceClass]:
    sources[cls.key] = cls()
    return cls


def source_for(key: str) -> Source:
    """The source called ``key``; UnknownReport where there is none."""
    try:
        return sources[key]
    except KeyError:
        raise UnknownReport(key) from None


def check_sources(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """Every source says whose rows it shows."""
    return [
        Error(
            f"The report source {source.key!r} has no scope of its own.",
            hint="Define scope(queryset, viewer); without it everybody would get every row.",
            obj=type(source),
            id="reports.E001",
        )
        for source in sources.values()
        if type(source).scope is Source.scope
    ]

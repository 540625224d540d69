"""Dashboards as data: which reports stand on them as tiles, how each is drawn, and what the page narrows them to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from reports.columns import Operator, Words
from reports.periods import Span
from reports.relative_dates import Days
from reports.spec import ChartSpec, Spec

# What a page may be narrowed to besides days, and the filter of a report that each is said to.
FILTERS = {"course": "course_any_of", "team": "team_any_of", "learner": "account_any_of"}
Choice = Literal["course", "team", "learner"]


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One report on a dashboard, drawn by its own chart or by ``chart``, which is drawn from the report's rows.

    ``figure`` makes it one number in large type, that key number of the report, against the stretch before. With
    ``lists`` it shows the rows themselves. ``days`` names the filter of the report that the page's days go to; a tile
    without one speaks of today, whatever days are chosen. ``empty`` says what to do where there is nothing yet.
    """

    key: str
    report: str
    title: Words = ""
    chart: ChartSpec | None = None
    figure: int | None = None
    lists: bool = False
    days: str = ""
    width: Literal["quarter", "third", "half", "whole"] = "half"
    note: Words = ""
    empty: Words = ""
    # Above zero this number is bad news.
    is_alarm: bool = False


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """``needs`` is what has to be chosen before there is anything to show; ``offers`` what can be chosen besides."""

    slug: str
    title: Words
    description: Words
    tiles: tuple[Tile, ...]
    needs: Choice | None = None
    offers: tuple[Choice, ...] = ()
    has_days: bool = True
    # All of these besides the right to open dashboards.
    permissions: tuple[str, ...] = ()
    version: int = 1

    @property
    def choices(self) -> tuple[Choice, ...]:
        return (self.needs, *self.offers) if self.needs else self.offers

    def tile(self, key: str) -> Tile | None:
        return next((tile for tile in self.tiles if tile.key == key), None)


@dataclass(frozen=True)
class Narrowing:
    """What a page is narrowed to: days, the stretch before them, and keys by `FILTERS`. It holds for all its tiles."""

    span: Span = Span.ALL
    days: Days | None = None
    before: Days | None = None
    chosen: dict[str, str] = field(default_factory=dict)

    def fields(self, tile: Tile, spec: Spec, days: Days | None) -> Iterator[tuple[str, str]]:
        """The same as the fields of the filters on the report's own page: a tile and its report are asked one thing."""
        # On the dashboard days are everybody's, whatever the reader's zone.
        yield "clock", "site"
        if tile.days and days:
            yield f"{tile.days}-value", days.first.isoformat()
            yield f"{tile.days}-until", days.last.isoformat()
        for name, key in self.chosen.items():
            yield f"{FILTERS[name]}-values", key
        for entry in spec.filters:
            # The page says which days: a report's own are left out.
            if tile.days and entry.operator == Operator.WITHIN:
                yield f"{entry.name}-relative", ""


dashboards: dict[str, Dashboard] = {}


def register_dashboard(dashboard: Dashboard) -> Dashboard:
    dashboards[dashboard.slug] = dashboard
    return dashboard

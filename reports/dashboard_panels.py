"""A dashboard in words, charts and tables, made from its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.chart_panels import Cell, Panel
from reports.charts import BarChart, LineChart, Series
from reports.columns import Type
from reports.dashboards import Figures, KeyFigures, What, named_and_rest, overdue_of, percent
from reports.figures import drawn, number
from reports.periods import BEFORE, OF, WITHIN, Period

OTHER, NO_TEAM = "other", "none"


class RowsAddress(Protocol):
    """The address of the rows behind a number; ``course`` and ``team`` may be `OTHER`, ``team`` `NO_TEAM`."""

    def __call__(self, what: What, **narrowed: Any) -> str: ...


@dataclass(frozen=True)
class Tile:
    """One number. ``note`` says it against the stretch before, whose rows ``note_url`` opens."""

    name: str
    value: str
    url: str
    note: str = ""
    note_url: str = ""
    is_bad: bool = False


@dataclass(frozen=True)
class Dashboard:
    sentence: str
    tiles: tuple[Tile, ...]
    panels: tuple[Panel, ...]


def dashboard(figures: Figures, rows: RowsAddress) -> Dashboard:
    return Dashboard(
        sentence=sentence(figures),
        tiles=tuple(tiles(figures, rows)),
        panels=(
            runs_panel(figures, rows),
            active_panel(figures, rows),
            courses_panel(figures, rows),
            overdue_by_team_panel(figures, rows),
            overdue_by_course_panel(figures, rows),
        ),
    )


# Words ------------------------------------------------------------------------


def sentence(figures: Figures) -> str:
    """What the numbers say, in two or three sentences."""
    span = figures.period.span
    enrolled, finished, overdue = (figures.total(field) for field in ("enrolled", "finished", "overdue"))
    if enrolled:
        said = [
            ngettext(
                "%(share)s %% of the %(enrolled)s enrollment %(of)s is completed.",
                "%(share)s %% of the %(enrolled)s enrollments %(of)s are completed.",
                enrolled,
            )
            % {"share": percent(finished, enrolled), "enrolled": number(enrolled), "of": OF[span]}
        ]
    else:
        said = [_("Nobody enrolled %(within)s.") % {"within": WITHIN[span]}]
    if overdue:
        said.append(_overdue_words(figures, overdue))
    else:
        said.append(_("None is overdue."))
    begun = [course for course in figures.courses if course.enrolled]
    low = min(begun, key=lambda course: (course.finished / course.enrolled, -course.enrolled), default=None)
    if low and len(begun) > 1 and low.finished < low.enrolled:
        said.append(
            _("“%(course)s” is furthest behind: %(finished)s of %(enrolled)s.")
            % {"course": low.title, "finished": number(low.finished), "enrolled": number(low.enrolled)}
        )
    return " ".join(said)


def _overdue_words(figures: Figures, overdue: int) -> str:
    words = ngettext("%(n)s is overdue", "%(n)s are overdue", overdue) % {"n": number(overdue)}
    # The teams come most first; one is worth naming where it stands out.
    if len(figures.teams) > 1 and figures.teams[0].key and figures.teams[0].overdue > figures.teams[1].overdue:
        most = figures.teams[0]
        words = _("%(overdue)s, %(n)s of them in %(team)s") % {
            "overdue": words,
            "n": number(most.overdue),
            "team": most.name,
        }
    return f"{words}."


def change(value: int, before: int, period: Period) -> str:
    """``value`` against the stretch before, in words."""
    words = {"before": BEFORE[period.span], "n": number(abs(value - before)), "count": number(before)}
    if not before:
        return _("none %(before)s") % words
    if value > before:
        return _("%(n)s more than %(before)s (%(count)s)") % words
    if value < before:
        return _("%(n)s fewer than %(before)s (%(count)s)") % words
    return _("as many as %(before)s") % words


def tiles(figures: Figures, rows: RowsAddress) -> list[Tile]:
    period = figures.period
    counted = [
        (_("Active learners"), What.ACTIVE, figures.active, figures.active_before or 0),
        (_("Enrollments"), What.ENROLLMENTS, figures.total("enrolled"), figures.total("enrolled_before")),
        (_("Completions"), What.COMPLETIONS, figures.total("completed"), figures.total("completed_before")),
    ]
    found = [
        Tile(
            name,
            number(value),
            rows(what),
            note=change(value, before, period) if period.earlier else str(WITHIN[period.span]),
            note_url=rows(what, earlier=1) if before else "",
        )
        for name, what, value, before in counted
    ]
    overdue = figures.total("overdue")
    found.append(
        Tile(
            _("Overdue"),
            number(overdue),
            rows(What.OVERDUE),
            note=_("today, whenever they began") if overdue else _("today"),
            is_bad=overdue > 0,
        )
    )
    return found


def key_tiles(figures: KeyFigures, rows: RowsAddress) -> list[Tile]:
    """The four numbers without their past."""
    return [
        Tile(_("Active learners"), number(figures.active), rows(What.ACTIVE)),
        Tile(_("Enrollments"), number(figures.enrolled), rows(What.ENROLLMENTS)),
        Tile(_("Completions"), number(figures.completed), rows(What.COMPLETIONS)),
        Tile(_("Overdue"), number(figures.overdue), rows(What.OVERDUE), note=_("today"), is_bad=figures.overdue > 0),
    ]


# Over time --------------------------------------------------------------------


def over_time(
    figures: Figures,
    rows: RowsAddress,
    *,
    key: str,
    title: str,
    note: str,
    unit: str,
    counted: Sequence[tuple[str, What, tuple[int, ...]]],
) -> Panel:
    """Lines over the weeks or months, one for each (name, what, values)."""
    period = figures.period
    names = [capfirst(period.part_name(day)) for day in period.days]
    chart = LineChart(
        title=title,
        unit=unit,
        places=tuple(names),
        ticks=tuple(period.part_short(day) for day in period.days),
        series=tuple(Series(name, values, so_far(values)) for name, _what, values in counted),
        description=" ".join(_course_of(name, values, period) for name, _what, values in counted),
        is_running=True,
    )
    links = [[rows(what, day=day) for day in period.days] for _name, what, _values in counted]
    first = _("Week from") if period.step == "week" else _("Month")
    return Panel(
        key=key,
        title=title,
        note=note,
        chart=chart,
        head=(Cell(first), *(Cell(name, is_number=True) for name, _what, _values in counted)),
        rows=tuple(
            (
                Cell(date_format(day, "j F Y") if period.step == "week" else names[place]),
                *(
                    Cell(number(values[place]), links[line][place], True)
                    for line, (_n, _w, values) in enumerate(counted)
                ),
            )
            for place, day in enumerate(period.days)
        ),
        figures=drawn(chart, links=links),
    )


def so_far(values: Sequence[int]) -> tuple[str, ...]:
    """The values in words; the last one is not over."""
    *whole, last = map(number, values)
    return (*whole, _("%(number)s so far") % {"number": last})


def _course_of(name: str, values: Sequence[int], period: Period) -> str:
    peak = max(range(len(values)), key=lambda place: values[place])
    return _("%(name)s: from %(first)s at first to %(last)s so far; most, %(most)s, in: %(peak)s.") % {
        "name": name,
        "first": number(values[0]),
        "last": number(values[-1]),
        "peak": period.part_name(period.days[peak]),
        "most": number(values[peak]),
    }


def runs_panel(figures: Figures, rows: RowsAddress) -> Panel:
    weekly = figures.period.step == "week"
    return over_time(
        figures,
        rows,
        key="runs",
        title=_("Enrollments and completions by week") if weekly else _("Enrollments and completions by month"),
        note=_("Counted when they happened: what is completed now may have been begun long before."),
        unit=_("per week") if weekly else _("per month"),
        counted=[
            (_("Enrollments"), What.ENROLLMENTS, figures.enrolled_by_day),
            (_("Completions"), What.COMPLETIONS, figures.completed_by_day),
        ],
    )


def active_panel(figures: Figures, rows: RowsAddress) -> Panel:
    weekly = figures.period.step == "week"
    return over_time(
        figures,
        rows,
        key="active",
        title=_("Active learners by week") if weekly else _("Active learners by month"),
        note=_("Active is whoever opened a lesson, answered a question or completed a lesson in that week.")
        if weekly
        else _("Active is whoever opened a lesson, answered a question or completed a lesson in that month."),
        unit=_("people per week") if weekly else _("people per month"),
        counted=[(_("Active"), What.ACTIVE, figures.active_by_day)],
    )


# By course and team -----------------------------------------------------------


def courses_panel(figures: Figures, rows: RowsAddress) -> Panel:
    """The dozen courses with most enrollments, the lowest rate first, and one bar for all others."""
    period = figures.period
    title = _("Completion by course")
    named, rest = named_and_rest(figures.courses, lambda course: course.enrolled)
    named.sort(key=lambda course: (course.finished / course.enrolled, -course.enrolled, course.title))
    entries = [(course.title, str(course.key), course.enrolled, course.finished) for course in named]
    if rest:
        entries.append((others(len(rest)), OTHER, sum(c.enrolled for c in rest), sum(c.finished for c in rest)))
    if not entries:
        return Panel("courses", title, "", empty=_("Nobody enrolled %(within)s.") % {"within": WITHIN[period.span]})
    chart = BarChart(
        title=title,
        unit=_("% of enrollments completed"),
        type=Type.PERCENT,
        places=tuple(name for name, *_rest in entries),
        series=(
            Series(
                title,
                tuple(percent(finished, enrolled) for _n, _k, enrolled, finished in entries),
                tuple(_share(finished, enrolled) for _n, _k, enrolled, finished in entries),
            ),
        ),
        limit=100,
        is_horizontal=True,
        description="; ".join(f"{name}: {_share(finished, enrolled)}" for name, _k, enrolled, finished in entries),
    )
    return Panel(
        key="courses",
        title=title,
        note=_("Of the enrollments %(of)s, how many are completed by now.") % {"of": OF[period.span]},
        chart=chart,
        head=(
            Cell(_("Course")),
            Cell(_("Enrolled"), is_number=True),
            Cell(_("Completed"), is_number=True),
            Cell(_("Rate"), is_number=True),
        ),
        rows=tuple(
            (
                Cell(name),
                Cell(number(enrolled), rows(What.ENROLLMENTS, course=key), True),
                Cell(number(finished), rows(What.FINISHED, course=key), True),
                Cell(f"{percent(finished, enrolled)} %", "", True),
            )
            for name, key, enrolled, finished in entries
        ),
        figures=drawn(chart, links=[[rows(What.ENROLLMENTS, course=key) for _n, key, _e, _f in entries]]),
    )


def _share(finished: int, enrolled: int) -> str:
    return _("%(finished)s of %(enrolled)s, %(share)s %%") % {
        "finished": number(finished),
        "enrolled": number(enrolled),
        "share": percent(finished, enrolled),
    }


def others(count: int) -> str:
    return ngettext("%(n)s other course", "%(n)s other courses", count) % {"n": number(count)}


def overdue_by_course_panel(figures: Figures, rows: RowsAddress) -> Panel:
    named, rest = named_and_rest(figures.courses, overdue_of)
    entries = [(course.title, {"course": str(course.key)}, course.overdue) for course in named]
    if rest:
        entries.append((others(len(rest)), {"course": OTHER}, sum(course.overdue for course in rest)))
    return overdue_panel("overdue-courses", _("Overdue by course"), _("Course"), entries, rows)


def overdue_by_team_panel(figures: Figures, rows: RowsAddress) -> Panel:
    named, rest = named_and_rest(figures.teams, overdue_of)
    entries = [
        (team.name or _("In no team"), {"team": str(team.key) if team.key else NO_TEAM}, team.overdue) for team in named
    ]
    if rest:
        words = ngettext("%(n)s other team", "%(n)s other teams", len(rest)) % {"n": number(len(rest))}
        entries.append((words, {"team": OTHER}, sum(team.overdue for team in rest)))
    return overdue_panel("overdue-teams", _("Overdue by team"), _("Team"), entries, rows)


def overdue_panel(
    key: str, title: str, first: str, entries: Sequence[tuple[str, dict[str, str], int]], rows: RowsAddress
) -> Panel:
    if not entries:
        return Panel(key, title, "", empty=_("No enrollment is past its due date."))
    chart = BarChart(
        title=title,
        unit=_("enrollments past their due date"),
        places=tuple(name for name, *_rest in entries),
        series=(
            Series(
                title,
                tuple(overdue for _n, _narrowed, overdue in entries),
                tuple(number(overdue) for _n, _narrowed, overdue in entries),
            ),
        ),
        is_horizontal=True,
        description="; ".join(f"{name}: {number(overdue)}" for name, _narrowed, overdue in entries),
    )
    links = [rows(What.OVERDUE, **narrowed) for _name, narrowed, _overdue in entries]
    return Panel(
        key=key,
        title=title,
        note=_("As of today, whenever they began."),
        chart=chart,
        head=(Cell(first), Cell(_("Overdue"), is_number=True)),
        rows=tuple(
            (Cell(name), Cell(number(overdue), links[place], True)) for place, (name, _n, overdue) in enumerate(entries)
        ),
        figures=drawn(chart, links=[links]),
    )

"""Shipped reports on what changes over months, read from rollups: as fast over ten years as over one week."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.columns import Type
from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import COURSE, TEAM
from reports.spec import read_spec
from reports.wording import value_in_words


def added(column: str, label: str) -> dict[str, Any]:
    return {"column": column, "aggregation": "sum", "label": label}


NUMBERS = [
    added("enrollments", gettext_noop("Enrollments")),
    added("began", gettext_noop("Did a first lesson")),
    added("completions", gettext_noop("Completions")),
    added("left", gettext_noop("Left")),
    added("lessons", gettext_noop("Lessons done")),
    added("seconds", gettext_noop("Time spent")),
]
# Of no team, since nobody knows whose they are.
PAGE_VIEWS = added("page_views", gettext_noop("Page views"))
FIGURES = [entry for entry in NUMBERS if entry["column"] in ("enrollments", "completions", "lessons", "seconds")]
RULE = gettext_lazy(
    "Counted when it happened, in the course and the primary team of that day: what is completed now may have been begun "
    "long before."
)
FILTERS = [
    {
        "column": "day",
        "operator": "within",
        "label": gettext_noop("Time"),
        "value": {"relative": "last", "unit": "month", "count": 12},
    },
    {"column": "day", "operator": "between", "label": gettext_noop("From – to")},
    COURSE,
    TEAM,
]


def sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    enrollments, completions, lessons, seconds = figures
    if not (enrollments or completions or lessons or seconds):
        return _("Nothing happened in this time.")
    return ngettext(
        "%(n)s enrollment and %(completions)s completions (lessons done: %(lessons)s; time spent: %(time)s).",
        "%(n)s enrollments and %(completions)s completions (lessons done: %(lessons)s; time spent: %(time)s).",
        enrollments or 0,
    ) % {
        "n": number(enrollments or 0),
        "completions": number(completions or 0),
        "lessons": number(lessons or 0),
        "time": value_in_words(seconds or 0, Type.DURATION),
    }


def trend(
    slug: str,
    title: Promise,
    description: Promise,
    by: dict[str, Any],
    sort: list[Any],
    chart: dict[str, Any],
    *,
    numbers: tuple[dict[str, Any], ...] = (*NUMBERS, PAGE_VIEWS),
) -> None:
    ship(
        Definition(
            slug=slug,
            title=title,
            description=description,
            is_shipped=True,
            rule=RULE,
            sentence=sentence,
            spec=read_spec(
                {
                    "source": "days-in-sum",
                    "columns": [by, *numbers],
                    "filters": FILTERS,
                    "sort": sort,
                    "figures": FIGURES,
                    "chart": chart,
                }
            ),
        )
    )


trend(
    "trends",
    gettext_lazy("Month by month"),
    gettext_lazy("How many enroll, begin, complete and leave in each month, and how much they do."),
    {"column": "day", "bucket": "month", "label": gettext_noop("Month")},
    [{"column": "day_month"}],
    {
        "kind": "line",
        "by": "day_month",
        "measures": ["enrollments_sum", "completions_sum"],
        "title": gettext_noop("Enrollments and completions by month"),
    },
)
trend(
    "trends-by-course",
    gettext_lazy("What happened, by course"),
    gettext_lazy("How many enrolled in, began, completed and left each course in a time, and how much they did."),
    {"column": "course"},
    [{"column": "completions_sum", "descending": True}, {"column": "course"}],
    {
        "kind": "horizontal",
        "by": "course",
        "measures": ["completions_sum"],
        "title": gettext_noop("Completions by course"),
    },
)
trend(
    "trends-by-team",
    gettext_lazy("What happened, by team"),
    gettext_lazy("How many of each team enrolled, began, completed and left in a time, and how much they did."),
    {"column": "team"},
    [{"column": "lessons_sum", "descending": True}, {"column": "team"}],
    {
        "kind": "horizontal",
        "by": "team",
        "measures": ["lessons_sum"],
        "title": gettext_noop("Lessons done by team"),
    },
    numbers=tuple(NUMBERS),
)

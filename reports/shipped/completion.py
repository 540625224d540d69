"""Shipped reports on completion: by course and team, how long it takes, and where people are lost."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import ACCOUNT, COHORT, COURSE, ENROLLED, TEAM, counted, in_days, joined, most, percent, yes
from reports.spec import read_spec

ENROLLMENTS = counted(gettext_noop("Enrollments"))
COMPLETED = {"column": "is_completed", "aggregation": "sum", "label": gettext_noop("Completed")}
RATE = {"column": "is_completed", "aggregation": "percent_true", "label": gettext_noop("Completion rate")}
OVERDUE = {"column": "is_overdue", "aggregation": "sum", "label": gettext_noop("Overdue")}
MEDIAN = {"column": "days_to_completion", "aggregation": "median", "label": gettext_noop("Median days")}


def completion_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    total, completed, share, overdue = figures
    if not total:
        return _("Nobody is enrolled in anything you may open yet.")
    return joined(
        ngettext(
            "%(completed)s of %(total)s enrollment is completed (%(share)s).",
            "%(completed)s of %(total)s enrollments are completed (%(share)s).",
            total,
        )
        % {"completed": number(completed), "total": number(total), "share": percent(share)},
        _("Overdue: %(overdue)s.") % {"overdue": number(overdue)},
        most(summary, _("“%(name)s” is lowest with %(value)s."), "is_completed_percent_true"),
    )


def time_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    total, median, _average, longest = figures
    if not total:
        return _("Nobody has completed a course you may open yet.")
    return joined(
        _("Half of the completions took %(median)s or less; the longest took %(longest)s.")
        % {"median": in_days(median), "longest": in_days(longest)},
        most(summary, _("“%(name)s” takes longest, with a median of %(value)s days."), "days_to_completion_median"),
    )


def funnel_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    enrolled, started, half, completed = figures
    if not enrolled:
        return _("Nobody is enrolled in anything you may open yet.")
    steps = [_("Of %(n)s enrollments") % {"n": number(enrolled)}]
    for words, count in ((_("begun"), started), (_("half done"), half), (_("completed"), completed)):
        steps.append(f"{words}: {number(count)} ({percent(of(count, enrolled))})")
    return f"{steps[0]} – {'; '.join(steps[1:])}."


def of(part: int, whole: int) -> float:
    """One decimal; 0 and 100 only for none and all."""
    exact = 100 * part / whole
    return exact if exact in (0, 100) else min(max(round(exact, 1), 0.1), 99.9)


ship(
    Definition(
        slug="completion-by-course",
        title=gettext_lazy("Completion by course and team"),
        description=gettext_lazy("What share of its enrollments each team has completed, course by course."),
        is_shipped=True,
        rule=gettext_lazy("The team is a person's primary team on the day of the report; a dash stands for none."),
        sentence=completion_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    {"column": "course"},
                    {"column": "team"},
                    ENROLLMENTS,
                    COMPLETED,
                    RATE,
                    OVERDUE,
                    MEDIAN,
                ],
                "filters": [COURSE, TEAM, ENROLLED],
                "sort": [{"column": "course"}, {"column": "team"}],
                "figures": [
                    ENROLLMENTS,
                    counted(gettext_noop("Completed"), conditions=yes("is_completed")),
                    RATE,
                    counted(gettext_noop("Overdue"), conditions=yes("is_overdue")),
                ],
                "summary": {
                    "title": gettext_noop("By course"),
                    "columns": [{"column": "course"}, ENROLLMENTS, COMPLETED, RATE, OVERDUE],
                    "sort": [{"column": "is_completed_percent_true"}, {"column": "course"}],
                },
                "chart": {
                    "kind": "horizontal",
                    "by": "course",
                    "measures": ["is_completed_percent_true"],
                    "title": gettext_noop("Completion rate by course"),
                },
            }
        ),
    )
)

ship(
    Definition(
        slug="time-to-completion",
        version=2,
        title=gettext_lazy("Time to completion"),
        description=gettext_lazy("How many days lie between enrollment and completion."),
        is_shipped=True,
        rule=gettext_lazy("Completed enrollments only; 0 days is the same day. Who has not finished does not count."),
        sentence=time_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    {"column": "person"},
                    {"column": "team"},
                    {"column": "course"},
                    {"column": "enrolled"},
                    {"column": "completed"},
                    {"column": "days_to_completion"},
                ],
                "conditions": yes("is_completed"),
                "filters": [
                    COURSE,
                    TEAM,
                    COHORT,
                    ACCOUNT,
                    {"column": "completed", "operator": "between", "label": gettext_noop("Completed from – to")},
                ],
                "sort": [
                    {"column": "days_to_completion", "descending": True},
                    {"column": "person"},
                    {"column": "course"},
                ],
                "figures": [
                    counted(gettext_noop("Completions")),
                    MEDIAN,
                    {
                        "label": gettext_noop("Average days"),
                        "column": "days_to_completion",
                        "aggregation": "average",
                    },
                    {"label": gettext_noop("Most days"), "column": "days_to_completion", "aggregation": "maximum"},
                ],
                "summary": {
                    "title": gettext_noop("By course"),
                    "columns": [
                        {"column": "course"},
                        counted(gettext_noop("Completions")),
                        MEDIAN,
                        {
                            "label": gettext_noop("Fewest days"),
                            "column": "days_to_completion",
                            "aggregation": "minimum",
                        },
                        {"label": gettext_noop("Most days"), "column": "days_to_completion", "aggregation": "maximum"},
                    ],
                    "sort": [{"column": "days_to_completion_median", "descending": True}, {"column": "course"}],
                },
                "chart": {
                    "kind": "horizontal",
                    "by": "course",
                    "measures": ["days_to_completion_median"],
                    "title": gettext_noop("Median days to completion by course"),
                },
            }
        ),
    )
)

STEPS = [
    counted(gettext_noop("Enrolled")),
    {"column": "has_started", "aggregation": "sum", "label": gettext_noop("Begun")},
    {"column": "is_half_done", "aggregation": "sum", "label": gettext_noop("Half done")},
    COMPLETED,
]

ship(
    Definition(
        slug="enrollment-funnel",
        title=gettext_lazy("Enrollment funnel"),
        description=gettext_lazy(
            "How many of those who enroll begin, come half way, and complete, and how many leave."
        ),
        is_shipped=True,
        rule=gettext_lazy("Each step counts whoever came at least so far, also those who left later."),
        sentence=funnel_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    {"column": "course"},
                    *STEPS,
                    {"column": "has_left", "aggregation": "sum", "label": gettext_noop("Left")},
                    RATE,
                ],
                "filters": [COURSE, TEAM, COHORT, ENROLLED],
                "sort": [{"column": "records_count", "descending": True}, {"column": "course"}],
                "figures": STEPS,
                "chart": {
                    "kind": "grouped",
                    "by": "course",
                    "measures": ["records_count", "has_started_sum", "is_half_done_sum", "is_completed_sum"],
                    "title": gettext_noop("How far enrollments came, by course"),
                },
            }
        ),
    )
)

"""Shipped reports on enrollments over time, by status, and on where people stop."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import ACCOUNT, COHORT, COURSE, ENROLLED, TEAM, counted, in_days, joined, most, percent, yes
from reports.spec import read_spec

ENROLLMENTS = counted(gettext_noop("Enrollments"))
COMPLETIONS = counted(gettext_noop("Completions"))
LEARNERS = {"column": "learner", "aggregation": "count_distinct", "label": gettext_noop("Learners")}
RATE = {"column": "is_completed", "aggregation": "percent_true", "label": gettext_noop("Completion rate")}
WEEKS = gettext_lazy("Weeks begin on Monday. A week in which nothing happened has no row.")
NOBODY = gettext_noop("Nobody is enrolled in anything you may open yet.")


def enrolled_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    enrollments, learners, share = figures
    if not enrollments:
        return _("Nobody enrolled in this time.")
    return joined(
        ngettext(
            "%(n)s enrollment (learners: %(learners)s).", "%(n)s enrollments (learners: %(learners)s).", enrollments
        )
        % {"n": number(enrollments), "learners": number(learners)},
        _("Completed by now: %(share)s.") % {"share": percent(share)},
    )


def completed_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    completions, learners, median = figures
    if not completions:
        return _("Nobody completed a course in this time.")
    return ngettext(
        "%(n)s completion (learners: %(learners)s; median time: %(days)s).",
        "%(n)s completions (learners: %(learners)s; median time: %(days)s).",
        completions,
    ) % {"n": number(completions), "learners": number(learners), "days": in_days(median)}


def status_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    enrollments, active, completed, left = figures
    if not enrollments:
        return _(NOBODY)
    return ngettext(
        "Of %(n)s enrollment active: %(active)s; completed: %(completed)s; left or expired: %(left)s.",
        "Of %(n)s enrollments active: %(active)s; completed: %(completed)s; left or expired: %(left)s.",
        enrollments,
    ) % {"n": number(enrollments), "active": number(active), "completed": number(completed), "left": number(left)}


def stops_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    runs, left, stalled = figures
    if not runs:
        return _("Nobody who began has left or stopped.")
    return joined(
        ngettext("%(n)s enrollment was begun and stopped.", "%(n)s enrollments were begun and stopped.", runs)
        % {"n": number(runs)},
        _("Left or expired: %(left)s; still active, without activity: %(stalled)s.")
        % {"left": number(left), "stalled": number(stalled)},
        most(summary, _("%(value)s of them last opened “%(name)s”, more than any other lesson.")),
    )


def lessons_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    lessons, learners = figures
    if not lessons:
        return _("No lesson was done in this time.")
    return ngettext(
        "%(n)s lesson was done (learners: %(learners)s).", "%(n)s lessons were done (learners: %(learners)s).", lessons
    ) % {"n": number(lessons), "learners": number(learners)}


ship(
    Definition(
        slug="enrollments-by-week",
        title=gettext_lazy("Enrollments by week"),
        description=gettext_lazy("How many people enrolled in each week, and what share of them has completed by now."),
        is_shipped=True,
        rule=WEEKS,
        sentence=enrolled_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    {"column": "enrolled", "bucket": "week", "label": gettext_noop("Week")},
                    ENROLLMENTS,
                    RATE,
                ],
                "filters": [ENROLLED, COURSE, TEAM, COHORT, ACCOUNT],
                "sort": [{"column": "enrolled_week"}],
                "figures": [ENROLLMENTS, LEARNERS, RATE],
                "chart": {
                    "kind": "area",
                    "by": "enrolled_week",
                    "measures": ["records_count"],
                    "title": gettext_noop("Enrollments by week"),
                },
            }
        ),
    )
)

ship(
    Definition(
        slug="completions-by-week",
        title=gettext_lazy("Completions by week"),
        description=gettext_lazy("How many courses were completed in each week, and how long they took."),
        is_shipped=True,
        rule=WEEKS,
        sentence=completed_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    {"column": "completed", "bucket": "week", "label": gettext_noop("Week")},
                    COMPLETIONS,
                    {"column": "days_to_completion", "aggregation": "median", "label": gettext_noop("Median days")},
                ],
                "conditions": yes("is_completed"),
                "filters": [
                    {"column": "completed", "operator": "between", "label": gettext_noop("Completed from – to")},
                    COURSE,
                    TEAM,
                    COHORT,
                    ACCOUNT,
                ],
                "sort": [{"column": "completed_week"}],
                "figures": [
                    COMPLETIONS,
                    LEARNERS,
                    {"column": "days_to_completion", "aggregation": "median", "label": gettext_noop("Median days")},
                ],
                "chart": {
                    "kind": "line",
                    "by": "completed_week",
                    "measures": ["records_count"],
                    "title": gettext_noop("Completions by week"),
                },
            }
        ),
    )
)

ship(
    Definition(
        slug="enrollments-by-status",
        title=gettext_lazy("Enrollments by status"),
        description=gettext_lazy("How many enrollments of each course are active, completed, left or expired."),
        is_shipped=True,
        rule=gettext_lazy("As of the day of the report, whenever they began."),
        sentence=status_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [{"column": "course"}, {"column": "status"}, ENROLLMENTS],
                "filters": [COURSE, TEAM, COHORT, ENROLLED, ACCOUNT],
                "sort": [{"column": "course"}, {"column": "status"}],
                "figures": [
                    ENROLLMENTS,
                    counted(gettext_noop("Active"), conditions=yes("is_active")),
                    counted(gettext_noop("Completed"), conditions=yes("is_completed")),
                    counted(gettext_noop("Left or expired"), conditions=yes("has_left")),
                ],
                "chart": {
                    "kind": "stacked",
                    "by": "course",
                    "measures": ["records_count"],
                    "title": gettext_noop("Enrollments by course and status"),
                },
            }
        ),
    )
)

STALLED = {
    "match": "all",
    "of": [
        {"column": "is_active", "operator": "true"},
        {"column": "days_without_activity", "operator": "at_least", "value": {"param": "idle_days"}},
    ],
}

ship(
    Definition(
        slug="where-learners-stop",
        title=gettext_lazy("Where learners stop"),
        description=gettext_lazy("The lesson that people opened last before they left a course or stayed away."),
        is_shipped=True,
        rule=gettext_lazy(
            "Enrollments that were begun and not completed: those that ended, and active ones without activity for "
            "%(idle_days)s days or longer. A dash stands for lessons that are gone or not known."
        ),
        sentence=stops_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    {"column": "course"},
                    {"column": "last_lesson"},
                    counted(gettext_noop("Stopped here")),
                    {"column": "has_left", "aggregation": "sum", "label": gettext_noop("Left or expired")},
                    {
                        "column": "days_without_activity",
                        "aggregation": "median",
                        "label": gettext_noop("Median days without activity"),
                    },
                ],
                "params": [{"name": "idle_days", "label": gettext_noop("Days without activity"), "default": 14}],
                "conditions": {
                    "match": "all",
                    "of": [
                        {"column": "has_started", "operator": "true"},
                        {"column": "is_completed", "operator": "false"},
                        {"match": "any", "of": [{"column": "has_left", "operator": "true"}, STALLED]},
                    ],
                },
                "filters": [COURSE, TEAM, COHORT, ENROLLED],
                "sort": [{"column": "records_count", "descending": True}, {"column": "last_lesson"}],
                "figures": [
                    counted(gettext_noop("Stopped")),
                    counted(gettext_noop("Left or expired"), conditions=yes("has_left")),
                    counted(gettext_noop("Without activity"), conditions=STALLED),
                ],
                "summary": {
                    "title": gettext_noop("By lesson"),
                    "columns": [{"column": "last_lesson"}, counted(gettext_noop("Stopped here"))],
                    "sort": [{"column": "records_count", "descending": True}, {"column": "last_lesson"}],
                },
                "chart": {
                    "kind": "horizontal",
                    "by": "last_lesson",
                    "measures": ["records_count"],
                    "title": gettext_noop("Where learners stop"),
                },
            }
        ),
    )
)

ship(
    Definition(
        slug="lessons-done-by-week",
        title=gettext_lazy("Lessons done by week"),
        description=gettext_lazy("How many lessons and quizzes were done in each week, and by how many people."),
        is_shipped=True,
        rule=WEEKS,
        sentence=lessons_sentence,
        spec=read_spec(
            {
                "source": "lesson-progress",
                "columns": [
                    {"column": "done", "bucket": "week", "label": gettext_noop("Week")},
                    counted(gettext_noop("Lessons done")),
                    LEARNERS,
                ],
                "filters": [
                    {"column": "done", "operator": "between", "label": gettext_noop("Done from – to")},
                    COURSE,
                    TEAM,
                    COHORT,
                    ACCOUNT,
                ],
                "sort": [{"column": "done_week"}],
                "figures": [counted(gettext_noop("Lessons done")), LEARNERS],
                "chart": {
                    "kind": "line",
                    "by": "done_week",
                    "measures": ["records_count"],
                    "title": gettext_noop("Lessons done by week"),
                },
            }
        ),
    )
)

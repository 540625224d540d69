"""Shipped reports on runs that ask for attention: stalled, at risk, overdue."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import ACCOUNT, COHORT, COURSE, TEAM, counted, in_days, joined, most
from reports.spec import read_spec

LEARNERS = {"label": gettext_noop("Learners"), "column": "learner", "aggregation": "count_distinct"}
BY_COURSE = {
    "title": gettext_noop("By course"),
    "columns": [{"column": "course"}, counted(gettext_noop("Enrollments"))],
    "sort": [{"column": "records_count", "descending": True}, {"column": "course"}],
}
CHART = {"kind": "horizontal", "by": "course", "measures": ["records_count"]}
IDLE = {"column": "days_without_activity", "operator": "at_least", "value": {"param": "idle_days"}}
IDLE_DAYS = {"name": "idle_days", "label": gettext_noop("Days without activity"), "default": 14}
SOON = {
    "match": "all",
    "of": [
        {"column": "days_to_due", "operator": "at_most", "value": {"param": "due_days"}},
        {"column": "progress", "operator": "less", "value": 50},
    ],
}
STANDING = [{"column": "person"}, {"column": "team"}, {"column": "course"}]


def stalled_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    runs, learners, median = figures
    if not runs:
        return _("No enrollment is stalled: whoever has begun a course has been there lately.")
    return joined(
        ngettext(
            "%(runs)s enrollment is stalled (learners: %(learners)s; median time without activity: %(days)s).",
            "%(runs)s enrollments are stalled (learners: %(learners)s; median time without activity: %(days)s).",
            runs,
        )
        % {"runs": number(runs), "learners": number(learners), "days": in_days(median)},
        most(summary, _("%(value)s of them are on “%(name)s”, more than on any other course.")),
    )


def at_risk_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    runs, learners, idle, soon = figures
    if not runs:
        return _("No enrollment is at risk by the rule of this report.")
    return joined(
        ngettext(
            "%(runs)s enrollment is at risk (learners: %(learners)s).",
            "%(runs)s enrollments are at risk (learners: %(learners)s).",
            runs,
        )
        % {"runs": number(runs), "learners": number(learners)},
        _("Without activity: %(idle)s; due soon or overdue and under half done: %(soon)s. An enrollment can be both.")
        % {"idle": number(idle), "soon": number(soon)},
        most(summary, _("%(value)s of them are on “%(name)s”, more than on any other course.")),
    )


def overdue_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    runs, learners, median, longest = figures
    if not runs:
        return _("No enrollment is overdue.")
    return joined(
        ngettext(
            "%(runs)s enrollment is overdue (learners: %(learners)s; median: %(median)s; longest: %(longest)s).",
            "%(runs)s enrollments are overdue (learners: %(learners)s; median: %(median)s; longest: %(longest)s).",
            runs,
        )
        % {
            "runs": number(runs),
            "learners": number(learners),
            "median": in_days(median),
            "longest": in_days(longest),
        },
        most(summary, _("%(value)s of them are on “%(name)s”, more than on any other course.")),
    )


ship(
    Definition(
        slug="stalled-enrollments",
        title=gettext_lazy("Stalled enrollments"),
        description=gettext_lazy("Who began a course, has not completed it, and has not been there for some time."),
        is_shipped=True,
        rule=gettext_lazy("Active enrollments that were begun, without activity for %(idle_days)s days or longer."),
        sentence=stalled_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    *STANDING,
                    {"column": "progress"},
                    {"column": "last_activity"},
                    {"column": "days_without_activity"},
                    {"column": "due"},
                ],
                "params": [IDLE_DAYS],
                "conditions": {
                    "match": "all",
                    "of": [
                        {"column": "is_active", "operator": "true"},
                        {"column": "has_started", "operator": "true"},
                        IDLE,
                    ],
                },
                "filters": [COURSE, TEAM, COHORT],
                "sort": [
                    {"column": "days_without_activity", "descending": True},
                    {"column": "person"},
                    {"column": "course"},
                ],
                "figures": [
                    counted(gettext_noop("Stalled")),
                    LEARNERS,
                    {
                        "label": gettext_noop("Median days without activity"),
                        "column": "days_without_activity",
                        "aggregation": "median",
                    },
                ],
                "summary": BY_COURSE,
                "chart": {**CHART, "title": gettext_noop("Stalled by course")},
            }
        ),
    )
)

ship(
    Definition(
        slug="at-risk",
        title=gettext_lazy("Learners at risk"),
        description=gettext_lazy("Whose course is likely to end late or not at all, if nobody does anything."),
        is_shipped=True,
        rule=gettext_lazy(
            "Active enrollments without activity for %(idle_days)s days or longer, and those that are due within "
            "%(due_days)s days, or overdue, and under half done."
        ),
        sentence=at_risk_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    *STANDING,
                    {"column": "progress"},
                    {"column": "last_activity"},
                    {"column": "days_without_activity"},
                    {"column": "due"},
                    {"column": "days_to_due"},
                ],
                "params": [
                    IDLE_DAYS,
                    {"name": "due_days", "label": gettext_noop("Days until due"), "default": 7},
                ],
                "conditions": {
                    "match": "all",
                    "of": [
                        {"column": "is_active", "operator": "true"},
                        {"match": "any", "of": [IDLE, SOON]},
                    ],
                },
                "filters": [COURSE, TEAM, COHORT],
                "sort": [
                    {"column": "days_to_due"},
                    {"column": "days_without_activity", "descending": True},
                    {"column": "person"},
                    {"column": "course"},
                ],
                "figures": [
                    counted(gettext_noop("At risk")),
                    LEARNERS,
                    counted(gettext_noop("Without activity"), conditions={"match": "all", "of": [IDLE]}),
                    counted(gettext_noop("Due soon, under half done"), conditions=SOON),
                ],
                "summary": BY_COURSE,
                "chart": {**CHART, "title": gettext_noop("At risk by course")},
            }
        ),
    )
)

ship(
    Definition(
        slug="overdue",
        version=2,
        title=gettext_lazy("Overdue"),
        description=gettext_lazy("Who should have completed a course by now and has not."),
        is_shipped=True,
        rule=gettext_lazy("Active enrollments whose due date has passed. On the day itself nobody is overdue."),
        sentence=overdue_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    *STANDING,
                    {"column": "due"},
                    {"column": "days_overdue"},
                    {"column": "progress"},
                    {"column": "last_activity"},
                ],
                "conditions": {"match": "all", "of": [{"column": "is_overdue", "operator": "true"}]},
                "filters": [
                    COURSE,
                    TEAM,
                    COHORT,
                    ACCOUNT,
                    {"column": "due", "operator": "between", "label": gettext_noop("Due from – to")},
                ],
                "sort": [
                    {"column": "days_overdue", "descending": True},
                    {"column": "person"},
                    {"column": "course"},
                ],
                "figures": [
                    counted(gettext_noop("Overdue")),
                    LEARNERS,
                    {"label": gettext_noop("Median days overdue"), "column": "days_overdue", "aggregation": "median"},
                    {"label": gettext_noop("Most days overdue"), "column": "days_overdue", "aggregation": "maximum"},
                ],
                "summary": {
                    **BY_COURSE,
                    "columns": [
                        *BY_COURSE["columns"],
                        {
                            "column": "days_overdue",
                            "aggregation": "median",
                            "label": gettext_noop("Median days overdue"),
                        },
                    ],
                },
                "chart": {**CHART, "title": gettext_noop("Overdue by course")},
            }
        ),
    )
)

"""Shipped reports on teams and their people."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import ACCOUNT, COHORT, COURSE, TEAM, counted, in_days, joined, percent, yes
from reports.spec import read_spec

OVERDUE = counted(gettext_noop("Overdue"))
LEARNERS = {"column": "learner", "aggregation": "count_distinct", "label": gettext_noop("Learners")}
MEDIAN = {"column": "days_overdue", "aggregation": "median", "label": gettext_noop("Median days overdue")}


def overdue_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    runs, learners, median = figures
    if not runs:
        return _("No enrollment is overdue.")
    return ngettext(
        "%(n)s enrollment is overdue (learners: %(learners)s; median: %(days)s).",
        "%(n)s enrollments are overdue (learners: %(learners)s; median: %(days)s).",
        runs,
    ) % {"n": number(runs), "learners": number(learners), "days": in_days(median)}


def people_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    people, without, late, rate = figures
    if not people:
        return _("There is nobody whose rows you may open.")
    return joined(
        ngettext("%(n)s person; on no course: %(without)s.", "%(n)s people; on no course: %(without)s.", people)
        % {"n": number(people), "without": number(without)},
        _("With something overdue: %(late)s. Mean completion rate: %(rate)s.")
        % {"late": number(late), "rate": percent(rate)},
    )


ship(
    Definition(
        slug="overdue-by-team",
        title=gettext_lazy("Overdue by team"),
        description=gettext_lazy("How many enrollments of each team's people are past their due date."),
        is_shipped=True,
        rule=gettext_lazy("The team is a person's primary team on the day of the report; a dash stands for none."),
        sentence=overdue_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [{"column": "team"}, OVERDUE, LEARNERS, MEDIAN],
                "conditions": yes("is_overdue"),
                "filters": [COURSE, TEAM, COHORT],
                "sort": [{"column": "records_count", "descending": True}, {"column": "team"}],
                "figures": [OVERDUE, LEARNERS, MEDIAN],
                "chart": {
                    "kind": "horizontal",
                    "by": "team",
                    "measures": ["records_count"],
                    "title": gettext_noop("Overdue by team"),
                },
            }
        ),
    )
)

NOWHERE = {"match": "all", "of": [{"column": "enrollments", "operator": "is", "value": 0}]}
LATE = {"match": "all", "of": [{"column": "overdue", "operator": "at_least", "value": 1}]}

ship(
    Definition(
        slug="people",
        title=gettext_lazy("People and what they learn"),
        description=gettext_lazy(
            "Everybody, also those who are on no course: what they completed and what is overdue."
        ),
        is_shipped=True,
        rule=gettext_lazy("Only enrollments that you may see are counted."),
        sentence=people_sentence,
        spec=read_spec(
            {
                "source": "learners",
                "columns": [
                    {"column": "person"},
                    {"column": "team"},
                    {"column": "enrollments"},
                    {"column": "completed"},
                    {"column": "completion"},
                    {"column": "overdue"},
                    {"column": "last_activity"},
                    {"column": "seconds"},
                ],
                "filters": [TEAM, ACCOUNT],
                "sort": [{"column": "overdue", "descending": True}, {"column": "person"}],
                "figures": [
                    counted(gettext_noop("People")),
                    counted(gettext_noop("On no course"), conditions=NOWHERE),
                    counted(gettext_noop("With something overdue"), conditions=LATE),
                    {
                        "column": "completion",
                        "aggregation": "average",
                        "label": gettext_noop("Mean completion rate"),
                    },
                ],
                "chart": {
                    "kind": "histogram",
                    "measures": ["completion"],
                    "title": gettext_noop("People by completion rate"),
                },
            }
        ),
    )
)

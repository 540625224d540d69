"""The shipped report on points: who earned how many."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import ACCOUNT, COURSE, TEAM, yes
from reports.spec import read_spec


def points_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    learners, points = figures
    if not learners:
        return _("Nobody earned points in this time.")
    return ngettext(
        "%(learners)s learner earned %(points)s points.", "%(learners)s learners earned %(points)s points.", learners
    ) % {"learners": number(learners), "points": number(points)}


LEARNERS = {"column": "learner", "aggregation": "count_distinct", "label": gettext_noop("Learners")}
EARNED = {"column": "points", "aggregation": "sum", "label": gettext_noop("Points")}

ship(
    Definition(
        slug="points-by-person",
        title=gettext_lazy("Leaderboard: points by person this month"),
        description=gettext_lazy("Who earned how many points, the most first."),
        is_shipped=True,
        rule=gettext_lazy(
            "Points that were taken back are taken off; spending points takes nothing off. People who took themselves off "
            "leaderboards and those who teach are among them: this is no public board."
        ),
        sentence=points_sentence,
        spec=read_spec(
            {
                "source": "points",
                "columns": [
                    {"column": "account", "label": gettext_noop("Person")},
                    {"column": "team"},
                    EARNED,
                    {"column": "at", "aggregation": "maximum", "label": gettext_noop("Last earned")},
                ],
                "conditions": yes("counts"),
                "filters": [
                    {
                        "column": "at",
                        "operator": "within",
                        "label": gettext_noop("Time"),
                        "value": {"relative": "this", "unit": "month", "count": 1},
                    },
                    COURSE,
                    TEAM,
                    ACCOUNT,
                ],
                "sort": [{"column": "points_sum", "descending": True}, {"column": "account"}],
                "figures": [LEARNERS, EARNED],
                "summary": {
                    "title": gettext_noop("By team"),
                    "columns": [{"column": "team"}, LEARNERS, EARNED],
                    "sort": [{"column": "points_sum", "descending": True}, {"column": "team"}],
                },
                "chart": {
                    "kind": "horizontal",
                    "by": "team",
                    "measures": ["points_sum"],
                    "title": gettext_noop("Points by team"),
                },
            }
        ),
    )
)

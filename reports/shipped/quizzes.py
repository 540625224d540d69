"""Shipped report on how quizzes went."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import ACCOUNT, COHORT, COURSE, TEAM, counted, joined, most, percent, yes
from reports.spec import read_spec

ATTEMPTS = counted(gettext_noop("Attempts"))
SCORE = {"column": "score", "aggregation": "average", "label": gettext_noop("Mean score")}
PASSED = {"column": "passed", "aggregation": "percent_true", "label": gettext_noop("Passed")}


def quiz_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    attempts, score, passed = figures
    if not attempts:
        return _("No quiz that you may open was handed in and graded in this time.")
    return joined(
        ngettext(
            "%(n)s attempt was graded; mean score: %(score)s; passed: %(passed)s.",
            "%(n)s attempts were graded; mean score: %(score)s; passed: %(passed)s.",
            attempts,
        )
        % {"n": number(attempts), "score": percent(score), "passed": percent(passed)},
        most(summary, _("“%(name)s” is lowest with %(value)s."), "score_average"),
    )


ship(
    Definition(
        slug="quiz-results",
        title=gettext_lazy("Quiz results"),
        description=gettext_lazy("How many attempts each quiz had, with which mean score, and how many passed."),
        is_shipped=True,
        rule=gettext_lazy("Attempts that are graded. Passed is the share of those that have a pass mark."),
        sentence=quiz_sentence,
        spec=read_spec(
            {
                "source": "attempts",
                "columns": [{"column": "course"}, {"column": "quiz"}, ATTEMPTS, SCORE, PASSED],
                "conditions": yes("is_graded"),
                "filters": [
                    {"column": "submitted", "operator": "between", "label": gettext_noop("Handed in from – to")},
                    COURSE,
                    TEAM,
                    COHORT,
                    ACCOUNT,
                ],
                "sort": [{"column": "course"}, {"column": "quiz"}],
                "figures": [ATTEMPTS, SCORE, PASSED],
                "summary": {
                    "title": gettext_noop("By quiz"),
                    "columns": [{"column": "quiz"}, ATTEMPTS, SCORE, PASSED],
                    "sort": [{"column": "score_average"}, {"column": "quiz"}],
                },
                "chart": {
                    "kind": "horizontal",
                    "by": "quiz",
                    "measures": ["score_average"],
                    "title": gettext_noop("Mean score by quiz"),
                },
            }
        ),
    )
)

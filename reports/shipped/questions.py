"""Shipped reports on questions: how they do, and which are missed most."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import COURSE, counted, joined, most, percent, yes
from reports.spec import read_spec

LESSON = {"column": "lesson", "operator": "any_of"}
IN_LESSONS = {"column": "is_across", "operator": "false"}
FEW = 5
WEAK = {"match": "all", "of": [{"column": "discrimination", "operator": "less", "value": 0.2}]}
FACILITY = {"column": "facility", "aggregation": "average", "label": gettext_noop("Mean facility")}


def analysis_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    questions, facility, weak, findings = figures
    if not questions:
        return _("No question has figures yet: they are computed in the night after the first answers.")
    return joined(
        ngettext(
            "%(n)s question; on average learners got %(share)s of its points.",
            "%(n)s questions; on average learners got %(share)s of their points.",
            questions,
        )
        % {"n": number(questions), "share": percent(facility)},
        _("With something that looks wrong: %(findings)s; telling learners apart weakly: %(weak)s.")
        % {"findings": number(findings), "weak": number(weak)},
    )


def missed_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    questions, missed = figures
    if not questions:
        return _("No question was answered by enough people yet.")
    return joined(
        ngettext(
            "Of %(n)s question %(share)s of the points were missed on average.",
            "Of %(n)s questions %(share)s of the points were missed on average.",
            questions,
        )
        % {"n": number(questions), "share": percent(missed)},
        most(summary, _("“%(name)s” is missed most: %(value)s."), "missed_average"),
    )


ship(
    Definition(
        slug="item-analysis",
        title=gettext_lazy("Item analysis"),
        description=gettext_lazy("How hard each question is, how well it tells learners apart, and which need a look."),
        is_shipped=True,
        rule=gettext_lazy(
            "Computed last night. What counts is each learner's first try. Facility is the mean share of the points; a "
            "discrimination below 0.2 tells learners apart weakly. A question counts once in each lesson that asks it."
        ),
        sentence=analysis_sentence,
        spec=read_spec(
            {
                "source": "questions",
                "columns": [
                    {"column": "question"},
                    {"column": "kind"},
                    {"column": "lesson"},
                    {"column": "course"},
                    {"column": "answers"},
                    {"column": "facility"},
                    {"column": "discrimination"},
                    {"column": "item_rest"},
                    {"column": "has_findings"},
                ],
                "conditions": {"match": "all", "of": [IN_LESSONS]},
                "filters": [COURSE, LESSON, {"column": "answers", "operator": "at_least"}],
                "sort": [
                    {"column": "has_findings", "descending": True},
                    {"column": "discrimination"},
                    {"column": "question"},
                ],
                "figures": [
                    counted(gettext_noop("Questions")),
                    FACILITY,
                    counted(gettext_noop("Telling learners apart weakly"), conditions=WEAK),
                    counted(gettext_noop("Need a look"), conditions=yes("has_findings")),
                ],
                "summary": {
                    "title": gettext_noop("By lesson and quiz"),
                    "columns": [
                        {"column": "lesson"},
                        counted(gettext_noop("Questions")),
                        FACILITY,
                        {
                            "column": "discrimination",
                            "aggregation": "average",
                            "label": gettext_noop("Mean discrimination"),
                        },
                        {"column": "has_findings", "aggregation": "sum", "label": gettext_noop("Need a look")},
                    ],
                    "sort": [{"column": "facility_average"}, {"column": "lesson"}],
                },
                "chart": {
                    "kind": "horizontal",
                    "by": "lesson",
                    "measures": ["facility_average"],
                    "title": gettext_noop("Mean facility by lesson and quiz"),
                },
            }
        ),
    )
)

ship(
    Definition(
        slug="most-missed-questions",
        title=gettext_lazy("Most missed questions"),
        description=gettext_lazy("Where learners lose their points: the questions to explain better, or to put right."),
        is_shipped=True,
        rule=gettext_lazy(
            "Questions that %(fewest)s people or more answered, as computed last night. A question counts once in each "
            "lesson that asks it."
        ),
        sentence=missed_sentence,
        spec=read_spec(
            {
                "source": "questions",
                "columns": [
                    {"column": "question"},
                    {"column": "lesson"},
                    {"column": "course"},
                    {"column": "answers"},
                    {"column": "missed"},
                    {"column": "has_findings"},
                ],
                "params": [{"name": "fewest", "label": gettext_noop("People who answered, at least"), "default": FEW}],
                "conditions": {
                    "match": "all",
                    "of": [
                        IN_LESSONS,
                        {"column": "missed", "operator": "filled"},
                        {"column": "answers", "operator": "at_least", "value": {"param": "fewest"}},
                    ],
                },
                "filters": [COURSE, LESSON],
                "sort": [{"column": "missed", "descending": True}, {"column": "question"}],
                "figures": [
                    counted(gettext_noop("Questions")),
                    {"column": "missed", "aggregation": "average", "label": gettext_noop("Missed on average")},
                ],
                "summary": {
                    "title": gettext_noop("Most missed"),
                    "columns": [
                        {"column": "question"},
                        {"column": "missed", "aggregation": "average", "label": gettext_noop("Missed")},
                        {"column": "answers", "aggregation": "sum", "label": gettext_noop("Answers")},
                    ],
                    "sort": [{"column": "missed_average", "descending": True}, {"column": "question"}],
                    "limit": 12,
                },
                "chart": {
                    "kind": "horizontal",
                    "by": "question",
                    "measures": ["missed_average"],
                    "title": gettext_noop("Points missed by question"),
                },
            }
        ),
    )
)

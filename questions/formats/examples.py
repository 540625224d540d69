"""One question of each kind, for templates."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from questions.formats.data import QuestionData
from questions.formats.texts import PLAIN, rich


def plain(text: str) -> str:
    return rich(text, PLAIN)


def option(text: str, feedback: str = "", right: bool = False) -> dict[str, Any]:
    return {"text": plain(text), "feedback": plain(feedback), "right": right, "credit": None}


def examples() -> list[QuestionData]:
    results = {"feedback_right": "", "feedback_partly": "", "feedback_wrong": ""}
    two = {"feedback_right": plain(_("Exactly.")), "feedback_wrong": plain(_("Look at the plate on the device."))}
    topic = _("Fire safety")
    rows: list[tuple[str, str, str, dict[str, Any]]] = [
        (
            "single_choice",
            _("Extinguisher for grease"),
            _("Which extinguisher is meant for burning fat?"),
            {
                "options": [
                    option(_("Water"), _("Water spreads burning fat.")),
                    option(_("Class F"), _("Made for fat."), right=True),
                    option(_("Sand")),
                ],
                "shuffle": True,
                **results,
            },
        ),
        (
            "multiple_answers",
            _("Fire triangle"),
            _("What does a fire need?"),
            {
                "options": [option(_("Heat"), right=True), option(_("Fuel"), right=True), option(_("Smoke"))],
                "shuffle": False,
                "scoring": "share",
                **results,
            },
        ),
        (
            "true_false",
            _("Elevators"),
            _("Elevators may be used during a fire."),
            {
                "answer": False,
                "feedback_true": plain(_("They may stop between two floors.")),
                "feedback_false": "",
                "feedback_right": "",
                "feedback_wrong": "",
            },
        ),
        (
            "short_text",
            _("Poisonous gas"),
            _("Which gas without a smell does a smoldering fire give off?"),
            {
                "accepted": [
                    {"text": _("carbon monoxide"), "credit": 100, "feedback": ""},
                    {"text": _("carbon*"), "credit": 50, "feedback": plain(_("Which oxide is it?"))},
                ],
                "case_sensitive": False,
                **two,
            },
        ),
        (
            "numerical",
            _("Pressure"),
            _("What pressure does the gauge show?"),
            {
                "accepted": [{"number": "12.5", "tolerance": "0.5", "credit": 100, "feedback": ""}],
                "unit": "bar",
                "unit_asked": False,
                **two,
            },
        ),
        (
            "matching",
            _("Signs"),
            _("Match each color of a sign with its meaning."),
            {
                "pairs": [
                    {"prompt": plain(_("Green")), "match": _("escape route")},
                    {"prompt": plain(_("Red")), "match": _("fire equipment")},
                ],
                "extra": [_("first aid")],
                "shuffle": True,
                **results,
            },
        ),
        (
            "ordering",
            _("Alarm"),
            _("Put the steps in their order."),
            {
                "items": [plain(_("Raise the alarm")), plain(_("Warn others")), plain(_("Leave the building"))],
                "scoring": "pairs",
                **results,
            },
        ),
        (
            "gaps",
            _("Emergency call"),
            _("Fill in the gaps."),
            {
                "text": rich(f"<p>{_('The emergency number in Europe is [[1]].')}</p>"),
                "gaps": [
                    {
                        "kind": "typed",
                        "options": [{"text": "112", "credit": 100, "feedback": ""}],
                        "case_sensitive": False,
                        "points": 1,
                    }
                ],
                **results,
            },
        ),
        (
            "essay",
            _("Your escape route"),
            _("Describe the way from your desk to the meeting point."),
            {
                "rubric": [
                    {
                        "criterion": _("Complete"),
                        "points": 2,
                        "levels": [{"label": _("has gaps"), "points": 0}, {"label": _("every turn"), "points": 2}],
                    }
                ],
                "min_words": 20,
                "max_words": 200,
                "notes": plain(_("The plan hangs beside the door.")),
            },
        ),
        (
            "poll",
            _("Last drill"),
            _("When did you last take part in a fire drill?"),
            {
                "options": [
                    {"text": plain(_("This year")), "feedback": ""},
                    {"text": plain(_("Longer ago")), "feedback": ""},
                ],
                "several": False,
            },
        ),
    ]
    return [
        QuestionData(kind, title, plain(text), data, category=topic, points=Decimal(1), difficulty="medium")
        for kind, title, text, data in rows
    ]

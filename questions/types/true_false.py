"""True or false: a statement to judge."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.types.authoring import (
    FEEDBACK_FEATURES,
    as_html,
    html_of,
    result_blocks,
    result_feedback,
    results_from_data,
    results_to_data,
)
from questions.types.base import Answer, Choice, Grade, Values, only_value, score_of
from questions.types.options import OptionsType

LABELS = {"true": _("True"), "false": _("False")}


class TrueFalse(OptionsType):
    """The options are always "true" and "false", in this order."""

    name = "true_false"
    label = _("True or false")
    description = _("A statement that is right or wrong.")
    icon = "circle-check"
    order = 30

    def block(self) -> blocks.StructBlock:
        return blocks.StructBlock(
            [
                (
                    "answer",
                    blocks.ChoiceBlock(label=_("The statement is"), choices=list(LABELS.items())),
                ),
                ("feedback_true", self.choice_feedback(_("Feedback on having chosen “True”"))),
                ("feedback_false", self.choice_feedback(_("Feedback on having chosen “False”"))),
                *result_blocks("right", "wrong"),
            ],
            label=self.label,
            icon=self.icon,
        )

    def choice_feedback(self, label: Any) -> blocks.RichTextBlock:
        return blocks.RichTextBlock(label=label, required=False, features=FEEDBACK_FEATURES)

    def empty(self) -> Any:
        return self.block().get_default()

    def options(self, definition: Any) -> dict[str, Any]:
        return {
            key: {"text": label, "feedback": definition[f"feedback_{key}"], "is_right": definition["answer"] == key}
            for key, label in LABELS.items()
        }

    def choices(self, definition: Any, seed: str = "") -> list[Choice]:
        return [Choice(key, label) for key, label in LABELS.items()]

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        value = only_value(values, _("Choose “True” or “False”, then check your answer."))
        return {"options": self.chosen(definition, [value])}

    def fits(self, definition: Any, answer: Answer) -> bool:
        return super().fits(definition, answer) and len(answer["options"]) == 1

    def grade(self, definition: Any, answer: Answer) -> Grade:
        (key,) = answer["options"]
        score = score_of(key == definition["answer"])
        return Grade(score, self.feedback(definition, [key]) | result_feedback(definition, score))

    def right_answer(self, definition: Any) -> Answer | None:
        return {"options": [definition["answer"]]} if definition["answer"] in LABELS else None

    def describe(self, definition: Any, answer: Answer) -> str:
        return ", ".join(str(LABELS.get(key, "?")) for key in answer["options"])

    def problems(self, definition: Any) -> list[str | Promise]:
        return [] if definition["answer"] in LABELS else [_("Say whether the statement is true or false.")]

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "answer": "true" if data["answer"] else "false",
            "feedback_true": as_html(data.get("feedback_true") or ""),
            "feedback_false": as_html(data.get("feedback_false") or ""),
            **results_from_data(data, "right", "wrong"),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "answer": definition["answer"] == "true",
            "feedback_true": html_of(definition["feedback_true"]),
            "feedback_false": html_of(definition["feedback_false"]),
            **results_to_data(definition, "right", "wrong"),
        }

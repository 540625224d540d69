"""Single choice: one option is right."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from questions.types.authoring import result_feedback
from questions.types.base import Answer, Grade, Values, only_value, score_of
from questions.types.options import JudgedOptionsType


class SingleChoice(JudgedOptionsType):
    """The chosen option's credit is the score."""

    name = "single_choice"
    label = _("Single choice")
    description = _("One option is right.")
    icon = "radio-full"
    order = 10

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        value = only_value(values, _("Choose one of the options, then check your answer."))
        return {"options": self.chosen(definition, [value])}

    def fits(self, definition: Any, answer: Answer) -> bool:
        return super().fits(definition, answer) and len(answer["options"]) == 1

    def grade(self, definition: Any, answer: Answer) -> Grade:
        (key,) = answer["options"]
        score = score_of(self.credit(self.options(definition)[key]))
        return Grade(score, self.feedback(definition, [key]) | result_feedback(definition, score))

    def right_answer(self, definition: Any) -> Answer | None:
        options = self.options(definition)
        best = max(options, key=lambda key: self.credit(options[key]), default=None)
        return {"options": [best]} if best is not None else None

    def problems(self, definition: Any) -> list[str | Promise]:
        options = self.options(definition).values()
        right = sum(bool(option["is_right"]) for option in options)
        if right != 1:
            return [_("Mark exactly one option as right; %(count)d are marked.") % {"count": right}]
        found: list[str | Promise] = []
        if any(option["is_right"] and self.credit(option) != 1 for option in options):
            found.append(_("The right option has to earn 100 percent. Leave its credit empty, or give 100."))
        if any(not option["is_right"] and self.credit(option) == 1 for option in options):
            found.append(_("A wrong option earns 100 percent. Lower its credit, or mark it as the right one."))
        return found + self.wrong_texts(definition)

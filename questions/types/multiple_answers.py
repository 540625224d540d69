"""Multiple answers: several options may be right, and all, a share or the sum of them counts."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.exceptions import AnswerInvalid
from questions.types.authoring import result_feedback
from questions.types.base import PLACES, Answer, Grade, Values, score_of
from questions.types.options import JudgedOptionsType

ALL, SHARE, CREDITS = "all", "share", "credits"


class MultipleAnswers(JudgedOptionsType):
    name = "multiple_answers"
    label = _("Multiple answers")
    description = _("Several options may be right. All of them count, or each for a part.")
    icon = "check"
    order = 20

    def several(self, definition: Any) -> bool:
        return True

    def extra_blocks(self) -> list[tuple[str, blocks.Block]]:
        return [
            (
                "scoring",
                blocks.ChoiceBlock(
                    label=_("Points"),
                    choices=[
                        (ALL, _("All or nothing: every right option and no other")),
                        (SHARE, _("A part for each right option; each wrong one takes a part away, not below 0")),
                        (CREDITS, _("The sum of the chosen options’ credits")),
                    ],
                    default=ALL,
                ),
            )
        ]

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        chosen = values.get("", [])
        if not chosen:
            raise AnswerInvalid(_("Choose every option that is right, then check your answer."))
        return {"options": self.chosen(definition, chosen)}

    def grade(self, definition: Any, answer: Answer) -> Grade:
        score = score_of(self.earned(definition, set(answer["options"])))
        feedback = self.feedback(definition, answer["options"]) | result_feedback(definition, score)
        return Grade(score, feedback)

    def earned(self, definition: Any, chosen: set[str]) -> Decimal:
        options = self.options(definition)
        right = {key for key, option in options.items() if option["is_right"]}
        wrong = set(options) - right
        match definition["scoring"]:
            case "share":
                got = Decimal(len(chosen & right)) / len(right) if right else Decimal(0)
                lost = Decimal(len(chosen & wrong)) / len(wrong) if wrong else Decimal(0)
                return max(got - lost, Decimal(0))
            case "credits":
                return sum((self.part_of(options[key], len(right)) for key in chosen), Decimal(0))
            case _all:
                return Decimal(chosen == right)

    def part_of(self, option: Any, right: int) -> Decimal:
        """What one chosen option adds: its own credit, or else an equal part of the whole if it is right."""
        if option.get("credit") is not None:
            return self.credit(option)
        return Decimal(1) / right if option["is_right"] else Decimal(0)

    def right_answer(self, definition: Any) -> Answer | None:
        right = [key for key, option in self.options(definition).items() if option["is_right"]]
        return {"options": right} if right else None

    def problems(self, definition: Any) -> list[str | Promise]:
        if not any(option["is_right"] for option in self.options(definition).values()):
            return [_("Mark at least one option as right.")]
        found: list[str | Promise] = []
        if definition["scoring"] == CREDITS:
            right = self.right_answer(definition) or {"options": []}
            # Not as graded: a grade is never more than all points.
            total = self.earned(definition, set(right["options"])).quantize(PLACES, ROUND_HALF_UP)
            if total != 1:
                found.append(
                    _("The credits of the right options add up to %(total)s percent; they have to make 100.")
                    % {"total": format((total * 100).normalize(), "f")}
                )
        return found + self.wrong_texts(definition)

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return super().from_data(data) | {"scoring": data.get("scoring") or ALL}

    def to_data(self, definition: Any) -> dict[str, Any]:
        return super().to_data(definition) | {"scoring": definition["scoring"] or ALL}

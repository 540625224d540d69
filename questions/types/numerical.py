"""Numerical: a number that is right within a tolerance, with its unit if the author asks for one."""

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.exceptions import AnswerInvalid
from questions.types.authoring import (
    RESULTS,
    ROW,
    as_html,
    credit_block,
    credit_from_data,
    credit_to_data,
    empty_items,
    feedback_block,
    html_of,
    items_from_data,
    number_text,
    result_blocks,
    result_feedback,
    results_from_data,
    results_to_data,
)
from questions.types.base import Answer, Grade, Part, QuestionType, Values, only_value, score_of, share, short_enough

UNIT = "unit"
# A number has at most so many digits before or after its point.
DIGITS = 30


def parsed_number(text: str) -> Decimal:
    """A number as people write it: 1,5 and 1.5, 1 000 and 1'000, with a minus sign of any kind."""
    plain = text.translate({ord(c): None for c in " \u00a0\u202f'’"}).replace("−", "-")
    if "," in plain and "." in plain:
        plain = plain.replace("," if plain.rfind(".") > plain.rfind(",") else ".", "")
    try:
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > DIGITS:
        raise AnswerInvalid(
            _("“%(text)s” is not a number. Type digits only, such as 1250 or 0.5.") % {"text": text[:40]}
        )
    return number


def same_unit(first: str, second: str) -> bool:
    """Case counts, since mW is not MW; spaces and forms of Unicode do not."""
    return _bare(first) == _bare(second)


def _bare(unit: str) -> str:
    return "".join(unicodedata.normalize("NFKC", unit).split())


class Numerical(QuestionType):
    """The first accepted number that is near enough decides about credit and feedback; a wrong unit earns nothing.

    An answer is ``{"number": str, "text": str}``, the number and as it was typed, with "unit" where one is asked for.
    """

    name = "numerical"
    label = _("Numerical")
    description = _("A number, right within the tolerance you set.")
    icon = "decimal"
    order = 50
    max_length = 60
    max_unit = 20

    def block(self) -> blocks.StructBlock:
        accepted = blocks.StructBlock(
            [
                ("number", blocks.DecimalBlock(label=_("Number"))),
                (
                    "tolerance",
                    blocks.DecimalBlock(
                        label=_("Tolerance"),
                        required=False,
                        default=Decimal(0),
                        min_value=0,
                        help_text=_("Answers this far above or below count too."),
                    ),
                ),
                ("credit", credit_block(default=100)),
                ("feedback", feedback_block(_("Shown to learners who gave this answer."))),
            ],
            label=_("Accepted number"),
            label_format="{number} ± {tolerance}",
            icon="decimal",
            form_classname=ROW,
        )
        return blocks.StructBlock(
            [
                (
                    "accepted",
                    blocks.ListBlock(
                        accepted,
                        label=_("Accepted numbers"),
                        min_num=1,
                        help_text=_("They are tried from the first to the last; the first that is near enough counts."),
                    ),
                ),
                ("unit", blocks.CharBlock(label=_("Unit"), required=False, max_length=self.max_unit)),
                (
                    "unit_asked",
                    blocks.BooleanBlock(
                        label=_("Learners have to type the unit"),
                        required=False,
                        help_text=_("Otherwise it is shown beside the field."),
                    ),
                ),
                *result_blocks(*RESULTS),
            ],
            label=self.label,
            icon=self.icon,
        )

    def empty(self) -> Any:
        return self.block().to_python({"accepted": empty_items(1, {})})

    def asks_unit(self, definition: Any) -> bool:
        return bool(definition["unit"] and definition["unit_asked"])

    def parts(self, definition: Any, seed: str = "") -> list[Part]:
        return [Part(UNIT, _("Unit"))] if self.asks_unit(definition) else []

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        text = short_enough(only_value(values, _("Type a number, then check it.")), self.max_length)
        answer = {"number": str(parsed_number(text)), "text": text}
        if self.asks_unit(definition):
            unit = only_value(values, _("Type the unit beside the number, then check your answer."), UNIT)
            answer[UNIT] = short_enough(unit, self.max_length)
        return answer

    def values(self, definition: Any, answer: Answer) -> dict[str, list[str]]:
        found = {"": [answer["text"]] if "text" in answer else []}
        return found | ({UNIT: [answer[UNIT]]} if UNIT in answer else {})

    def fits(self, definition: Any, answer: Answer) -> bool:
        return "number" in answer and (UNIT in answer or not self.asks_unit(definition))

    def grade(self, definition: Any, answer: Answer) -> Grade:
        number = Decimal(answer["number"])
        near = (entry for entry in definition["accepted"] if self.is_near(entry, number))
        found = next(near, None)
        score = score_of(share(found["credit"] or 0) if found else 0)
        if self.asks_unit(definition) and not same_unit(answer[UNIT], definition["unit"]):
            score, found = min(score, score_of(0)), None
        return Grade(score, result_feedback(definition, score, *([found["feedback"]] if found else [])))

    def is_near(self, entry: Any, number: Decimal) -> bool:
        return entry["number"] is not None and abs(number - entry["number"]) <= (entry["tolerance"] or 0)

    def right_answer(self, definition: Any) -> Answer | None:
        for entry in definition["accepted"]:
            if entry["number"] is not None:
                text = str(number_text(entry["number"]))
                unit = {UNIT: definition["unit"]} if self.asks_unit(definition) else {}
                if self.grade(definition, answer := {"number": text, "text": text, **unit}).score == 1:
                    return answer
        return None

    def describe(self, definition: Any, answer: Answer) -> str:
        return f"{answer['text']} {answer.get(UNIT) or definition['unit'] or ''}".strip()

    def problems(self, definition: Any) -> list[str | Promise]:
        numbers = [entry["number"] for entry in definition["accepted"] if entry["number"] is not None]
        if not numbers:
            return [_("Give the right answer as a number.")]
        found: list[str | Promise] = []
        if any(abs(number.adjusted()) > DIGITS for number in numbers):
            found.append(_("A number has more than %(count)d digits, which nobody can type.") % {"count": DIGITS})
        if definition["unit_asked"] and not definition["unit"]:
            found.append(_("Learners are asked for the unit, but none is given. Give the unit, or do not ask for it."))
        return found + self.cannot_reach_full(definition)

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        short = [{"number": data.get("answer"), "tolerance": data.get("tolerance")}]
        values = [
            {
                "number": str(entry["number"]),
                "tolerance": str(entry.get("tolerance") or 0),
                "credit": credit_from_data(entry.get("credit", 100)),
                "feedback": as_html(entry.get("feedback") or ""),
            }
            for entry in data.get("accepted", short)
        ]
        return {
            "accepted": items_from_data(values, "accepted", data.get("namespace")),
            "unit": data.get("unit") or "",
            "unit_asked": bool(data.get("unit_asked")),
            **results_from_data(data, *RESULTS),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "accepted": [
                {
                    "number": number_text(entry["number"]),
                    "tolerance": number_text(entry["tolerance"] or 0),
                    "credit": credit_to_data(entry["credit"]),
                    "feedback": html_of(entry["feedback"]),
                }
                for entry in definition["accepted"]
            ],
            "unit": definition["unit"] or "",
            "unit_asked": bool(definition["unit_asked"]),
            **results_to_data(definition, *RESULTS),
        }

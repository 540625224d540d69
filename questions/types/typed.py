"""Types whose answer is typed: short text and numerical."""

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.exceptions import AnswerInvalid
from questions.types.base import Answer, Grade, QuestionType, only_value
from questions.types.options import as_html

FEEDBACK_FEATURES = ["bold", "italic", "code", "superscript", "subscript", "link"]


class TypedDefinitionBlock(blocks.StructBlock):
    feedback_right = blocks.RichTextBlock(
        label=_("Feedback on a right answer"), required=False, features=FEEDBACK_FEATURES
    )
    feedback_wrong = blocks.RichTextBlock(
        label=_("Feedback on a wrong answer"),
        required=False,
        features=FEEDBACK_FEATURES,
        help_text=_("Help the learner find the answer; do not give it away."),
    )


class ShortTextDefinitionBlock(TypedDefinitionBlock):
    accepted = blocks.ListBlock(blocks.CharBlock(label=_("Accepted answer")), label=_("Accepted answers"), min_num=1)
    case_sensitive = blocks.BooleanBlock(label=_("Upper and lower case matter"), required=False)


class NumericalDefinitionBlock(TypedDefinitionBlock):
    answer = blocks.DecimalBlock(label=_("Right answer"))
    tolerance = blocks.DecimalBlock(
        label=_("Tolerance"),
        required=False,
        default=Decimal(0),
        min_value=0,
        help_text=_("Answers this far above or below are right too."),
    )
    unit = blocks.CharBlock(
        label=_("Unit"),
        required=False,
        max_length=20,
        help_text=_("Shown beside the field; learners type the number only."),
    )


class TypedType(QuestionType):
    def feedback(self, definition: Any, is_right: bool) -> dict[str, str]:
        text = definition["feedback_right" if is_right else "feedback_wrong"]
        return {"": str(text)} if text else {}


def folded(text: str, case_sensitive: bool) -> str:
    """Text as it is compared: one form of Unicode, single spaces, case folded unless it matters."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    return text if case_sensitive else text.casefold()


class ShortText(TypedType):
    """Right when it equals an accepted answer. An answer is ``{"text": str}``."""

    name = "short_text"
    label = _("Short text")
    description = _("A word or two, compared with the answers you accept.")
    icon = "edit"
    max_length = 500

    def block(self) -> blocks.StructBlock:
        return ShortTextDefinitionBlock(label=self.label, icon=self.icon)

    def clean_answer(self, definition: Any, values: list[str]) -> Answer:
        text = only_value(values, _("Type your answer, then check it."))
        if len(text) > self.max_length:
            raise AnswerInvalid(_("An answer has at most %(count)d characters.") % {"count": self.max_length})
        return {"text": text}

    def fits(self, definition: Any, answer: Answer) -> bool:
        return "text" in answer

    def grade(self, definition: Any, answer: Answer) -> Grade:
        case = bool(definition["case_sensitive"])
        is_right = folded(answer["text"], case) in {folded(text, case) for text in definition["accepted"]}
        return Grade(Decimal(is_right), self.feedback(definition, is_right))

    def describe(self, definition: Any, answer: Answer) -> str:
        return answer["text"]

    def problems(self, definition: Any) -> list[str | Promise]:
        return [] if any(text.strip() for text in definition["accepted"]) else [_("Give at least one accepted answer.")]

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "accepted": list(data["accepted"]),
            "case_sensitive": bool(data.get("case_sensitive")),
            "feedback_right": as_html(data.get("feedback_right") or ""),
            "feedback_wrong": as_html(data.get("feedback_wrong") or ""),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "accepted": list(definition["accepted"]),
            "case_sensitive": bool(definition["case_sensitive"]),
            "feedback_right": str(definition["feedback_right"]),
            "feedback_wrong": str(definition["feedback_wrong"]),
        }


def parsed_number(text: str) -> Decimal:
    """A number as people write it: 1,5 and 1.5, 1 000 and 1'000, with a minus sign of any kind."""
    plain = text.translate({ord(c): None for c in " \u00a0\u202f'’"}).replace("−", "-")
    if "," in plain and "." in plain:
        plain = plain.replace("," if plain.rfind(".") > plain.rfind(",") else ".", "")
    try:
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise AnswerInvalid(
            _("“%(text)s” is not a number. Type digits only, such as 1250 or 0.5.") % {"text": text[:40]}
        )
    return number


class Numerical(TypedType):
    """Right within the tolerance. An answer is ``{"number": str, "text": str}``: the number, and as it was typed."""

    name = "numerical"
    label = _("Numerical")
    description = _("A number, right within the tolerance you set.")
    icon = "decimal"

    def block(self) -> blocks.StructBlock:
        return NumericalDefinitionBlock(label=self.label, icon=self.icon)

    def clean_answer(self, definition: Any, values: list[str]) -> Answer:
        text = only_value(values, _("Type a number, then check it."))
        return {"number": str(parsed_number(text)), "text": text}

    def fits(self, definition: Any, answer: Answer) -> bool:
        return "number" in answer

    def grade(self, definition: Any, answer: Answer) -> Grade:
        distance = abs(Decimal(answer["number"]) - definition["answer"])
        is_right = distance <= (definition["tolerance"] or 0)
        return Grade(Decimal(is_right), self.feedback(definition, is_right))

    def describe(self, definition: Any, answer: Answer) -> str:
        return f"{answer['text']} {definition['unit'] or ''}".strip()

    def problems(self, definition: Any) -> list[str | Promise]:
        return [] if definition["answer"] is not None else [_("Give the right answer as a number.")]

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "answer": str(data["answer"]),
            "tolerance": str(data.get("tolerance") or 0),
            "unit": data.get("unit") or "",
            "feedback_right": as_html(data.get("feedback_right") or ""),
            "feedback_wrong": as_html(data.get("feedback_wrong") or ""),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "answer": str(definition["answer"]),
            "tolerance": str(definition["tolerance"] or 0),
            "unit": definition["unit"],
            "feedback_right": str(definition["feedback_right"]),
            "feedback_wrong": str(definition["feedback_wrong"]),
        }

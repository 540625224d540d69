"""A question as a learner meets it before answering, for previews."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _

from questions.models import Question
from questions.types import Choice, QuestionType, question_type

register = template.Library()


@dataclass(frozen=True)
class ShownQuestion:
    """The fields of a check's question that its template reads, none of them answered."""

    question: Any
    kind: QuestionType
    choices: list[Choice] = dataclasses.field(default_factory=list)
    unit: str = ""
    several: bool = False
    field: str = "question"
    chosen: tuple = ()


@dataclass(frozen=True)
class Stem:
    stem: str


@register.simple_tag
def shown_question(question: Question) -> ShownQuestion | None:
    """None while an unsaved question has no kind yet."""
    if not question.definition:
        return None
    kind, value = question.kind, question.value
    return ShownQuestion(
        question=question,
        kind=kind,
        choices=kind.choices(value),
        unit=str(value.get("unit") or ""),
        several=kind.name == "multiple_answers" or bool(value.get("several")),
    )


@register.simple_tag
def sample_question() -> ShownQuestion:
    """What the block picker shows for a knowledge check, whose questions are in the bank."""
    options = (_("Five, one for each customer"), _("Three, one for each order"), _("Fifteen, every pair"))
    return ShownQuestion(
        question=Stem(_("Five customers, three of them with one order each. How many rows does the join return?")),
        kind=question_type("single_choice"),
        choices=[Choice(str(number), text) for number, text in enumerate(options)],
    )

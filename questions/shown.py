"""A question as one learner sees it now: what its templates read. Nothing here tells a right answer that was not given."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property

from questions.types import Choice, Grade, Part, QuestionType, Values


@dataclass(frozen=True)
class ShownPart:
    """One field of a question that has several, with what the learner put there and what may be said about it."""

    part: Part
    field: str
    number: int
    value: str = ""
    feedback: str = ""
    is_right: bool | None = None

    @property
    def html(self) -> Any:
        return self.part.html

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self.part.choices


@dataclass(frozen=True)
class ShownQuestion:
    """``values`` fill the form; ``grade`` is there only while its feedback may be said."""

    question: Any
    field: str
    seed: str = ""
    values: Values = dataclasses.field(default_factory=dict)
    is_answered: bool = False
    is_right: bool | None = None
    is_partly_right: bool = False
    grade: Grade | None = None
    error: str = ""
    # What may be said here and now; a quiz has rules about it.
    shows_hint: bool = True
    shows_verdict: bool = True
    shows_feedback: bool = True
    shows_solution: bool = True
    # Whether somebody grades what a person has to grade. In a lesson nobody does.
    has_grader: bool = True

    @property
    def kind(self) -> QuestionType:
        return self.question.kind

    @property
    def definition(self) -> Any:
        """What the author wrote, right answers included: templates take from it only what learners may read."""
        return self.question.value

    @cached_property
    def choices(self) -> list[Choice]:
        return self.kind.choices(self.definition, self.seed)

    @cached_property
    def parts(self) -> list[ShownPart]:
        feedback = self.grade.feedback if self.grade else {}
        earned = self.grade.parts if self.grade else {}
        return [
            ShownPart(
                part,
                f"{self.field}.{part.key}",
                number,
                value=next(iter(self.values.get(part.key, [])), ""),
                feedback=feedback.get(part.key, ""),
                is_right=earned[part.key] == 1 if part.key in earned and self.shows_verdict else None,
            )
            for number, part in enumerate(self.kind.parts(self.definition, self.seed), 1)
        ]

    @property
    def parts_by_value(self) -> list[ShownPart]:
        """The parts in the order that the learner gave them by numbers; as they were mixed where one has none."""
        # Of a refused answer nothing is known.
        if not all(part.value.isdecimal() and len(part.value) < 5 for part in self.parts):
            return self.parts
        return sorted(self.parts, key=lambda part: int(part.value))

    @property
    def chosen(self) -> list[str]:
        return self.values.get("", [])

    @property
    def text(self) -> str:
        return next(iter(self.chosen), "")

    @property
    def several(self) -> bool:
        return self.kind.several(self.definition)

    @property
    def waits_for_grading(self) -> bool:
        return self.is_answered and self.is_right is None and self.kind.graded_by_hand and self.has_grader

    @property
    def option_feedback(self) -> Mapping[str, str]:
        return {key: html for key, html in self.grade.feedback.items() if key} if self.grade else {}

    @property
    def answer_feedback(self) -> str:
        return self.grade.feedback.get("", "") if self.grade else ""

    @property
    def general_feedback(self) -> str:
        return self.question.feedback if self.is_answered and self.shows_feedback else ""

    @property
    def solution(self) -> str:
        """The worked solution, once the answer is right, or is there where nobody will judge it: to compare with."""
        nobody_judges = self.kind.graded_by_hand and not self.has_grader
        is_due = self.is_answered and (self.is_right or nobody_judges)
        return self.question.solution if is_due and self.shows_solution else ""

    @property
    def resource(self) -> Any | None:
        """Where else this is explained, once an answer was not right: a live page, or an address."""
        if not self.is_answered or self.is_right is not False or not self.shows_feedback:
            return None
        return self.question.resource

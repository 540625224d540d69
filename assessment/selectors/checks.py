"""What a learner's answers add up to, and what a knowledge check shows."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from assessment.models import Response
from learning.models import Enrollment
from questions.models import Question
from questions.types import Choice, QuestionType


@dataclass(frozen=True)
class LessonScore:
    """Points got of points there are in a lesson's graded questions; polls count as answered or not."""

    got: Decimal
    of: int
    unanswered: int

    @property
    def is_complete(self) -> bool:
        """Everything is answered, and everything that can be right is right."""
        return self.unanswered == 0 and self.got == self.of


def lesson_score(
    *, checks: Mapping[str, list[int]], questions: Mapping[int, Question], latest: Mapping[tuple[str, int], Response]
) -> LessonScore:
    """Add up the newest answers of a lesson. A question that is gone from the bank counts as not asked."""
    got, of, unanswered = Decimal(0), 0, 0
    for block_id, keys in checks.items():
        for key in keys:
            if key not in questions:
                continue
            response, is_graded = latest.get((block_id, key)), questions[key].kind.is_graded
            of += is_graded
            if response is None:
                unanswered += 1
            elif is_graded:
                got += response.score or 0
    return LessonScore(got, of, unanswered)


@dataclass(frozen=True)
class CheckQuestion:
    """One question of a check as this learner sees it now. Nothing here tells a right answer that was not given."""

    question: Question
    field: str
    choices: list[Choice]
    chosen: list[str] = dataclasses.field(default_factory=list)
    text: str = ""
    unit: str = ""
    several: bool = False
    is_answered: bool = False
    is_right: bool | None = None
    option_feedback: dict[str, str] = dataclasses.field(default_factory=dict)
    answer_feedback: str = ""
    error: str = ""

    @property
    def kind(self) -> QuestionType:
        return self.question.kind

    @property
    def general_feedback(self) -> str:
        return self.question.feedback if self.is_answered else ""


@dataclass(frozen=True)
class Check:
    title: str
    anchor: str
    questions: list[CheckQuestion]
    action: str = ""

    @property
    def is_done(self) -> bool:
        """Every question is answered, and every one that can be right is right."""
        return all(entry.is_answered and entry.is_right is not False for entry in self.questions)

    @property
    def is_answered(self) -> bool:
        return any(entry.is_answered for entry in self.questions)


def field_name(question_id: int) -> str:
    return f"q{question_id}"


def latest_responses(*, enrollment: Enrollment, lesson_key: UUID) -> dict[tuple[str, int], Response]:
    """The newest answer at each place of a lesson."""
    rows = Response.objects.filter(enrollment=enrollment, lesson_key=lesson_key, is_latest=True)
    return {(row.block_id, row.question_id): row for row in rows}


def asked_questions(checks: Mapping[str, list[int]]) -> dict[int, Question]:
    """The questions by id that a lesson's checks ask. One that was taken back, or never published, is not asked."""
    return Question.objects.filter(live=True).in_bulk({key for keys in checks.values() for key in keys})


def check_question(
    question: Question, response: Response | None, draft: dict[str, Any] | None = None, *, seed: str = ""
) -> CheckQuestion:
    """``question`` with the learner's newest answer, or with a refused ``draft`` ({"values", "error"}).

    ``seed`` names the learner, whose options keep their random order from one visit to the next.
    """
    kind, value = question.kind, question.value
    choices = kind.choices(value, f"{seed}:{question.uuid}" if seed else "")
    shown: dict[str, Any] = {}
    if response is not None:
        known = {choice.id for choice in choices}
        # The question may have changed since: the answer and its verdict stay, and no feedback contradicts them.
        grade = kind.grade(value, response.answer) if kind.fits(value, response.answer) else None
        if grade and grade.score != response.score:
            grade = None
        shown = {
            "chosen": [key for key in response.answer.get("options", []) if key in known],
            "text": response.answer.get("text", ""),
            "is_answered": True,
            "is_right": response.is_right,
            "option_feedback": {key: html for key, html in grade.feedback.items() if key} if grade else {},
            "answer_feedback": grade.feedback.get("", "") if grade else "",
        }
    if draft is not None:
        values = draft["values"]
        shown |= {
            "chosen": values,
            "text": values[0] if values else "",
            "error": draft["error"],
            "is_answered": False,
            "is_right": None,
        }
        shown |= {"option_feedback": {}, "answer_feedback": ""}
    return CheckQuestion(
        question=question,
        field=field_name(question.pk),
        choices=choices,
        unit=str(value.get("unit") or ""),
        several=kind.name == "multiple_answers" or bool(value.get("several")),
        **shown,
    )

"""What a learner's answers add up to, and what a knowledge check shows."""

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from django.utils.translation import ngettext
from wagtail.models import ReferenceIndex

from assessment.models import AttemptQuestion, Response
from learning.models import Enrollment
from questions.models import Question
from questions.shown import ShownQuestion
from questions.types import Grade
from questions.types.base import PLACES


@dataclass(frozen=True)
class LessonScore:
    """Points got of points there are in a lesson's graded questions.

    Polls, and essays that a person reads, count as answered or not.
    """

    got: Decimal
    of: Decimal
    # Places that have no answer, or one that could be right and is not.
    open: int

    @property
    def is_complete(self) -> bool:
        """Everything is answered, and everything that can be right is right."""
        return self.open == 0


def lesson_score(
    *, checks: Mapping[str, list[int]], questions: Mapping[int, Question], latest: Mapping[tuple[str, int], Response]
) -> LessonScore:
    """Add up the newest answers of a lesson. A question that is gone from the bank counts as not asked."""
    got, of, unfinished = Decimal(0), Decimal(0), 0
    for block_id, keys in checks.items():
        for key in keys:
            if key not in questions:
                continue
            response, kind = latest.get((block_id, key)), questions[key].kind
            points = questions[key].points if kind.is_graded and not kind.graded_by_hand else Decimal(0)
            of += points
            if response is not None:
                got += points * (response.score or 0)
            unfinished += response is None or (kind.is_graded and response.is_right is False)
    return LessonScore(got.quantize(PLACES), of, unfinished)


@dataclass(frozen=True)
class Check:
    title: str
    anchor: str
    questions: list[ShownQuestion]
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


def earned(grade: Grade) -> Decimal | None:
    """What a grade counts in a knowledge check, where nothing is ever taken away."""
    return None if grade.score is None else max(grade.score, Decimal(0))


def check_question(
    question: Question, response: Response | None, draft: dict[str, Any] | None = None, *, seed: str = ""
) -> ShownQuestion:
    """``question`` with the learner's newest answer, or with a refused ``draft`` ({"values", "error"}).

    ``seed`` names the learner, for whom what is mixed keeps its order from one visit to the next.
    """
    kind, value = question.kind, question.value
    shown: dict[str, Any] = {}
    if draft is not None:
        shown = {"values": draft["values"], "error": draft["error"]}
    elif response is not None:
        # The question may have changed since: the answer and its verdict stay, and no feedback contradicts them.
        grade = kind.grade(value, response.answer) if kind.fits(value, response.answer) else None
        if grade and earned(grade) != response.score:
            grade = None
        shown = {
            "values": kind.values(value, response.answer),
            "is_answered": True,
            "is_right": response.is_right,
            "is_partly_right": bool(response.score) and not response.is_right,
            "grade": grade,
        }
    return ShownQuestion(
        question=question,
        field=field_name(question.pk),
        seed=f"{seed}:{question.uuid}" if seed else "",
        has_grader=False,
        **shown,
    )


@dataclass(frozen=True)
class Usage:
    """How much a question is used: pages that ask it, by what they are called, and answers."""

    pages: dict[str, int] = dataclasses.field(default_factory=dict)
    answers: int = 0


def question_usage(keys: Collection[int]) -> dict[int, Usage]:
    """The usage of each question in three queries. A page counts once, however often it asks."""
    found: dict[int, dict[int, int]] = {key: {} for key in keys}
    rows = (
        ReferenceIndex.objects.filter(
            to_content_type=ContentType.objects.get_for_model(Question), to_object_id__in=[str(key) for key in keys]
        )
        .values("to_object_id", "content_type")
        .annotate(count=Count("object_id", distinct=True))
        .order_by("to_object_id", "content_type")
    )
    for row in rows:
        found[int(row["to_object_id"])][row["content_type"]] = row["count"]
    answers: Counter[int] = Counter()
    for rows_of_answers in (Response.objects.all(), AttemptQuestion.objects.filter(answer__isnull=False)):
        counted = rows_of_answers.filter(question__in=keys).order_by().values_list("question")
        answers.update(dict(counted.annotate(count=Count("pk"))))
    return {
        key: Usage({named(kind, count): count for kind, count in kinds.items()}, answers[key])
        for key, kinds in found.items()
    }


def named(content_type_id: int, count: int) -> str:
    """What pages of a type are called."""
    model = ContentType.objects.get_for_id(content_type_id).model_class()
    if model is None:
        return str(ngettext("page", "pages", count))
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural)

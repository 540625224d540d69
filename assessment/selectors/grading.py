"""What waits for a person to grade it, and one answer with everything its grader needs."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from assessment.models import AttemptQuestion, AttemptState
from assessment.policies import gradable
from lms_pages.models import CoursePage
from questions.models import Question


@dataclass(frozen=True)
class Level:
    label: str
    points: Decimal


@dataclass(frozen=True)
class Criterion:
    """A line of a rubric; ``given`` is what the answer got for it."""

    name: str
    points: Decimal
    levels: tuple[Level, ...]
    given: Decimal | None = None


@dataclass(frozen=True)
class ToGrade:
    """An answer as its grader reads it. ``before`` and ``after`` are its neighbors in the queue."""

    row: AttemptQuestion
    question: Question
    words: str
    rubric: tuple[Criterion, ...]
    before: AttemptQuestion | None
    after: AttemptQuestion | None
    waiting: int

    @property
    def rubric_points(self) -> Decimal:
        return sum((line.points for line in self.rubric), Decimal(0))


def waiting(viewer: Any) -> QuerySet[AttemptQuestion]:
    """What waits and the viewer may grade."""
    return AttemptQuestion.objects.filter(gradable(viewer), needs_grading=True)


def answers_to_grade(viewer: Any, course: CoursePage) -> QuerySet[AttemptQuestion]:
    """What waits in a course the viewer teaches: question by question, the oldest first, so that one standard is held."""
    return (
        waiting(viewer)
        .filter(attempt__enrollment__course_key=course.translation_key, attempt__state=AttemptState.SUBMITTED)
        .select_related("attempt__enrollment__learner", "attempt__quiz", "question")
        .order_by("question_id", "answered_at", "pk")
    )


def graded_by_hand(viewer: Any, course: CoursePage, most: int = 50) -> list[AttemptQuestion]:
    """What people graded last in a course. What a learner got who also teaches it is in the review of their attempt."""
    rows = AttemptQuestion.objects.filter(gradable(viewer), graded_at__isnull=False, needs_grading=False)
    rows = rows.filter(attempt__enrollment__course_key=course.translation_key)
    related = rows.select_related("attempt__enrollment__learner", "attempt__quiz", "question", "graded_by")
    return list(related.order_by("-graded_at", "-pk")[:most])


def waiting_by_course(viewer: Any, keys: list) -> dict:
    """How many answers wait, by the key of their course: one query for any number of courses."""
    counts = (
        waiting(viewer)
        .filter(attempt__enrollment__course_key__in=keys, attempt__state=AttemptState.SUBMITTED)
        .order_by()
        .values_list("attempt__enrollment__course_key")
        .annotate(count=Count("pk"))
    )
    return dict(counts)


def answer_to_grade(viewer: Any, course: CoursePage, row: AttemptQuestion) -> ToGrade:
    """``row`` with its place in the queue: four queries, however long the queue is."""
    queue = answers_to_grade(viewer, course)
    place = (row.question_id, row.answered_at, row.pk)
    question = row.as_asked
    definition = question.value
    return ToGrade(
        row=row,
        question=question,
        words=question.kind.describe(definition, row.answer) if row.answer is not None else "",
        rubric=rubric_of(definition, row.rubric),
        before=queue.filter(earlier_than(*place)).order_by("-question_id", "-answered_at", "-pk").first(),
        after=queue.filter(later_than(*place)).first(),
        waiting=queue.count(),
    )


def earlier_than(question_id: int, at: Any, pk: int) -> Q:
    same = Q(question_id=question_id)
    return Q(question_id__lt=question_id) | same & Q(answered_at__lt=at) | same & Q(answered_at=at, pk__lt=pk)


def later_than(question_id: int, at: Any, pk: int) -> Q:
    same = Q(question_id=question_id)
    return Q(question_id__gt=question_id) | same & Q(answered_at__gt=at) | same & Q(answered_at=at, pk__gt=pk)


def rubric_of(definition: Any, given: list[dict[str, Any]]) -> tuple[Criterion, ...]:
    """The rubric of a question as it was asked, with the points that were given already."""
    points = [Decimal(str(line["points"])) for line in given]
    return tuple(
        Criterion(
            name=line["criterion"],
            points=Decimal(line["points"] or 0),
            levels=tuple(Level(level["label"], Decimal(level["points"] or 0)) for level in line["levels"]),
            given=points[number] if number < len(points) else None,
        )
        for number, line in enumerate(definition.get("rubric") or [])
    )

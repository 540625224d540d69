"""Answers as item analysis reads them. Every source of answers comes in here, and nowhere else."""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from itertools import chain
from uuid import UUID

from django.db.models import Case, DecimalField, F, QuerySet, When

from assessment.item_statistics import Matrix
from assessment.models import AttemptQuestion, AttemptState, Response
from questions.models import Question
from workbench.html import plain_text

OPTION_LABEL_LENGTH = 120


def analyzed_responses() -> QuerySet[Response]:
    """First answers to graded questions: a later try knows the feedback."""
    return Response.objects.filter(attempt=1, score__isnull=False)


def analyzed_attempts() -> QuerySet[AttemptQuestion]:
    """What first attempts at quizzes asked and what became of it: no answer earns nothing there."""
    return AttemptQuestion.objects.filter(
        attempt__number=1, attempt__state__in=[AttemptState.SUBMITTED, AttemptState.GRADED], share__isnull=False
    )


def answered_pages() -> dict[UUID, UUID]:
    """The lessons and quizzes in which graded questions were answered, with the key of their course."""
    checks = analyzed_responses().order_by().values_list("lesson_key", "enrollment__course_key").distinct()
    quizzes = analyzed_attempts().order_by().values_list("attempt__quiz_key", "attempt__enrollment__course_key")
    return dict(checks) | dict(quizzes.distinct())


def answer_matrix(*, page_keys: Collection[UUID]) -> Matrix:
    """First answers in these lessons and quizzes: one row for each run and page, since a total is that of one page.
    Of a question that was tried more than once, the first try was not right. Two queries. Questions are named by their id, in the order in which they were first answered."""
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    chosen: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    questions: dict[str, None] = {}
    rows = (
        analyzed_responses()
        .filter(lesson_key__in=page_keys)
        .order_by("pk")
        .values_list("enrollment_id", "lesson_key", "question_id", "score", "answer")
    )
    tried = Case(When(tries__gt=1, then=Decimal(0)), default=F("share"), output_field=DecimalField())
    quizzes = (
        analyzed_attempts()
        .filter(attempt__quiz_key__in=page_keys)
        .order_by("pk")
        .values_list("attempt__enrollment_id", "attempt__quiz_key", "question_id", tried, "answer")
    )
    found = chain(rows.iterator(chunk_size=2_000), quizzes.iterator(chunk_size=2_000))
    for enrollment, page, question, score, answer in found:
        row, key = f"{enrollment}:{page}", str(question)
        if key in scores[row]:
            # Asked twice on one page: the first answer is the one without feedback.
            continue
        questions.setdefault(key)
        scores[row][key] = float(score or 0)
        if isinstance(answer, dict) and "options" in answer:
            chosen[row][key] = frozenset(answer["options"])
    return Matrix(tuple(questions), dict(scores), dict(chosen))


def options_of(question: Question) -> list[tuple[str, str, bool]]:
    """The options of a choice question as it is published now: id, label, whether it is right. Empty for other types."""
    value = question.value if question.definition else {}
    if "options" not in value or not question.kind.is_graded:
        return []
    return [
        (item.id, plain_text(str(item.value["text"]))[:OPTION_LABEL_LENGTH], bool(item.value.get("is_right")))
        for item in value["options"].bound_blocks
    ]

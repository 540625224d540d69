"""Answers as item analysis reads them. Every source of answers comes in here, and nowhere else."""

from collections import defaultdict
from collections.abc import Collection
from itertools import chain
from uuid import UUID

from django.db.models import QuerySet, Value
from wagtail.models import Revision

from assessment.item_statistics import Matrix
from assessment.models import AttemptQuestion, AttemptState, Response
from questions.models import Question
from workbench.html import plain_text

OPTION_LABEL_LENGTH = 120


def analyzed_responses() -> QuerySet[Response]:
    """First answers to graded questions: a later try knows the feedback."""
    return Response.objects.filter(attempt=1, score__isnull=False)


def analyzed_attempts() -> QuerySet[AttemptQuestion]:
    """What first attempts at quizzes asked and what became of it: no answer earns nothing there.

    Attempts that wait for a person are left out, as Moodle's quiz statistics do: of their essays only those that were
    left blank have a score yet.
    """
    return AttemptQuestion.objects.filter(attempt__number=1, attempt__state=AttemptState.GRADED, share__isnull=False)


def answered_pages() -> dict[UUID, UUID]:
    """The lessons and quizzes in which graded questions were answered, with the key of their course."""
    checks = analyzed_responses().order_by().values_list("lesson_key", "enrollment__course_key").distinct()
    quizzes = analyzed_attempts().order_by().values_list("attempt__quiz_key", "attempt__enrollment__course_key")
    return dict(checks) | dict(quizzes.distinct())


def answer_matrix(*, page_keys: Collection[UUID]) -> Matrix:
    """First answers in these lessons and quizzes: one row for each learner and page, since a total is that of one page.

    Of a learner's several runs the first that answered here counts: who comes again knows the questions. Of a question
    that was tried more than once, the first try was not right. Points off for a wrong answer count as no points, so
    that every score is from 0 to 1. Three queries. Questions are named by their id, in the order in which they were
    first answered.
    """
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    chosen: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    versions: dict[str, dict[str, int]] = defaultdict(dict)
    questions: dict[str, None] = {}
    first_runs: dict[str, int] = {}
    responses = analyzed_responses().filter(lesson_key__in=page_keys).order_by("pk")
    asked = analyzed_attempts().filter(attempt__quiz_key__in=page_keys).order_by("pk")
    found = chain(
        responses.values_list(
            "enrollment__learner",
            "enrollment",
            "lesson_key",
            "question",
            "question_revision",
            "answer",
            "score",
            Value(1),
        ).iterator(chunk_size=2_000),
        asked.values_list(
            "attempt__enrollment__learner",
            "attempt__enrollment",
            "attempt__quiz_key",
            "question",
            "question_revision",
            "answer",
            "share",
            "tries",
        ).iterator(chunk_size=2_000),
    )
    for learner, run, page, question, version, answer, score, tries in found:
        row, key = f"{learner}:{page}", str(question)
        # Asked twice on one page: the first answer is the one without feedback.
        if first_runs.setdefault(row, run) != run or key in scores[row]:
            continue
        questions.setdefault(key)
        scores[row][key] = max(float(score), 0.0) if tries <= 1 else 0.0
        versions[row][key] = version or 0
        # Of several tries only the last one is known.
        if tries <= 1 and (answer is None or "options" in answer):
            chosen[row][key] = frozenset(answer["options"] if answer else ())
    shown = options_shown({version for row in versions.values() for version in row.values()})
    return Matrix(tuple(questions), dict(scores), dict(chosen), dict(versions), shown)


def options_shown(versions: Collection[int]) -> dict[int, frozenset[str]]:
    """The ids of the options of these versions of questions with options, by the id of the revision. One query."""
    found = {}
    for revision in Revision.objects.filter(pk__in=versions):
        question = Question.from_serializable_data(revision.content, check_fks=False)
        if question.definition and "options" in question.value:
            found[revision.pk] = frozenset(item.id for item in question.value["options"].bound_blocks)
    return found


def options_of(question: Question) -> list[tuple[str, str, bool]]:
    """The options of a choice question as it is published now: id, label, whether it is right. Empty for other types."""
    value = question.value if question.definition else {}
    if "options" not in value or not question.kind.is_graded:
        return []
    return [
        (item.id, plain_text(str(item.value["text"]))[:OPTION_LABEL_LENGTH], bool(item.value.get("is_right")))
        for item in value["options"].bound_blocks
    ]

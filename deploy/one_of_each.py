"""A hidden course for the pictures: a quiz for each kind of question, handed in once and begun once more."""

import random
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from wagtail.models import Page

from assessment.models import Attempt, AttemptState
from assessment.services import grade_answer, save_answers, start_attempt, submit_attempt
from cms.demo.quizzes import some_answer
from learning.services import enroll
from lms_pages.models import CatalogPage, CoursePage, ModulePage, QuizPage, Review
from questions.models import Question
from questions.types import QUESTION_TYPES

TITLE = "One of each kind"
COMMENT = "The occasion is clear. Look once more at the words that judge."


@cache
def attempts_of(address: str) -> dict[str, dict[str, Attempt]]:
    """By the kind of the question and the attempt's state, those of the person with this ``address``."""
    with transaction.atomic():
        return build(get_user_model().objects.get(email=address))


def build(learner: Any) -> dict[str, dict[str, Attempt]]:
    course = published(
        CatalogPage.objects.live().first(), CoursePage(title=TITLE, summary="Every kind.", visibility="hidden")
    )
    module = published(course, ModulePage(title=TITLE))
    quizzes = {kind: quiz_of(module, question_of(kind)) for kind in QUESTION_TYPES}
    run = enroll(learner=learner, course=course, source="staff")
    rng = random.Random(1)
    found: dict[str, dict[str, Attempt]] = {}
    for kind, quiz in quizzes.items():
        attempt = start_attempt(enrollment=run, quiz=quiz)
        question = attempt.questions.get().as_asked
        submit_attempt(attempt=attempt, answers={1: some_answer(rng, question, False)})
        for row in attempt.questions.filter(needs_grading=True).select_related("attempt__enrollment", "attempt__quiz"):
            grade_answer(answer=row, points=row.points / 2, actor=learner, comment=COMMENT)
        found[kind] = {AttemptState.GRADED: attempt, AttemptState.OPEN: start_attempt(enrollment=run, quiz=quiz)}
    half = found["ordering"][AttemptState.OPEN]
    question = half.questions.get().as_asked
    first, second, *_rest = question.kind.parts(question.value)
    save_answers(attempt=half, answers={}, unfinished={1: {first.key: ["2"], second.key: ["1"]}})
    return found


def question_of(kind: str) -> Question:
    """The one of the demo that says the most."""
    rows = Question.objects.filter(type=kind, live=True).order_by("pk")
    return max(rows, key=lambda question: len(question.feedback) + len(question.solution) + len(question.hint))


def quiz_of(module: ModulePage, question: Question) -> QuizPage:
    rights = list(Review.values)
    quiz = QuizPage(title=str(question.kind.label), review_after_submission=rights, review_after_close=rights)
    entry = {"type": "question", "value": {"question": question.pk, "points": str(Decimal(2))}}
    quiz.sections = quiz.sections.stream_block.to_python([{"type": "section", "value": {"entries": [entry]}}])
    return published(module, quiz)


def published(parent: Page, page: Any) -> Any:
    parent.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page

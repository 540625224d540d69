"""Answers: cleaned, graded on the server, stored with what they were judged against."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from assessment.exceptions import NoSuchCheck
from assessment.models import Response
from assessment.selectors import lesson_score
from learning.exceptions import LearningError, NotEnrolled
from learning.models import Enrollment, LessonProgress
from learning.policies import require_unlocked
from learning.services import complete_lesson, record_event, record_result
from learning.verbs import Verb
from lms_pages.models import CompletionRule, LessonOrder, LessonPage
from lms_pages.selectors import Outline, course_outline
from questions.models import Question
from questions.types import Answer


def answer_question(
    *,
    enrollment: Enrollment,
    lesson: LessonPage,
    block_id: str,
    question: Question,
    answer: Answer,
    at: datetime | None = None,
    source: str = "web",
) -> Response:
    """Grade one cleaned answer and store it as the newest at its place, with its event.

    NoSuchCheck unless the live lesson asks this question in this block. Two answers
    sent at once both count, one after the other.
    """
    if question.pk not in lesson.knowledge_checks.get(block_id, []):
        raise NoSuchCheck()
    at = at or timezone.now()
    grade = question.kind.grade(question.value, answer)
    place = {"enrollment": enrollment, "lesson_key": lesson.translation_key, "block_id": block_id, "question": question}
    for _try in range(5):
        try:
            with transaction.atomic():
                earlier = Response.objects.filter(**place)
                attempt = (earlier.aggregate(last=Max("attempt"))["last"] or 0) + 1
                earlier.filter(is_latest=True).update(is_latest=False)
                response = Response.objects.create(
                    **place,
                    question_revision_id=question.live_revision_id or question.latest_revision_id,
                    page_revision_id=lesson.live_revision_id,
                    attempt=attempt,
                    answer=answer,
                    score=grade.score,
                    answered_at=at,
                )
                record_event(
                    verb=Verb.QUESTION_ANSWERED,
                    idempotency_key=f"question:answered:{response.uuid}",
                    enrollment=enrollment,
                    page=lesson,
                    lesson_key=lesson.translation_key,
                    revision_id=lesson.live_revision_id,
                    object_type="question",
                    object_uuid=question.uuid,
                    score=grade.score,
                    data={
                        "question_type": question.kind.name,
                        "block_id": block_id,
                        "attempt": attempt,
                        "is_right": grade.is_right,
                    },
                    occurred_at=at,
                    source=source,
                )
            return response
        except IntegrityError:
            # Another tab took this attempt's number; take the next one.
            continue
    raise LearningError()


def answer_check(
    *,
    enrollment: Enrollment,
    lesson: LessonPage,
    block_id: str,
    answers: Mapping[int, Answer],
    at: datetime | None = None,
    source: str = "web",
    outline: Outline | None = None,
) -> list[Response]:
    """Store answers to the questions of one check (question id -> cleaned answer), keep the lesson's score,
    and complete the lesson when its author chose "all checks answered right" and they are.

    NotEnrolled unless the run is open, LessonLocked where the lesson is not open yet.
    """
    if not enrollment.is_open:
        raise NotEnrolled()
    if enrollment.course.lesson_order == LessonOrder.IN_ORDER:
        done = set(LessonProgress.objects.filter(enrollment=enrollment).values_list("lesson_key", flat=True))
        outline = outline or course_outline(enrollment.course)
        require_unlocked(enrollment=enrollment, outline=outline, done=done, key=lesson.translation_key)
    asked = lesson.knowledge_checks.get(block_id, [])
    if not set(answers) <= set(asked):
        raise NoSuchCheck()
    questions = Question.objects.in_bulk(list(answers))
    with transaction.atomic():
        responses = [
            answer_question(
                enrollment=enrollment,
                lesson=lesson,
                block_id=block_id,
                question=questions[key],
                answer=answer,
                at=at,
                source=source,
            )
            for key, answer in answers.items()
        ]
        score = lesson_score(enrollment=enrollment, lesson=lesson)
        if score.of:
            record_result(
                enrollment=enrollment,
                page=lesson,
                score=Decimal(score.got),
                max_score=Decimal(score.of),
                passed=score.is_complete,
                at=at,
            )
        if lesson.completion_rule == CompletionRule.CHECKS and score.is_complete:
            complete_lesson(enrollment=enrollment, lesson=lesson, rule="checks", at=at, source=source, outline=outline)
    return responses

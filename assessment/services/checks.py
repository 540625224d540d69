"""Answers: cleaned, graded on the server, stored with what they were judged against."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from assessment.exceptions import NoSuchCheck
from assessment.models import Response
from assessment.selectors import asked_questions, earned, latest_responses, lesson_score
from learning.models import Enrollment, LessonProgress
from learning.policies import require_unlocked
from learning.services import complete_lesson, hold_run, record_event, record_result
from learning.verbs import Verb
from lms_pages.models import CompletionRule, LessonOrder, LessonPage
from lms_pages.selectors import Outline, read_outline
from questions.models import Question
from questions.types import Answer


def answer_check(
    *,
    enrollment: Enrollment,
    lesson: LessonPage,
    block_id: str,
    answers: Mapping[int, Answer],
    at: datetime | None = None,
    source: str = "web",
    outline: Outline | None = None,
    questions: Mapping[int, Question] | None = None,
) -> list[Response]:
    """Grade and store answers to questions of one check (question id -> cleaned answer), each with its event;
    keep the lesson's score; complete the lesson when its author chose "all checks answered right" and they are.

    NotEnrolled unless the run is open, LessonLocked where the lesson is not open yet,
    NoSuchCheck unless the live lesson asks these questions in this block. Answers sent
    from two tabs at once both count, one after the other. ``outline`` and ``questions`` (at
    least those of the lesson, by id) spare loading them again to callers that answer many checks.
    """
    checks = lesson.knowledge_checks
    if questions is None:
        questions = asked_questions(checks)
    if not set(answers) <= set(checks.get(block_id, [])) & set(questions):
        raise NoSuchCheck()
    at = at or timezone.now()
    with transaction.atomic():
        hold_run(enrollment=enrollment, lesson_key=lesson.translation_key, at=at)
        if enrollment.course.lesson_order == LessonOrder.IN_ORDER:
            done = set(LessonProgress.objects.filter(enrollment=enrollment).values_list("lesson_key", flat=True))
            outline = outline or read_outline(enrollment.course)
            require_unlocked(enrollment=enrollment, outline=outline, done=done, key=lesson.translation_key)
        latest = latest_responses(enrollment=enrollment, lesson_key=lesson.translation_key)
        responses = [
            _store(enrollment, lesson, block_id, questions[key], answer, latest.get((block_id, key)), at, source)
            for key, answer in answers.items()
        ]
        latest |= {(block_id, response.question_id): response for response in responses}
        score = lesson_score(checks=checks, questions=questions, latest=latest)
        if score.of:
            record_result(
                enrollment=enrollment,
                page=lesson,
                score=score.got,
                max_score=score.of,
                passed=score.is_complete,
                at=at,
            )
        if lesson.completion_rule == CompletionRule.CHECKS and score.is_complete:
            complete_lesson(enrollment=enrollment, lesson=lesson, rule="checks", at=at, source=source, outline=outline)
    return responses


def _store(
    enrollment: Enrollment,
    lesson: LessonPage,
    block_id: str,
    question: Question,
    answer: Answer,
    before: Response | None,
    at: datetime,
    source: str,
) -> Response:
    grade = question.kind.grade(question.value, answer)
    score = earned(grade)
    if before is not None:
        Response.objects.filter(pk=before.pk).update(is_latest=False)
    response = Response.objects.create(
        enrollment=enrollment,
        lesson_key=lesson.translation_key,
        block_id=block_id,
        question=question,
        question_revision_id=question.live_revision_id or question.latest_revision_id,
        page_revision_id=lesson.live_revision_id,
        attempt=before.attempt + 1 if before is not None else 1,
        answer=answer,
        score=score,
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
        score=score,
        data={
            "question_type": question.kind.name,
            "block_id": block_id,
            "attempt": response.attempt,
            "is_right": grade.is_right,
        },
        occurred_at=at,
        source=source,
    )
    return response

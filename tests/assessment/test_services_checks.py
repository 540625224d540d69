"""Answering knowledge checks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from assessment.exceptions import NoSuchCheck
from assessment.models import Response
from assessment.services import answer_check
from learning.exceptions import LessonLocked, NotEnrolled
from learning.models import Enrollment, EnrollmentStatus, LearningEvent, LessonProgress, Result
from learning.services import enroll, leave_course
from questions.models import Question
from tests.factories.lms_pages import check_block, lessons_of, make_course, make_lesson, make_module
from tests.factories.questions import make_question, option_ids, right_answer, wrong_answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def checked(learner):
    """A course of one lesson that is done by answering its two questions right, and an enrollment in it."""
    course = make_course(modules=0)
    questions = [make_question("single_choice"), make_question("numerical")]
    block = check_block(*questions)
    lesson = make_lesson(make_module(course), body=[block], completion_rule="checks")
    return enroll(learner=learner, course=course), lesson, block["id"], questions


def test_an_answer_is_stored_with_what_it_was_judged_against(checked):
    enrollment, lesson, block_id, (choice, _number) = checked

    (response,) = answer_check(
        enrollment=enrollment, lesson=lesson, block_id=block_id, answers={choice.pk: wrong_answer(choice)}
    )

    assert (response.score, response.attempt, response.is_latest) == (Decimal(0), 1, True)
    assert response.page_revision_id == lesson.live_revision_id
    assert response.question_revision_id == choice.latest_revision_id
    event = LearningEvent.objects.get(verb="question:answered")
    assert event.data == {"question_type": "single_choice", "block_id": block_id, "attempt": 1, "is_right": False}
    assert (event.object_uuid, event.score, event.lesson_key) == (choice.uuid, Decimal(0), lesson.translation_key)


def test_all_checks_right_complete_the_lesson_and_with_it_the_course(checked):
    enrollment, lesson, block_id, (choice, number) = checked

    answer_check(
        enrollment=enrollment,
        lesson=lesson,
        block_id=block_id,
        answers={choice.pk: right_answer(choice), number.pk: wrong_answer(number)},
    )
    assert not LessonProgress.objects.exists()
    result = Result.objects.get()
    assert (result.score, result.max_score, result.passed) == (1, 2, False)

    answer_check(enrollment=enrollment, lesson=lesson, block_id=block_id, answers={number.pk: right_answer(number)})
    enrollment.refresh_from_db()
    assert LessonProgress.objects.get().rule == "checks"
    assert enrollment.status == EnrollmentStatus.COMPLETED
    result.refresh_from_db()
    assert (result.score, result.passed) == (2, True)
    assert list(Response.objects.filter(question=number).order_by("attempt").values_list("attempt", "is_latest")) == [
        (1, False),
        (2, True),
    ]


def test_a_lesson_with_the_button_is_not_completed_by_its_checks(learner):
    course = make_course()
    lesson = lessons_of(course)[0]
    ((block_id, (key,)),) = lesson.knowledge_checks.items()
    enrollment = enroll(learner=learner, course=course)

    answer_check(
        enrollment=enrollment,
        lesson=lesson,
        block_id=block_id,
        answers={key: right_answer(Question.objects.get(pk=key))},
    )

    assert not LessonProgress.objects.exists()


def test_a_poll_counts_as_answered_but_has_no_points(learner):
    course = make_course(modules=0)
    poll = make_question("poll")
    block = check_block(poll)
    lesson = make_lesson(make_module(course), body=[block], completion_rule="checks")
    enrollment = enroll(learner=learner, course=course)

    (response,) = answer_check(
        enrollment=enrollment, lesson=lesson, block_id=block["id"], answers={poll.pk: {"options": option_ids(poll)[:1]}}
    )

    assert response.score is None
    assert not Result.objects.exists()
    assert LessonProgress.objects.get().lesson_key == lesson.translation_key


def nothing_written():
    return not Response.objects.exists() and not LearningEvent.objects.filter(verb="question:answered").exists()


def test_a_question_of_another_lesson_is_refused(checked):
    enrollment, lesson, block_id, _questions = checked
    stranger = make_question()
    with pytest.raises(NoSuchCheck):
        answer_check(
            enrollment=enrollment, lesson=lesson, block_id=block_id, answers={stranger.pk: right_answer(stranger)}
        )
    assert nothing_written()


def test_a_run_that_was_left_takes_no_answers(checked):
    enrollment, lesson, block_id, (choice, _number) = checked
    leave_course(enrollment=enrollment)
    with pytest.raises(NotEnrolled):
        answer_check(enrollment=enrollment, lesson=lesson, block_id=block_id, answers={choice.pk: right_answer(choice)})
    assert nothing_written()


def test_nor_does_one_that_was_left_in_another_tab(checked):
    enrollment, lesson, block_id, (choice, _number) = checked
    leave_course(enrollment=Enrollment.objects.get())
    with pytest.raises(NotEnrolled):
        answer_check(enrollment=enrollment, lesson=lesson, block_id=block_id, answers={choice.pk: right_answer(choice)})
    assert nothing_written()


def test_answering_is_an_activity(checked):
    enrollment, lesson, block_id, (choice, _number) = checked
    at = timezone.now() + timedelta(days=3)
    answer_check(
        enrollment=enrollment, lesson=lesson, block_id=block_id, answers={choice.pk: wrong_answer(choice)}, at=at
    )
    enrollment.refresh_from_db()
    assert (enrollment.last_activity_at, enrollment.last_lesson_key) == (at, lesson.translation_key)


def test_a_locked_lesson_takes_no_answers(learner):
    course = make_course(lesson_order="in_order")
    question = make_question()
    block = check_block(question)
    late = make_lesson(make_module(course), body=[block])
    enrollment = enroll(learner=learner, course=course)
    with pytest.raises(LessonLocked):
        answer_check(
            enrollment=enrollment, lesson=late, block_id=block["id"], answers={question.pk: right_answer(question)}
        )
    assert nothing_written()

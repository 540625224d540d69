"""One run written to from two connections at the same moment, on a database that runs them at the same time."""

import threading
from collections import Counter
from functools import partial

import pytest

from assessment.models import Response
from assessment.services import answer_check
from assessment.services import checks as answering
from learning.models import Enrollment, EnrollmentStatus, LearningEvent, LessonProgress, Result
from learning.services import complete_lesson, enroll, progress
from tests.factories.accounts import make_person
from tests.factories.lms_pages import check_block, lessons_of, make_course, make_lesson, make_module
from tests.factories.questions import make_question, right_answer
from tests.races import PATIENCE, need_postgresql, none_fails

ROUNDS = 25
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


def take_the_lock_away(monkeypatch, module, name) -> None:
    """The twin: nobody waits for anybody, and both have read what is there before either writes."""
    both_have_read, read = threading.Barrier(2, timeout=PATIENCE), getattr(module, name)

    def read_together(*args, **kwargs):
        found = read(*args, **kwargs)
        both_have_read.wait()
        return found

    monkeypatch.setattr(module, "hold_run", lambda **kwargs: None)
    monkeypatch.setattr(module, name, read_together)


def as_read(run) -> Enrollment:
    """The run as one more request has it in hand."""
    return Enrollment.objects.select_related("course").get(pk=run.pk)


def verbs(run) -> Counter:
    return Counter(LearningEvent.objects.filter(enrollment=run).values_list("verb", flat=True))


# Two lessons -------------------------------------------------------------------


@pytest.fixture
def course_of_two(db):
    return make_course(modules=1, lessons=2, with_check=False)


def complete_both(course) -> Enrollment:
    """A new run, whose two lessons are completed at the same moment by two requests that both read it before."""
    run = enroll(learner=make_person(), course=course, source="staff")
    none_fails(*(partial(complete_lesson, enrollment=as_read(run), lesson=lesson) for lesson in lessons_of(course)))
    run.refresh_from_db()
    return run


def test_two_lessons_completed_at_once_complete_the_course_once(course_of_two):
    for _round in range(ROUNDS):
        run = complete_both(course_of_two)
        assert (run.status, run.completed_lessons, run.required_lessons) == (EnrollmentStatus.COMPLETED, 2, 2)
        assert verbs(run) == {"course:enrolled": 1, "lesson:completed": 2, "course:completed": 1}
        counted = LearningEvent.objects.filter(enrollment=run, verb="lesson:completed").order_by("pk")
        assert [event.data["completed"] for event in counted] == [1, 2]


def test_the_twin_without_the_lock_never_completes(course_of_two, monkeypatch):
    take_the_lock_away(monkeypatch, progress, "done_keys")
    run = complete_both(course_of_two)
    assert LessonProgress.objects.filter(enrollment=run).count() == 2
    assert (run.status, run.completed_lessons) == (EnrollmentStatus.ACTIVE, 1)
    assert verbs(run)["course:completed"] == 0


def test_one_lesson_completed_twice_at_once_is_done_once(course_of_two):
    lesson = lessons_of(course_of_two)[0]
    for _round in range(ROUNDS):
        run = enroll(learner=make_person(), course=course_of_two, source="staff")
        none_fails(*(partial(complete_lesson, enrollment=as_read(run), lesson=lesson) for _click in range(3)))
        run.refresh_from_db()
        assert (run.status, run.completed_lessons) == (EnrollmentStatus.ACTIVE, 1)
        assert verbs(run)["lesson:completed"] == 1


# Two checks of one lesson ---------------------------------------------------------


@pytest.fixture
def checked(db):
    """A lesson that is done by answering its two checks, each with a button of its own."""
    course, questions = make_course(modules=0), [make_question(), make_question("numerical")]
    blocks = [check_block(question) for question in questions]
    lesson = make_lesson(make_module(course), body=blocks, completion_rule="checks")
    return course, lesson, [(block["id"], question) for block, question in zip(blocks, questions, strict=True)]


def answer_both(checked) -> Enrollment:
    course, lesson, asked = checked
    run = enroll(learner=make_person(), course=course, source="staff")
    none_fails(
        *(
            partial(
                answer_check,
                enrollment=as_read(run),
                lesson=lesson,
                block_id=block_id,
                answers={question.pk: right_answer(question)},
            )
            for block_id, question in asked
        )
    )
    run.refresh_from_db()
    return run


def test_the_last_two_checks_answered_at_once_complete_the_lesson(checked):
    for _round in range(ROUNDS):
        run = answer_both(checked)
        result = Result.objects.get(enrollment=run)
        assert (run.status, result.score, result.max_score, result.passed) == (EnrollmentStatus.COMPLETED, 2, 2, True)
        assert verbs(run) == {
            "course:enrolled": 1,
            "question:answered": 2,
            "lesson:completed": 1,
            "course:completed": 1,
        }


def test_the_twin_without_the_lock_forgets_one_answer(checked, monkeypatch):
    take_the_lock_away(monkeypatch, answering, "latest_responses")
    run = answer_both(checked)
    assert Response.objects.filter(enrollment=run, score=1).count() == 2
    assert (run.status, Result.objects.get(enrollment=run).score) == (EnrollmentStatus.ACTIVE, 1)


def test_answers_to_one_question_from_three_tabs_all_count(checked):
    course, lesson, ((block_id, question), _other) = checked
    for _round in range(ROUNDS):
        run = enroll(learner=make_person(), course=course, source="staff")
        answers = {question.pk: right_answer(question)}
        none_fails(
            *(
                partial(answer_check, enrollment=as_read(run), lesson=lesson, block_id=block_id, answers=answers)
                for _tab in range(3)
            )
        )
        rows = Response.objects.filter(enrollment=run).order_by("attempt").values_list("attempt", "is_latest")
        assert list(rows) == [(1, False), (2, False), (3, True)]

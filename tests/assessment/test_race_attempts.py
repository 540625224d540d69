"""One attempt and one grade, however many clicks, tabs and sweeps arrive at the same moment."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError
from django.utils import timezone

from assessment.exceptions import AttemptOver
from assessment.models import Attempt, AttemptQuestion
from assessment.services import attempts, save_answers, start_attempt, submit_attempt, submit_overdue
from learning.models import Enrollment, LearningEvent, LessonProgress, Result
from lms_pages.models import QuizPage
from tests.factories.quizzes import answers_to, make_quiz, make_taker
from tests.races import at_once, need_postgresql

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
CLICKS = 100


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


@pytest.fixture
def quiz():
    return make_quiz(time_limit=10, attempts_allowed=1)


def begin(enrollment_id, quiz_id):
    """One request: it has read the run and the quiz for itself."""
    run = Enrollment.objects.select_related("course").get(pk=enrollment_id)
    return start_attempt(enrollment=run, quiz=QuizPage.objects.get(pk=quiz_id)).pk


def hand_in(attempt_id, answers=None, at=None):
    attempt = Attempt.objects.select_related("enrollment__course", "quiz").get(pk=attempt_id)
    return submit_attempt(attempt=attempt, answers=answers, at=at).score


def events(verb) -> int:
    return LearningEvent.objects.filter(verb=verb).count()


def test_a_hundred_starts_are_one_attempt(quiz):
    run = make_taker(quiz)
    told = at_once(*[partial(begin, run.pk, quiz.pk)] * CLICKS)
    assert set(told) == {Attempt.objects.get().pk}
    assert AttemptQuestion.objects.count() == 2
    assert events("quiz:started") == 1


def test_the_twin_that_does_not_wait_meets_the_constraint(quiz, monkeypatch):
    run = make_taker(quiz)
    both_are_here = threading.Barrier(2, timeout=20)

    def draw_together(**kwargs):
        both_are_here.wait()
        return attempts_drawn(**kwargs)

    attempts_drawn = attempts.draw_questions
    monkeypatch.setattr(attempts, "hold_run", lambda **kwargs: None)
    monkeypatch.setattr(attempts, "draw_questions", draw_together)
    told = at_once(*[partial(begin, run.pk, quiz.pk)] * 2)
    assert sum(isinstance(outcome, IntegrityError) for outcome in told) == 1
    assert Attempt.objects.count() == 1


def test_a_hundred_submissions_are_one_grade(quiz):
    run = make_taker(quiz)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    right, wrong = answers_to(attempt), answers_to(attempt, right=0)
    told = at_once(*(partial(hand_in, attempt.pk, right if number % 2 else wrong) for number in range(CLICKS)))
    attempt.refresh_from_db()
    assert set(told) == {attempt.score}
    assert attempt.score in (0, 2)
    assert (attempt.state, attempt.gradings) == ("graded", 1)
    assert {verb: events(verb) for verb in ("quiz:submitted", "quiz:graded", "question:answered")} == {
        "quiz:submitted": 1,
        "quiz:graded": 1,
        "question:answered": 2,
    }
    assert Result.objects.get().score == attempt.score
    assert LessonProgress.objects.count() == 1


def test_the_twin_without_lock_and_fence_grades_it_twice(quiz, monkeypatch):
    """Only the unique key of the event stops the second grade then, and the learner is shown an error."""
    run = make_taker(quiz)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    both_have_read = threading.Barrier(2, timeout=20)
    monkeypatch.setattr(attempts, "_hold_run_if_open", lambda attempt, at: None)
    monkeypatch.setattr(attempts, "hold_attempt", lambda **kwargs: None)
    monkeypatch.setattr(attempts, "is_over", lambda attempt, at: both_have_read.wait() < 0)
    monkeypatch.setattr(attempts, "close", lambda attempt, by, at: True)
    told = at_once(*[partial(hand_in, attempt.pk, answers_to(attempt))] * 2)
    assert [type(outcome) for outcome in told if isinstance(outcome, BaseException)] == [IntegrityError]


def test_an_answer_saved_while_it_is_handed_in_counts_or_is_refused(quiz):
    """Never a third thing: acknowledged and not graded."""
    for _round in range(20):
        run = make_taker(quiz)
        attempt = start_attempt(enrollment=run, quiz=quiz)
        right = answers_to(attempt)
        saved, _score = at_once(
            partial(save_answers, attempt=attempt, answers={1: right[1]}), partial(hand_in, attempt.pk)
        )
        attempt.refresh_from_db()
        assert attempt.score == (0 if isinstance(saved, AttemptOver) else 1)


def test_the_twin_whose_save_does_not_hold_the_attempt_loses_an_answer(quiz, monkeypatch):
    run = make_taker(quiz)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    right, is_graded, write = answers_to(attempt), threading.Event(), attempts._write_answers

    def write_when_it_is_graded(attempt, answers, *others):
        if answers:
            assert is_graded.wait(20)
        return write(attempt, answers, *others)

    def submit():
        hand_in(attempt.pk)
        is_graded.set()

    monkeypatch.setattr(attempts, "hold_attempt", lambda **kwargs: None)
    monkeypatch.setattr(attempts, "_write_answers", write_when_it_is_graded)
    saved, _none = at_once(partial(save_answers, attempt=attempt, answers={1: right[1]}), submit)
    attempt.refresh_from_db()
    assert not isinstance(saved, BaseException)
    assert (attempt.score, attempt.questions.get(position=1).answer) == (0, right[1])


def test_the_sweep_and_the_learner_end_it_once(quiz):
    began = timezone.now() - timedelta(minutes=10, seconds=10)
    for _round in range(10):
        run = make_taker(quiz)
        attempt = start_attempt(enrollment=run, quiz=quiz, at=began)
        in_time = began + timedelta(minutes=10, seconds=14)
        too_late = began + timedelta(minutes=10, seconds=16)
        before = events("quiz:graded")
        at_once(
            partial(hand_in, attempt.pk, answers_to(attempt), in_time),
            partial(submit_overdue, at=too_late),
            partial(submit_overdue, at=too_late),
        )
        attempt.refresh_from_db()
        assert (attempt.submitted_by, attempt.score) in (("learner", 2), ("deadline", 0))
        assert (attempt.gradings, events("quiz:graded") - before) == (1, 1)

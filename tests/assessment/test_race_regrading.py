"""Answers graded anew while people grade them by hand, on a database that runs both at the same time."""

import threading
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError

from assessment.models import Attempt, AttemptQuestion
from assessment.services import grade_answer, regrade_question, regrading
from learning.models import LearningEvent, Result
from tests.factories.accounts import make_person
from tests.factories.questions import make_question, put_right
from tests.factories.quizzes import make_attempt, make_quiz, make_taker
from tests.races import at_once, need_postgresql

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PEOPLE = 8
BY_HAND = Decimal("0.25")


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


@pytest.fixture
def question():
    return make_question()


def taken(question, number=1) -> list[AttemptQuestion]:
    """Answers that are wrong until the question is put right."""
    quiz = make_quiz(None, question)
    attempts = [make_attempt(make_taker(quiz), quiz, right=0) for _number in range(number)]
    put_right(question, "Five")
    return [attempt.questions.get() for attempt in attempts]


def test_whoever_comes_first_what_a_person_gave_stays(question):
    rows, boss = taken(question, PEOPLE), make_person()
    regrade = partial(regrade_question, question=question, actor=boss, reason="The key was wrong.")
    told = at_once(regrade, *(partial(grade_answer, answer=row, points=BY_HAND, actor=boss) for row in rows), regrade)
    assert [one for one in told if isinstance(one, BaseException)] == []
    for attempt in Attempt.objects.all():
        assert (attempt.questions.get().earned, attempt.score) == (BY_HAND, BY_HAND)
        assert Result.objects.get(enrollment=attempt.enrollment_id).score == BY_HAND
        events = LearningEvent.objects.filter(verb="quiz:graded", object_uuid=attempt.uuid)
        assert events.count() == attempt.gradings in (2, 3)


def test_the_twin_that_does_not_hold_the_runs_stops_with_an_error(question, monkeypatch):
    """Only the unique key of the event saves the grade then, and whoever grades anew is shown an error."""
    (row,), boss = taken(question), make_person()
    has_read, is_graded, judge = threading.Event(), threading.Event(), regrading.rows_to_judge

    def read_then_wait(candidates):
        found = judge(candidates)
        has_read.set()
        assert is_graded.wait(20)
        return found

    def grade():
        assert has_read.wait(20)
        grade_answer(answer=row, points=BY_HAND, actor=boss)
        is_graded.set()

    monkeypatch.setattr(
        regrading, "held_runs", lambda keys: {run.pk: run for run in regrading.Enrollment.objects.filter(pk__in=keys)}
    )
    monkeypatch.setattr(regrading, "rows_to_judge", read_then_wait)
    told = at_once(partial(regrade_question, question=question, actor=boss, reason="Because."), grade)
    row.refresh_from_db()
    assert (type(told[0]), told[1]) == (IntegrityError, None)
    assert (row.earned, row.graded_by) == (BY_HAND, boss)


def test_two_regrades_at_once_change_each_answer_once(question):
    taken(question, PEOPLE)
    regrade = partial(regrade_question, question=question, actor=make_person(), reason="The key was wrong.")
    told = at_once(*[regrade] * 4)
    assert sum(done.changed for done in told) == PEOPLE
    assert set(Attempt.objects.values_list("score", "gradings")) == {(Decimal(1), 2)}

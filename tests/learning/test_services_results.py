"""The score that counts: what was earned, or what was set in its place; neither is lost."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from learning.models import Result
from learning.services import clear_result, record_result, set_result
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def run(course, learner):
    return make_enrollment(learner, course)


@pytest.fixture
def lesson(course):
    return lessons_of(course)[0]


def earn(run, lesson, score, of=10, passed=None):
    record_result(enrollment=run, page=lesson, score=D(score), max_score=D(of), passed=passed)


def set_to(run, lesson, score, of=10, passed=None):
    set_result(
        enrollment=run,
        page_key=lesson.translation_key,
        page_id=lesson.pk,
        score=D(score),
        max_score=D(of),
        passed=passed,
    )


def kept() -> tuple:
    """What counts, whether it was set by hand, and what was earned."""
    row = Result.objects.get()
    counts, earned = (row.score, row.max_score, row.passed), (row.earned_score, row.earned_max_score, row.earned_passed)
    return counts, row.is_by_hand, earned


def test_what_is_earned_counts_and_a_later_score_replaces_it(run, lesson):
    earn(run, lesson, 4, passed=False)
    assert kept() == ((4, 10, False), False, (4, 10, False))
    earn(run, lesson, 6, of=12, passed=True)
    assert kept() == ((6, 12, True), False, (6, 12, True))


def test_what_is_set_stands_in_place_of_what_is_earned_before_and_after(run, lesson):
    earn(run, lesson, 4, passed=False)
    set_to(run, lesson, 9, passed=True)
    assert kept() == ((9, 10, True), True, (4, 10, False))
    earn(run, lesson, 2, of=8, passed=False)
    assert kept() == ((9, 10, True), True, (2, 8, False))
    set_to(run, lesson, 3)
    assert kept() == ((3, 10, None), True, (2, 8, False))
    clear_result(enrollment=run, page_key=lesson.translation_key)
    assert kept() == ((2, 8, False), False, (2, 8, False))


def test_what_was_never_earned_leaves_nothing_when_it_is_taken_back(run, lesson):
    set_to(run, lesson, 9)
    assert kept() == ((9, 10, None), True, (None, None, None))
    clear_result(enrollment=run, page_key=lesson.translation_key)
    assert not Result.objects.exists()


def test_taking_back_leaves_what_was_earned_alone(run, lesson):
    earn(run, lesson, 4)
    clear_result(enrollment=run, page_key=lesson.translation_key)
    assert kept() == ((4, 10, None), False, (4, 10, None))


def test_the_database_refuses_a_score_that_nobody_earned_or_set(run, lesson):
    earn(run, lesson, 4)
    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.update(score=5)
    assert kept() == ((4, 10, None), False, (4, 10, None))

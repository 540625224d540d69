"""Grades that were set by hand before results said what counts."""

from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps

from assessment.models import GradeOverride
from learning.models import Result
from tests.factories.grades import make_graded_course, with_scores
from tests.factories.lms_pages import lessons_of
from tests.factories.quizzes import make_attempt, make_quiz, make_taker

pytestmark = pytest.mark.django_db
D = Decimal


def set_before(run, lesson, score, **values) -> None:
    values = {"max_score": D(2), "at": run.enrolled_at, "reason": "Oral exam", **values}
    GradeOverride.objects.create(enrollment=run, page=lesson, page_key=lesson.translation_key, score=score, **values)


def kept() -> list:
    rows = Result.objects.order_by("page__title")
    return list(rows.values_list("page__title", "score", "max_score", "passed", "is_by_hand", "earned_score"))


def test_they_count_and_what_was_earned_stays_behind_them_and_back_again():
    run = with_scores(make_graded_course(), 1, "0.5")
    first, second, third, exam = lessons_of(run.course)
    quiz = make_quiz(title="Quiz", pass_mark=D("0.6"))
    taker = make_taker(quiz)
    make_attempt(taker, quiz, right=1)
    before = kept()
    set_before(run, first, D(0))
    set_before(run, second, None)
    set_before(run, third, D(1), is_latest=False)
    set_before(run, exam, D(2))
    set_before(taker, quiz, D(2))
    migration = import_module("assessment.migrations.0003_overrides_count")
    migration.let_overrides_count(apps, None)
    assert kept() == [
        ("Final exam", 2, 2, None, True, None),
        ("Paper 1", 0, 2, None, True, 1),
        ("Paper 2", D("0.5"), 1, None, False, D("0.5")),
        ("Quiz", 2, 2, True, True, 1),
    ]
    migration.let_what_was_earned_count(apps, None)
    assert kept() == before

"""Questions that were put right: who would get other points."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessment.models import Attempt, AttemptQuestion
from assessment.selectors.regrading import regrade_preview
from learning.models import LearningEvent
from tests.factories.accounts import make_person
from tests.factories.questions import make_question, put_right
from tests.factories.quizzes import make_attempt, make_quiz, make_taker

pytestmark = pytest.mark.django_db


@pytest.fixture
def question():
    """Its answers: "Three" is right, then "Five"."""
    return make_question()


@pytest.fixture
def quiz(question):
    return make_quiz(None, question, make_question())


def take(quiz, *, right: int, person=None) -> Attempt:
    """An attempt with its first ``right`` questions right; the others have the first wrong option, "Five"."""
    return make_attempt(make_taker(quiz, person), quiz, right=right)


def scores() -> list:
    return list(Attempt.objects.order_by("pk").values_list("score", flat=True))


def test_a_preview_counts_all_shows_some_and_writes_nothing(question, quiz):
    for name in ("Cleo Core", "Ada Able", "Ben Brook"):
        take(quiz, right=0, person=make_person(name))
    take(quiz, right=1, person=make_person("Zoe Zander"))
    events = LearningEvent.objects.count()
    put_right(question, "Five")
    preview = regrade_preview(question=question, most=2)
    assert (preview.changed, preview.same, preview.kept, preview.total) == (4, 0, 0, 4)
    assert [
        (change.answer.attempt.enrollment.learner.name, change.before, change.after) for change in preview.first
    ] == [("Ada Able", 0, 1), ("Ben Brook", 0, 1)]
    assert (scores(), LearningEvent.objects.count()) == ([0, 0, 0, 1], events)


def test_a_preview_costs_the_same_for_few_and_for_many(question, quiz):
    def queries(number: int) -> int:
        some = AttemptQuestion.objects.filter(attempt__in=Attempt.objects.order_by("pk").values("pk")[:number])
        with CaptureQueriesContext(connection) as seen:
            assert regrade_preview(question=question, answers=some).changed == number
        return len(seen)

    for _number in range(12):
        take(quiz, right=0)
    put_right(question, "Five")
    assert queries(3) == queries(12) == 2

"""The question bank is for those who write questions."""

import pytest

from accounts.roles import CONTENT_EDITOR, INSTRUCTOR
from questions.models import Question
from questions.policies import visible_to
from tests.factories.accounts import make_person
from tests.factories.questions import make_question

pytestmark = pytest.mark.django_db


def test_editors_see_the_bank_and_learners_nothing_of_it(learner, anonymous):
    question = make_question()
    assert list(visible_to(make_person(roles=(CONTENT_EDITOR,)), Question.objects.all())) == [question]
    for viewer in (learner, anonymous, make_person(roles=(INSTRUCTOR,))):
        assert list(visible_to(viewer, Question.objects.all())) == []

"""The page that grades answers anew: whose answers, what it says, and what it does."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, INSTRUCTOR, MANAGER
from assessment.models import Attempt, AttemptQuestion, ItemStatistic
from assessment.services import compute_item_statistics, regrading
from assessment.views import regrading as page_of
from learning.models import LearningEvent
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person, make_team
from tests.factories.questions import make_question, put_right
from tests.factories.quizzes import make_attempt, make_quiz, make_taker

pytestmark = pytest.mark.django_db
WHY = {"reason": "The key was wrong."}


@pytest.fixture
def question():
    return make_question()


@pytest.fixture
def instructor():
    return make_person("Ines Instructor", roles=(INSTRUCTOR,))


def taught_by(person, *questions):
    quiz = make_quiz(None, *questions)
    CourseStaff.objects.create(course=quiz.get_parent().get_parent().specific, user=person)
    return quiz


def taken(quiz, person=None, **how) -> Attempt:
    return make_attempt(make_taker(quiz, person), quiz, **how)


def address(question):
    return reverse("assessment_regrade", args=[question.pk])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def scores(*attempts) -> list[Decimal]:
    return [Attempt.objects.get(pk=attempt.pk).score for attempt in attempts]


def test_it_shows_the_change_asks_for_a_reason_and_says_what_was_written(client, question, instructor):
    attempt = taken(taught_by(instructor, question), make_person("Ada Able"))
    put_right(question, "Five")
    client.force_login(instructor)
    page = words(client.get(address(question)))
    assert "Ada Able" in page
    assert "1 answer would get other points, and 0 would keep theirs." in page
    assert client.post(address(question), {"reason": " "}).status_code == 200
    assert scores(attempt) == [1]
    page = words(client.post(address(question), WHY, follow=True))
    assert "1 answer has other points now." in page
    assert "Nothing would change: 1 answer has the points it would get now." in page
    assert scores(attempt) == [0]
    assert "Nothing was changed: each answer has the points it would get now." in words(
        client.post(address(question), WHY, follow=True)
    )


def test_only_answers_of_courses_one_teaches_are_changed_and_never_ones_own(client, question, instructor):
    """That she sees those of her team and her own is no reason to change them."""
    mine, other = taught_by(instructor, question), make_quiz(None, question)
    member = make_person("Mia Member")
    make_team(managers=[instructor], members=[member])
    attempts = [taken(mine), taken(mine, instructor), taken(other, member), taken(other, instructor), taken(other)]
    put_right(question, "Five")
    client.force_login(instructor)
    page = words(client.get(address(question)))
    assert "1 answer would get other points" in page
    assert "4 more answers stay as they are: they are your own, or in courses that you do not teach." in page
    assert "Mia Member" not in page
    client.post(address(question), WHY)
    assert scores(*attempts) == [0, 1, 1, 1, 1]
    assert LearningEvent.objects.filter(data__cause="regrade").count() == 1

    client.force_login(make_person("Adam Administrator", roles=(ADMINISTRATOR,)))
    assert "more answers stay" not in words(client.get(address(question)))
    client.post(address(question), WHY)
    assert scores(*attempts) == [0] * 5


def test_those_without_the_right_and_without_an_answer_are_refused(client, question, instructor):
    attempt = taken(make_quiz(None, question))
    make_team(managers=[instructor], members=[attempt.enrollment.learner])
    put_right(question, "Five")
    client.force_login(instructor)
    assert client.get(address(question)).status_code == 404
    assert client.post(address(question), WHY).status_code == 404
    for role in (CONTENT_EDITOR, MANAGER):
        client.force_login(make_person(roles=(role,)))
        # Wagtail turns its refusals into a way back to the admin's home.
        assert client.post(address(question), WHY).status_code == 302
    assert scores(attempt) == [1]


def test_the_way_back_leads_where_one_may_go(client, question, instructor):
    taken(taught_by(instructor, question))
    for person in (instructor, make_person(roles=(ADMINISTRATOR,))):
        client.force_login(person)
        back = client.get(address(question)).context["back"][0]
        assert client.get(back).status_code == 200


def test_the_analysis_of_a_question_leads_here_whoever_may_grade_an_answer(client, question, instructor):
    taken(taught_by(instructor, question))
    compute_item_statistics()
    row = ItemStatistic.objects.get(question=question, page=None)
    there = ItemStatistic.objects.exclude(page=None).get()
    client.force_login(instructor)
    analysis = reverse("assessment_itemstatistic_modeladmin_inspect", args=[there.pk])
    assert address(question) in client.get(analysis).content.decode()
    client.force_login(make_person(roles=(CONTENT_EDITOR,)))
    for one in (row, there):
        page = client.get(reverse("assessment_itemstatistic_modeladmin_inspect", args=[one.pk]))
        assert page.status_code == 200
        assert address(question) not in page.content.decode()


def test_it_shows_some_of_many_and_changes_all(client, question, instructor, monkeypatch):
    monkeypatch.setattr(page_of, "SHOWN", 2)
    quiz = taught_by(instructor, question)
    attempts = [taken(quiz) for _number in range(3)]
    put_right(question, "Five")
    client.force_login(instructor)
    assert "Showing 2 of 3. All of them are changed together." in words(client.get(address(question)))
    assert "3 answers have other points now." in words(client.post(address(question), WHY, follow=True))
    assert scores(*attempts) == [0, 0, 0]


def test_what_takes_too_long_is_gone_on_with_by_the_same_reason(client, question, instructor, monkeypatch):
    monkeypatch.setattr(regrading, "BATCH", 2)
    monkeypatch.setattr(page_of, "SECONDS", -1)
    quiz = taught_by(instructor, question)
    attempts = [taken(quiz) for _number in range(3)]
    put_right(question, "Five")
    client.force_login(instructor)
    page = words(client.post(address(question), WHY, follow=True))
    assert "There are more than fit into one step. Go on with the rest below." in page
    assert 'value="The key was wrong."' in page
    monkeypatch.setattr(page_of, "SECONDS", 20)
    assert "3 answers have other points now." in words(client.post(address(question), WHY, follow=True))
    assert scores(*attempts) == [0, 0, 0]


def test_the_count_is_of_what_was_written(client, question, instructor, monkeypatch):
    """Somebody grades one of two by hand after the look."""
    quiz = taught_by(instructor, question)
    by_hand, other = taken(quiz), taken(quiz)
    put_right(question, "Five")
    client.force_login(instructor)
    assert "2 answers would get other points" in words(client.get(address(question)))
    AttemptQuestion.objects.filter(attempt=by_hand).update(graded_by=instructor)
    assert "1 answer has other points now." in words(client.post(address(question), WHY, follow=True))
    assert scores(by_hand, other) == [1, 0]

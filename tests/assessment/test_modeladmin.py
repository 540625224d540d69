"""Answers and attempts in the admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import ADMINISTRATOR, INSTRUCTOR
from assessment.models import Response
from assessment.services import answer_check
from learning.models import LearningEvent
from lms_pages.models import CourseStaff
from questions.models import Question
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.questions import make_question
from tests.factories.quizzes import make_attempt, make_quiz, make_taker

pytestmark = pytest.mark.django_db

INDEX = "assessment_response_modeladmin_index"


def answer(course, learner=None):
    """One answer to the first question the course asks, whatever it is."""
    run = make_enrollment(learner or make_person(), course)
    for lesson in lessons_of(course):
        for block_id, keys in lesson.knowledge_checks.items():
            question = Question.objects.get(pk=keys[0])
            choices = question.kind.choices(question.value)
            given = {"options": [choices[0].id]} if choices else {"text": "x"}
            (response,) = answer_check(enrollment=run, lesson=lesson, block_id=block_id, answers={question.pk: given})
            return response
    raise AssertionError("no question")


@pytest.fixture
def instructor(client, course):
    person = make_person("Ines Instructor", roles=(INSTRUCTOR,))
    CourseStaff.objects.create(course=course, user=person)
    client.force_login(person)
    return person


def test_an_instructor_reads_the_answers_of_own_courses(client, instructor, course, learner):
    own, other = answer(course, learner), answer(make_course())
    assert [row.pk for row in client.get(reverse(INDEX)).context["object_list"]] == [own.pk]
    text = client.get(reverse("assessment_response_modeladmin_inspect", args=[own.pk])).content.decode()
    assert "Lea Learner" in text
    assert own.question.title in text
    assert client.get(reverse("assessment_response_modeladmin_inspect", args=[other.pk])).status_code == 404


def test_the_verdict_is_a_filter(client, instructor, course):
    row = answer(course)
    right = {"right": int(row.score == 1), "wrong": int(row.score != 1), "poll": 0}
    for verdict, count in right.items():
        assert client.get(reverse(INDEX), {"verdict": verdict}).context["result_count"] == count


def test_the_list_costs_the_same_for_few_and_for_many(client, course):
    client.force_login(make_person(roles=(ADMINISTRATOR,)))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(INDEX))
        return len(captured)

    answer(course)
    queries()
    before = queries()
    for _number in range(8):
        answer(course)
    assert queries() == before
    assert Response.objects.count() == 9


# Staff who learn -----------------------------------------------------------------------


@pytest.fixture(params=[INSTRUCTOR, ADMINISTRATOR])
def own_attempt(request, client):
    """Somebody of the staff has taken a quiz of a course they teach, and may see nothing of it yet."""
    quiz = make_quiz(None, make_question(solution="<p>Solved4711</p>"), review_after_submission=[])
    person = make_person("Ines Instructor", roles=(request.param,))
    CourseStaff.objects.create(course=quiz.get_parent().get_parent().specific, user=person)
    client.force_login(person)
    return make_attempt(make_taker(quiz, person), quiz, right=1)


def test_ones_own_attempts_are_left_out_of_the_list(client, own_attempt):
    other = make_attempt(make_taker(own_attempt.quiz), own_attempt.quiz)
    index = "assessment_attempt_modeladmin_index"
    assert [row.pk for row in client.get(reverse(index)).context["object_list"]] == [other.pk]
    for which in ("passed", "failed", "graded"):
        assert own_attempt not in client.get(reverse(index), {"state": which}).context["object_list"]
    inspect = "assessment_attempt_modeladmin_inspect"
    assert client.get(reverse(inspect, args=[own_attempt.pk])).status_code == 404
    assert "1 of 1 points" in client.get(reverse(inspect, args=[other.pk])).content.decode()


def test_nothing_that_happened_says_whether_ones_own_answer_was_right(client, own_attempt):
    rows = LearningEvent.objects.filter(enrollment=own_attempt.enrollment)
    listed = client.get(reverse("learning_learningevent_modeladmin_index")).content.decode()
    answered = f"Answered a question of the quiz “{own_attempt.quiz.title}”"
    assert answered in listed
    pages = [listed, client.get(reverse("learning_enrollment_modeladmin_inspect", args=[own_attempt.enrollment_id]))]
    pages += [client.get(reverse("learning_learningevent_modeladmin_inspect", args=[row.pk])) for row in rows]
    assert rows.filter(verb="question:answered").count() == 1
    for page in pages:
        text = page if isinstance(page, str) else page.content.decode()
        assert " right" not in text
        assert "1 of 1 points" not in text
        assert "Solved4711" not in text
        assert "Three" not in text


def test_answers_of_quizzes_are_no_answers_of_lessons(client, own_attempt):
    assert list(client.get(reverse(INDEX)).context["object_list"]) == []

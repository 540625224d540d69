"""Answers in the admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import ADMINISTRATOR, INSTRUCTOR
from assessment.models import Response
from assessment.services import answer_check
from lms_pages.models import CourseStaff
from questions.models import Question
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course

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

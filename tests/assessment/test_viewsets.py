"""The listing of the question bank says what each question is used for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import CONTENT_EDITOR
from assessment.selectors import Usage, question_usage
from assessment.services import answer_check
from learning.services import enroll
from questions.models import Question
from tests.factories.accounts import make_person
from tests.factories.lms_pages import check_block, make_course, make_lesson, make_module
from tests.factories.questions import make_question, right_answer, wrong_answer

pytestmark = [pytest.mark.django_db, pytest.mark.indexed]


@pytest.fixture
def module():
    return make_module(make_course(modules=0))


def answered(question, lesson, block_id, *people):
    for person in people:
        run = enroll(learner=person, course=lesson.get_parent().get_parent().specific, source="staff")
        for answer in (wrong_answer(question), right_answer(question)):
            answer_check(enrollment=run, lesson=lesson, block_id=block_id, answers={question.pk: answer})


def test_lessons_count_once_each_and_answers_every_time(module):
    used, often, unused = make_question(), make_question(), make_question()
    block = check_block(used, often)
    lesson = make_lesson(module, body=[block, check_block(often)])
    make_lesson(module, body=[check_block(often)])
    answered(used, lesson, block["id"], make_person(), make_person())
    assert question_usage([used.pk, often.pk, unused.pk]) == {
        used.pk: Usage({"lesson": 1}, 4),
        often.pk: Usage({"lessons": 2}, 0),
        unused.pk: Usage({}, 0),
    }


def test_the_listing_says_it_in_words(client, module):
    client.force_login(make_person(roles=(CONTENT_EDITOR,)))
    used, _unused = make_question(), make_question()
    block = check_block(used)
    lesson = make_lesson(module, body=[block])
    answered(used, lesson, block["id"], make_person())
    html = client.get(reverse("wagtailsnippets_questions_question:list")).content.decode()
    assert "<div>in 1 lesson</div><div>answered 2 times</div>" in html
    assert html.count("<div>not used yet</div>") == 1


def test_the_listing_costs_the_same_for_two_used_questions_and_for_twelve(client, module):
    client.force_login(make_person(roles=(CONTENT_EDITOR,)))
    address, person = reverse("wagtailsnippets_questions_question:list"), make_person()

    course = module.get_parent().specific
    course.lesson_order = "free"
    course.save()
    run = enroll(learner=person, course=course, source="staff")

    def grow(count):
        for _number in range(count):
            question = make_question()
            block = check_block(question)
            lesson = make_lesson(module, body=[block])
            answer = {question.pk: right_answer(question)}
            answer_check(enrollment=run, lesson=lesson, block_id=block["id"], answers=answer)

    def queries():
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    grow(2)
    before = queries()
    grow(10)
    assert queries() == before
    assert Question.objects.count() == 12

"""A lesson's HTML does not depend on which answers are right, until the learner has answered."""

import re

import pytest

from cms.demo.content import CourseWriter, course_files
from learning.services import complete_lesson, enroll
from lms_pages.models import LessonPage
from questions.models import Question
from questions.types import question_type
from tests.factories.accounts import make_person
from tests.factories.lms_pages import catalog
from tests.factories.questions import right_answer

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


def swap_right_and_wrong() -> None:
    """Make other answers right, and say other things about them, everywhere in the bank."""
    for question in Question.objects.all():
        kind = question_type(question.type)
        raw = question.definition.raw_data[0]["value"]
        data = dict(raw)
        for option in data.get("options", []):
            option["value"]["feedback"] = "<p>Another feedback altogether.</p>"
            if "is_right" in option["value"]:
                option["value"]["is_right"] = not option["value"]["is_right"]
        for name in ("feedback_right", "feedback_wrong"):
            if name in data:
                data[name] = "<p>Another feedback altogether.</p>"
        if "accepted" in data:
            data["accepted"] = ["something else", "and more"]
        if "answer" in data:
            data |= {"answer": "-12345.678", "tolerance": "99"}
        question.definition = [(kind.name, kind.block().to_python(data))]
        question.feedback = "<p>Another general feedback.</p>"
        question.save()


def pages(client, lessons) -> dict[str, str]:
    found = {}
    for lesson in lessons:
        response = client.get(lesson.url)
        assert response.status_code == 200, lesson.url
        found[lesson.url] = TOKEN.sub("", response.content.decode())
    return found


@pytest.mark.parametrize("files", course_files(), ids=lambda files: files.slug)
def test_a_demo_lesson_says_the_same_whatever_is_right(client, files):
    course = CourseWriter(files, catalog(), None).write()
    course.lesson_order = "free"
    course.save_revision().publish()
    learner = make_person()
    enroll(learner=learner, course=course, source="staff")
    client.force_login(learner)
    lessons = list(LessonPage.objects.descendant_of(course).order_by("path"))
    before = pages(client, lessons)
    assert sum(' name="q' in html for html in before.values()) >= 8

    swap_right_and_wrong()

    assert pages(client, lessons) == before


def test_the_comparison_can_fail(client):
    """The same two renderings differ once the learner has answered: then feedback may be said."""
    files = course_files()[-1]
    course = CourseWriter(files, catalog(), None).write()
    learner = make_person()
    enrollment = enroll(learner=learner, course=course, source="staff")
    client.force_login(learner)
    lessons = list(LessonPage.objects.descendant_of(course).order_by("path"))
    lesson = next(entry for entry in lessons if entry.knowledge_checks)
    for earlier in lessons[: lessons.index(lesson)]:
        complete_lesson(enrollment=enrollment, lesson=earlier)
    ((block_id, ids),) = list(lesson.knowledge_checks.items())[:1]
    question = Question.objects.get(pk=ids[0])
    values = right_answer(question)
    action = f"/learn/enrollments/{enrollment.uuid}/lessons/{lesson.translation_key}/checks/{block_id}/"
    client.post(action, {f"q{question.pk}": values.get("options") or values.get("text")})
    before = pages(client, [lesson])
    swap_right_and_wrong()
    assert pages(client, [lesson]) != before

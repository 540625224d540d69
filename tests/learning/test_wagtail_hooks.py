"""Pages that hold learners' records stay; the explorer counts what became of courses."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import ADMINISTRATOR
from assessment.services import answer_check
from learning.models import LessonProgress
from learning.selectors import course_cards
from lms_pages.models import CoursePage, LessonPage
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import catalog, check_block, lessons_of, make_course, make_lesson, make_module
from tests.factories.questions import make_question, right_answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


def pages_of(course):
    lesson = lessons_of(course)[0]
    return {"course": course, "module": lesson.get_parent(), "lesson": lesson, "catalog": course.get_parent()}


@pytest.mark.parametrize("name", ["course", "module", "lesson", "catalog"])
def test_a_page_with_records_below_it_is_not_deleted(client, administrator, course, name):
    make_enrollment(course=course, done=1)
    page = pages_of(course)[name]
    before = (CoursePage.objects.count(), LessonPage.objects.count())
    response = client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), follow=True)
    assert "was not deleted" in response.content.decode()
    assert "Unpublish it instead" in response.content.decode()
    assert (CoursePage.objects.count(), LessonPage.objects.count()) == before


@pytest.mark.parametrize("kind", ["single_choice", "poll"])
def test_a_lesson_that_was_only_answered_stays_too(client, administrator, learner, kind):
    question, module = make_question(kind), make_module(make_course(modules=0))
    block = check_block(question)
    lesson = make_lesson(module, body=[block])
    answer_check(
        enrollment=make_enrollment(learner, module.get_parent().specific),
        lesson=lesson,
        block_id=block["id"],
        answers={question.pk: right_answer(question)},
    )
    response = client.post(reverse("wagtailadmin_pages:delete", args=[lesson.pk]), follow=True)
    assert "1 enrollment has its record there" in response.content.decode()
    assert LessonPage.objects.filter(pk=lesson.pk).exists()


def test_nor_in_bulk(client, administrator, course):
    make_enrollment(course=course, done=1)
    empty = make_course("Empty")
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    response = client.post(f"{address}?id={empty.pk}&id={course.pk}", follow=True)
    assert "was not deleted" in response.content.decode()
    assert CoursePage.objects.count() == 2


def test_a_page_without_records_goes(client, administrator, course):
    make_enrollment(course=course, done=1)
    unread = lessons_of(course)[3]
    client.post(reverse("wagtailadmin_pages:delete", args=[unread.pk]))
    assert not LessonPage.objects.filter(pk=unread.pk).exists()


def listing(client):
    return client.get(reverse("wagtailadmin_explore", args=[catalog().pk]))


def test_the_explorer_counts_lessons_runs_and_completions(client, administrator, course):
    make_enrollment(course=course)
    make_completed(course=course)
    (shown,) = [page for page in listing(client).context["object_list"] if page.pk == course.pk]
    figures = shown.figures
    assert (figures.lessons, figures.enrolled, figures.completed, figures.completed_words) == (4, 2, 1, "1 (50 %)")


def test_the_explorer_costs_the_same_for_two_and_for_twelve_courses(client, administrator):
    def queries():
        listing(client)
        with CaptureQueriesContext(connection) as captured:
            listing(client)
        return len(captured)

    for _number in range(2):
        make_enrollment(course=make_course(modules=1, lessons=1, with_check=False))
    before = queries()
    for _number in range(10):
        make_enrollment(course=make_course(modules=1, lessons=1, with_check=False))
    assert queries() == before


def test_unpublishing_a_module_alone_takes_its_lessons_from_learners(client, signed_in, learner, course):
    first, *_rest, last = lessons_of(course)
    enrollment = make_enrollment(learner, course)
    block_id, _questions = next(iter(first.knowledge_checks.items()))
    first.get_parent().unpublish()
    assert LessonPage.objects.get(pk=first.pk).live
    assert signed_in.get(last.get_url()).status_code == 200
    assert signed_in.get(first.get_url()).status_code == 404
    complete = reverse("learning:complete", args=[enrollment.uuid, first.translation_key])
    answer = reverse("assessment:answer", args=[enrollment.uuid, first.translation_key, block_id])
    assert signed_in.post(complete).status_code == signed_in.post(answer).status_code == 404
    assert not LessonProgress.objects.exists()
    (card,) = course_cards(viewer=learner, courses=[course])
    assert card.lesson_count == 2
    client.force_login(make_person(roles=(ADMINISTRATOR,)))
    assert client.get(first.get_url()).status_code == 200

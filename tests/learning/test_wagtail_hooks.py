"""Pages that hold learners' records stay; the explorer counts what became of courses."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import ADMINISTRATOR
from lms_pages.models import CoursePage, LessonPage
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import catalog, lessons_of, make_course

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

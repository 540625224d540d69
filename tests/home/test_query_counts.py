"""The number of queries of a learner's pages does not grow with courses, lessons or learners."""

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.models import Enrollment
from lms_pages.models import CoursePage, LessonPage, ModulePage
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import catalog, grow, lessons_of, make_course
from tests.query_table import expect_queries

pytestmark = pytest.mark.django_db

CEILING = 20


def queries(client, url: str) -> int:
    """Queries of a second visit: the first one fills caches that live as long as the process."""
    assert client.get(url).status_code == 200
    cache.clear()
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


def enroll_many(learner, course_ids) -> None:
    Enrollment.objects.bulk_create(
        Enrollment(learner=learner, course=course, course_key=course.translation_key, enrolled_at="2026-01-01T08:00Z")
        for course in CoursePage.objects.filter(pk__in=course_ids)
    )


def others_enroll(course: CoursePage, count: int) -> None:
    people = get_user_model().objects.bulk_create(
        get_user_model()(email=f"other.{uuid.uuid4().hex}@example.com") for _number in range(count)
    )
    Enrollment.objects.bulk_create(
        Enrollment(learner=person, course=course, course_key=course.translation_key, enrolled_at="2026-01-01T08:00Z")
        for person in people
    )


def test_pages_cost_the_same_at_ten_and_at_a_thousand(signed_in, learner):
    course = make_course("Grown course", modules=2, lessons=2)
    make_enrollment(learner, course, done=1)
    lesson = lessons_of(course)[0]
    urls = {"catalog": catalog().url, "course": course.url, "lesson": lesson.url, "my learning": "/my-learning/"}

    def grow_to(size: int) -> None:
        known = set(CoursePage.objects.values_list("pk", flat=True))
        grow(catalog(), CoursePage, size, summary="Another.", visibility="people")
        enroll_many(learner, set(CoursePage.objects.values_list("pk", flat=True)) - known)
        for module in ModulePage.objects.child_of(course):
            grow(module, LessonPage, size // 2, summary="More.")
        others_enroll(course, size)

    grow_to(10)
    small = {name: queries(signed_in, url) for name, url in urls.items()}
    grow_to(990)
    large = {name: queries(signed_in, url) for name, url in urls.items()}

    assert CoursePage.objects.count() == 1001
    assert LessonPage.objects.descendant_of(course).count() == 1004
    assert large == small
    assert max(large.values()) <= CEILING, large
    for name in urls:
        expect_queries("Pages of learners", name, small[name], large[name])

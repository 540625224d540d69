"""Making a course."""

import pytest
from django.core.exceptions import ValidationError

from lms_pages.models import CoursePage, LessonPage, ModulePage
from lms_pages.services import create_course
from tests.factories.accounts import make_person
from tests.factories.lms_pages import catalog

pytestmark = pytest.mark.django_db


def test_a_new_course_has_a_module_and_a_lesson_all_drafts_with_revisions():
    owner = make_person("Emil Editor")
    course = create_course(title="  Fire drills ", parent=catalog(), owner=owner)

    module, lesson = ModulePage.objects.get(), LessonPage.objects.get()
    assert (course.title, course.slug, course.owner) == ("Fire drills", "fire-drills", owner)
    assert (module.get_parent().pk, lesson.get_parent().pk) == (course.pk, module.pk)
    for page in (CoursePage.objects.get(), module, lesson):
        assert (page.live, page.live_revision, page.owner) == (False, None, owner)
        assert page.latest_revision.user == owner


def test_two_courses_of_one_title_have_addresses_of_their_own():
    owner = make_person()
    first, second = (create_course(title="Drills", parent=catalog(), owner=owner) for _ in range(2))
    assert (first.slug, second.slug) == ("drills", "drills-2")


@pytest.mark.parametrize("title", ["", "x" * 300])
def test_a_title_that_cannot_be_makes_nothing(title):
    with pytest.raises(ValidationError):
        create_course(title=title, parent=catalog(), owner=make_person())
    assert not CoursePage.objects.exists()

"""Which courses and lessons a viewer may know of."""

import pytest

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR
from lms_pages.models import CoursePage, CourseStaff, LessonPage, ModulePage
from lms_pages.policies import visible_to
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def courses():
    made = {name: make_course(name, modules=1, lessons=1, visibility=name) for name in ("public", "people", "hidden")}
    made["draft"] = make_course("draft", modules=1, lessons=1, visibility="public")
    made["draft"].unpublish()
    return made


def seen(viewer, model=CoursePage):
    return {page.title for page in visible_to(viewer, model.objects.all())}


def test_visitors_see_public_courses_and_people_those_for_people(courses, learner, anonymous):
    assert seen(anonymous) == {"public"}
    assert seen(learner) == {"public", "people"}


def test_a_hidden_course_shows_itself_to_its_people_and_staff(courses, learner):
    make_enrollment(learner, courses["hidden"])
    teacher = make_person()
    CourseStaff.objects.create(course=courses["hidden"], user=teacher)
    assert seen(learner) == seen(teacher) == {"public", "people", "hidden"}


@pytest.mark.parametrize("role", [ADMINISTRATOR, CONTENT_EDITOR])
def test_those_who_edit_see_drafts_too(courses, role):
    assert seen(make_person(roles=(role,))) == {"public", "people", "hidden", "draft"}


def test_modules_and_lessons_are_seen_with_their_course(courses, learner, anonymous):
    titles = {course.pk: name for name, course in courses.items()}

    def above(viewer, model):
        return {
            titles[page.get_ancestors().type(CoursePage).get().pk] for page in visible_to(viewer, model.objects.all())
        }

    for model in (ModulePage, LessonPage):
        assert above(anonymous, model) == {"public"}
        assert above(learner, model) == {"public", "people"}


def test_lessons_go_with_their_module(courses, learner):
    ModulePage.objects.child_of(courses["public"]).get().unpublish()
    assert LessonPage.objects.descendant_of(courses["public"]).get().live
    editor = make_person(roles=(CONTENT_EDITOR,))
    for viewer, count in ((learner, 1), (editor, 4)):
        assert visible_to(viewer, LessonPage.objects.all()).count() == count


def test_course_staff_see_their_own_rows(courses, learner):
    CourseStaff.objects.create(course=courses["public"], user=learner)
    CourseStaff.objects.create(course=courses["public"], user=make_person())
    assert [row.user for row in visible_to(learner, CourseStaff.objects.all())] == [learner]
    assert visible_to(make_person(roles=(ADMINISTRATOR,)), CourseStaff.objects.all()).count() == 2

"""Whose runs a viewer sees, and on which they decide."""

import pytest

from accounts.roles import ADMINISTRATOR, INSTRUCTOR, MANAGER, REPORT_ADMINISTRATOR
from learning.models import ActivityDay, Enrollment, LearningEvent, LessonProgress
from learning.policies import may_decide, visible_to
from learning.services import record_visit
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs():
    taught, other = make_course("Taught", modules=1), make_course("Other", modules=1)
    found = {}
    for name, course in (("taught", taught), ("team", other), ("outside", other)):
        found[name] = make_enrollment(make_person(name.title()), course, done=1)
        record_visit(enrollment=found[name], lesson_key=lessons_of(course)[0].translation_key)
    return found


@pytest.fixture
def instructor(runs):
    person = make_person("Ines Instructor", roles=(INSTRUCTOR,))
    CourseStaff.objects.create(course=runs["taught"].course, user=person)
    return person


@pytest.fixture
def manager(runs):
    person = make_person("Mia Manager", roles=(MANAGER,))
    make_team(managers=[person], members=[runs["team"].learner])
    return person


PATHS = {
    Enrollment: "uuid",
    LessonProgress: "enrollment__uuid",
    ActivityDay: "enrollment__uuid",
    LearningEvent: "enrollment__uuid",
}


def seen(viewer, runs, model=Enrollment):
    names = {run.uuid: name for name, run in runs.items()}
    return {names[uuid] for uuid in visible_to(viewer, model.objects.all()).values_list(PATHS[model], flat=True)}


@pytest.mark.parametrize("model", PATHS)
def test_every_record_follows_the_run_it_belongs_to(model, runs, instructor, manager):
    assert seen(instructor, runs, model) == {"taught"}
    assert seen(manager, runs, model) == {"team"}
    assert seen(runs["outside"].learner, runs, model) == {"outside"}
    assert seen(make_person(roles=(REPORT_ADMINISTRATOR,)), runs, model) == {"taught", "team", "outside"}


def test_the_role_alone_shows_nothing(runs):
    assert seen(make_person(roles=(INSTRUCTOR,)), runs) == set()
    assert seen(make_person(roles=(MANAGER,)), runs) == set()


def test_a_translation_of_a_course_shares_its_staff(runs, instructor):
    course = runs["taught"].course
    copy = make_course("Copied", modules=1)
    Enrollment.objects.filter(pk=runs["outside"].pk).update(course=copy, course_key=course.translation_key)
    assert seen(instructor, runs) == {"taught", "outside"}


def test_nobody_decides_on_their_own_run_but_who_answers_for_all(runs, instructor):
    own = make_enrollment(instructor, runs["taught"].course)
    administrator = make_person(roles=(ADMINISTRATOR,))
    assert may_decide(instructor, runs["taught"])
    assert not may_decide(instructor, own)
    assert may_decide(administrator, make_enrollment(administrator, runs["taught"].course))
    assert not may_decide(runs["taught"].learner, runs["taught"])
    assert not may_decide(make_person(roles=(REPORT_ADMINISTRATOR,)), runs["taught"])

"""Whose runs a viewer sees, and on which they decide."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Team, TeamMembership
from accounts.roles import ADMINISTRATOR, INSTRUCTOR, MANAGER, REPORT_ADMINISTRATOR
from learning import policies
from learning.models import ActivityDay, Enrollment, LearningEvent, LessonProgress
from learning.policies import may_decide, people_managed_by, reach, taught_keys, visible_to
from learning.services import record_visit
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course
from workbench.days import site_day

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


def in_subqueries(viewer, prefix: str) -> Q:
    """The rule as one condition in SQL, asked of the database each time."""
    return (
        Q(**{f"{prefix}learner": viewer})
        | Q(**{f"{prefix}learner__in": people_managed_by(viewer)})
        | Q(**{f"{prefix}course_key__in": taught_keys(viewer)})
    )


@pytest.fixture(scope="module")
def crowd(django_db_setup, django_db_blocker):
    """Six people, each on all of three courses."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            courses = [make_course(f"Course {number}", modules=1, lessons=1) for number in range(3)]
            people = [make_person(f"Person {number}") for number in range(6)]
            for course in courses:
                for person in people:
                    record_visit(
                        enrollment=make_enrollment(person, course), lesson_key=lessons_of(course)[0].translation_key
                    )
            yield courses, people
            transaction.set_rollback(True)


PLACES = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=6)


@pytest.mark.parametrize("few", [500, 2, 0])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taught=PLACES, managed=PLACES, members=PLACES, left=st.sets(st.integers(0, 5)))
def test_named_one_by_one_or_not_the_rows_are_the_same(crowd, monkeypatch, few, taught, managed, members, left):
    courses, people = crowd
    CourseStaff.objects.all().delete()
    Team.objects.all().delete()
    teams = [Team.objects.create(name=f"Team {number}") for number in range(3)]
    for person, place in taught:
        CourseStaff.objects.create(course=courses[place], user=people[person])
    for person, place in managed:
        teams[place].managers.add(people[person])
    for person, place in members:
        since = site_day() - dt.timedelta(days=9)
        until = site_day() - dt.timedelta(days=1) if person in left else None
        TeamMembership.objects.create(
            team=teams[place], user=people[person], since=since, until=until, is_primary=False
        )
    monkeypatch.setattr(policies, "FEW", few)
    for person in people:
        viewer = get_user_model().objects.get(pk=person.pk)
        for model, prefix in ((Enrollment, ""), (ActivityDay, "enrollment__")):
            rows = model.objects.values_list("pk", flat=True)
            assert set(visible_to(viewer, rows)) == set(rows.filter(in_subqueries(viewer, prefix)))


def test_what_somebody_reaches_is_asked_once_for_each_object_of_a_person(
    instructor, manager, runs, django_assert_num_queries, monkeypatch
):
    with django_assert_num_queries(1):
        assert reach(instructor) is reach(instructor)
    assert (reach(instructor).courses, reach(instructor).people) == ({runs["taught"].course_key}, set())
    assert (reach(manager).courses, reach(manager).people) == (set(), {runs["team"].learner_id})
    CourseStaff.objects.all().delete()
    assert reach(get_user_model().objects.get(pk=instructor.pk)).courses == set()
    monkeypatch.setattr(policies, "FEW", 0)
    anew = get_user_model().objects.get(pk=manager.pk)
    assert list(reach(anew).people.values_list("user", flat=True)) == [runs["team"].learner_id]


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

"""The counters of a run are what its days of activity add up to, whoever writes these."""

import datetime as dt
import importlib

import pytest
from django.apps import apps

from accounts.services import merge_people
from learning.models import ActivityDay, Enrollment, EnrollmentStatus
from learning.services import record_completions, record_visit, recount_activity, reset_lesson
from tests.factories.accounts import make_person
from tests.factories.learning import activity_of, make_enrollment
from tests.factories.lms_pages import lessons_of

pytestmark = pytest.mark.django_db

ZEROS = (0, 0, 0, 0)


@pytest.fixture
def actor():
    return make_person(roles=("administrator",))


def visit(run, lesson: int, day: int, seconds: int = 0) -> None:
    key = lessons_of(run.course)[lesson].translation_key
    record_visit(enrollment=run, lesson_key=key, at=dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC), seconds=seconds)


@pytest.mark.parametrize(
    ("visits", "said"),
    [
        ([], (0, 0, 0, 0)),
        ([(0, 2, 30)], (1, 0, 30, 1)),
        ([(0, 2, 30), (0, 2, 5)], (2, 0, 35, 1)),
        ([(0, 2, 30), (1, 2, 5)], (2, 0, 35, 1)),
        ([(0, 2, 30), (0, 3, 5)], (2, 0, 35, 2)),
        # A day that is over, and one that comes back.
        ([(0, 3, 1), (1, 2, 2), (1, 3, 4), (0, 2, 8), (2, 4, 16)], (5, 0, 31, 3)),
    ],
)
def test_visits(course, visits, said):
    run, other = make_enrollment(course=course), make_enrollment(course=course)
    for lesson, day, seconds in visits:
        visit(run, lesson, day, seconds)
    visit(other, 0, 2, 7)
    assert activity_of(Enrollment.objects.all()) == [said, (1, 0, 7, 1)]


def test_a_page_that_is_opened(client, learner, course):
    make_enrollment(learner, course)
    client.force_login(learner)
    for lesson in (0, 0, 1):
        assert client.get(lessons_of(course)[lesson].url).status_code == 200
    assert activity_of(Enrollment.objects.all()) == [(3, 0, 0, 1)]


def test_what_is_written_without_a_visit(learner, course, actor):
    """A completion from elsewhere has no days. A lesson that is set back was read all the same."""
    now = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    elsewhere = Enrollment(
        learner=learner,
        course=course,
        course_key=course.translation_key,
        status=EnrollmentStatus.COMPLETED,
        enrolled_at=now,
        completed_at=now,
    )
    record_completions(runs=[elsewhere], actor=actor)
    run, key = make_enrollment(course=course, done=1), lessons_of(course)[0].translation_key
    visit(run, 0, 2, 30)
    reset_lesson(enrollment=run, lesson_key=key, actor=actor, reason="Read by somebody else.")
    assert activity_of(Enrollment.objects.all()) == [ZEROS, (1, 0, 30, 1)]


def test_two_accounts_of_one_person(course, actor):
    kept, merged = make_person(), make_person()
    visit(make_enrollment(kept, course, done=4), 0, 2, 10)
    visit(make_enrollment(merged, course), 1, 2, 20)
    merge_people(kept=kept, merged=merged, actor=actor)
    assert activity_of(Enrollment.objects.filter(learner=kept)) == [(1, 0, 10, 1), (1, 0, 20, 1)]


def written_in_bulk(course) -> list[Enrollment]:
    """Three runs that say nothing of their days, the last one rightly, and one that is wrong."""
    runs = [make_enrollment(course=course) for _run in range(4)]
    first, second = (lesson.translation_key for lesson in lessons_of(course)[:2])
    ActivityDay.objects.bulk_create(
        ActivityDay(enrollment=run, lesson_key=key, day=dt.date(2026, 11, day), hits=1, clicks=clicks, seconds=60)
        for run, key, day, clicks in (
            (runs[0], first, 2, 5), (runs[0], second, 2, 3), (runs[0], first, 4, 1), (runs[1], first, 2, 0),
        )
    )  # fmt: skip
    Enrollment.objects.filter(pk=runs[3].pk).update(hits=9, clicks=9, seconds=9, active_days=9)
    return runs


def test_recounting(course, django_assert_num_queries):
    runs = written_in_bulk(course)
    with django_assert_num_queries(1):
        assert recount_activity(runs=Enrollment.objects.exclude(pk=runs[1].pk)) == 3
    asked = [run.pk for run in runs if run != runs[1]]
    assert activity_of(Enrollment.objects.filter(pk__in=asked)) == [(3, 9, 180, 2), ZEROS, ZEROS]
    runs[1].refresh_from_db()
    assert runs[1].hits == 0
    recount_activity(runs=Enrollment.objects.all())
    assert activity_of(Enrollment.objects.all()) == [(3, 9, 180, 2), (1, 0, 60, 1), ZEROS, ZEROS]


def test_runs_that_are_older_than_the_counters(course):
    runs = written_in_bulk(course)
    importlib.import_module("learning.migrations.0007_activity_was_counted").add_up_days(apps, None)
    old = Enrollment.objects.exclude(pk=runs[3].pk)
    assert activity_of(old) == [(3, 9, 180, 2), (1, 0, 60, 1), ZEROS]

"""One run opened in several tabs at the same moment, on a database that runs them at the same time."""

import datetime as dt
from functools import partial

import pytest

from learning.models import Enrollment
from learning.services import complete_lesson, record_visit
from tests.factories.learning import activity_of, make_enrollment
from tests.factories.lms_pages import lessons_of, make_course
from tests.races import need_postgresql, none_fails

ROUNDS, TABS = 25, 4
AT = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


@pytest.mark.parametrize("lessons", [1, 2])
def test_the_first_visits_of_a_day_are_all_counted_and_the_day_once(lessons):
    course = make_course(modules=1, lessons=2, with_check=False)
    keys = [lesson.translation_key for lesson in lessons_of(course)[:lessons]]
    for _round in range(ROUNDS):
        run = make_enrollment(course=course)
        none_fails(
            *(
                partial(record_visit, enrollment=run, lesson_key=keys[tab % lessons], at=AT, seconds=10)
                for tab in range(TABS)
            )
        )
        assert activity_of(Enrollment.objects.filter(pk=run.pk)) == [(4, 0, 40, 1)]


def test_a_lesson_is_opened_while_another_is_completed():
    course = make_course(modules=1, lessons=2, with_check=False)
    first, second = lessons_of(course)
    for _round in range(ROUNDS):
        run = make_enrollment(course=course)
        none_fails(
            partial(record_visit, enrollment=run, lesson_key=first.translation_key, at=AT),
            partial(complete_lesson, enrollment=run, lesson=second, at=AT),
        )
        assert activity_of(Enrollment.objects.filter(pk=run.pk, completed_lessons=1)) == [(1, 0, 0, 1)]

"""Several people after the last place of a cohort, and the last use of a link, at the same moment."""

import threading
from functools import partial

import pytest
from django.db.models import F

from learning.exceptions import CohortFull, InviteClosed
from learning.models import Cohort, CohortMembership, Enrollment, InviteLink
from learning.services import cohorts, invites, join_by_link, place_in_cohort
from tests.factories.accounts import make_person
from tests.factories.learning import make_cohort, make_enrollment
from tests.factories.lms_pages import make_course
from tests.races import at_once, need_postgresql

PEOPLE = 6
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


@pytest.fixture
def course():
    return make_course(modules=1, lessons=1, with_check=False)


def everybody_joins(cohort):
    runs = [make_enrollment(course=cohort.course) for _person in range(PEOPLE)]
    return at_once(*[partial(place_in_cohort, enrollment=run, cohort=cohort) for run in runs])


def test_no_more_people_get_in_than_there_are_places(course):
    cohort = make_cohort(course, capacity=2)
    told = everybody_joins(cohort)
    assert sum(isinstance(one, CohortMembership) for one in told) == 2
    assert sum(isinstance(one, CohortFull) for one in told) == PEOPLE - 2
    cohort.refresh_from_db()
    assert (cohort.taken, CohortMembership.objects.filter(until=None).count()) == (2, 2)


def test_the_twin_that_looks_and_then_takes_overfills(course, monkeypatch):
    """Without the question inside the UPDATE only the database's own rule stands in the way, and that is an error."""
    everybody_has_looked = threading.Barrier(PEOPLE, timeout=20)

    def look_then_take(cohort_id):
        cohort = Cohort.objects.get(pk=cohort_id)
        everybody_has_looked.wait()
        if not cohort.places_left:
            raise CohortFull()
        Cohort.objects.filter(pk=cohort_id).update(taken=F("taken") + 1)

    monkeypatch.setattr(cohorts, "take_place", look_then_take)
    told = everybody_joins(make_cohort(course, capacity=2))
    assert not any(isinstance(one, CohortFull) for one in told)


def test_a_link_is_used_no_oftener_than_it_may_be(course):
    link = InviteLink.objects.create(course=course, limit=2)
    people = [make_person() for _person in range(PEOPLE)]
    told = at_once(*[partial(join_by_link, link=InviteLink.objects.get(pk=link.pk), learner=one) for one in people])
    assert sum(isinstance(one, Enrollment) for one in told) == 2
    assert sum(isinstance(one, InviteClosed) for one in told) == PEOPLE - 2
    link.refresh_from_db()
    assert (link.used, Enrollment.objects.count()) == (2, 2)


def test_the_twin_that_reads_the_counter_first_lets_too_many_in(course, monkeypatch):
    everybody_has_looked = threading.Barrier(PEOPLE, timeout=20)

    def look_then_join(link, learner):
        assert link.opens
        everybody_has_looked.wait()
        InviteLink.objects.filter(pk=link.pk).update(used=link.used + 1)
        return invites.enroll(learner=learner, course=link.course, source="invite")

    link = InviteLink.objects.create(course=course, limit=2)
    people = [make_person() for _person in range(PEOPLE)]
    at_once(*[partial(look_then_join, InviteLink.objects.get(pk=link.pk), one) for one in people])
    assert Enrollment.objects.count() == PEOPLE

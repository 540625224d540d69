"""Cohorts, their places, and the links that lead into them."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from learning.exceptions import AlreadyEnrolled, CohortFull, CohortTooSmall, InviteClosed, NotForThisCohort
from learning.models import Cohort, CohortMembership, Enrollment, InviteLink, LearningEvent
from learning.services import (
    change_cohort,
    enroll_in_cohort,
    join_by_link,
    leave_course,
    place_in_cohort,
    revoke_link,
)
from tests.factories.accounts import make_person
from tests.factories.learning import make_cohort, make_completed, make_enrollment
from tests.factories.lms_pages import make_course
from workbench.days import site_day

pytestmark = pytest.mark.django_db

TODAY = site_day


def taken(cohort):
    cohort.refresh_from_db()
    open_rows = CohortMembership.objects.filter(cohort=cohort, until=None).count()
    assert cohort.taken == open_rows
    return cohort.taken


def test_joining_takes_a_place_and_the_due_date(learner, course):
    cohort = make_cohort(course, due_on=date(2027, 3, 1), capacity=2)
    run = make_enrollment(learner, course)
    place_in_cohort(enrollment=run, cohort=cohort)
    place_in_cohort(enrollment=run, cohort=cohort)
    run.refresh_from_db()
    assert (run.due_on, taken(cohort)) == (date(2027, 3, 1), 1)
    assert cohort.places_left == 1


def test_nobody_gets_in_when_it_is_full(course):
    cohort = make_cohort(course, capacity=1, due_on=date(2027, 3, 1))
    place_in_cohort(enrollment=make_enrollment(course=course), cohort=cohort)
    late = make_enrollment(course=course)
    with pytest.raises(CohortFull):
        place_in_cohort(enrollment=late, cohort=cohort)
    late.refresh_from_db()
    assert (late.due_on, taken(cohort)) == (None, 1)


def test_moving_frees_the_old_place_and_keeps_the_old_row(course):
    old, new = make_cohort(course), make_cohort(course)
    run = make_enrollment(course=course)
    place_in_cohort(enrollment=run, cohort=old)
    place_in_cohort(enrollment=run, cohort=new)
    assert (taken(old), taken(new)) == (0, 1)
    assert CohortMembership.objects.filter(enrollment=run).count() == 2


def test_leaving_the_course_frees_the_place(course):
    cohort = make_cohort(course, capacity=1)
    run = make_enrollment(course=course)
    place_in_cohort(enrollment=run, cohort=cohort)
    leave_course(enrollment=run)
    assert taken(cohort) == 0
    assert CohortMembership.objects.get().until == TODAY()


def test_only_active_runs_of_its_course_belong_in_it(course):
    cohort = make_cohort(course)
    for run in (make_enrollment(course=make_course()), make_completed(course=course)):
        with pytest.raises(NotForThisCohort):
            place_in_cohort(enrollment=run, cohort=cohort)
    assert taken(cohort) == 0


def test_somebody_is_enrolled_and_placed_or_neither(learner, course):
    cohort = make_cohort(course, capacity=1)
    boss = make_person()
    run = enroll_in_cohort(learner=learner, cohort=cohort, actor=boss)
    assert enroll_in_cohort(learner=learner, cohort=cohort, actor=boss) == run
    with pytest.raises(CohortFull):
        enroll_in_cohort(learner=make_person(), cohort=cohort, actor=boss)
    assert Enrollment.objects.count() == 1
    assert taken(cohort) == 1


def test_a_new_due_date_reaches_those_who_had_the_old_one(course):
    cohort = make_cohort(course, due_on=date(2027, 3, 1))
    follows, own = make_enrollment(course=course), make_enrollment(course=course)
    for run in (follows, own):
        place_in_cohort(enrollment=run, cohort=cohort)
    Enrollment.objects.filter(pk=own.pk).update(due_on=date(2027, 6, 1))
    change_cohort(cohort=cohort, due_on=date(2027, 4, 1))
    follows.refresh_from_db()
    own.refresh_from_db()
    assert (follows.due_on, own.due_on) == (date(2027, 4, 1), date(2027, 6, 1))


def test_a_cohort_never_has_fewer_places_than_people(course):
    cohort = make_cohort(course, capacity=3)
    for _person in range(2):
        place_in_cohort(enrollment=make_enrollment(course=course), cohort=cohort)
    with pytest.raises(CohortTooSmall):
        change_cohort(cohort=cohort, capacity=1, name="Smaller")
    cohort.refresh_from_db()
    assert (cohort.capacity, cohort.name == "Smaller") == (3, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cohort.objects.filter(pk=cohort.pk).update(capacity=1)
    assert change_cohort(cohort=cohort, capacity=2) == []
    assert cohort.places_left == 0


# Links -----------------------------------------------------------------------------


def make_link(course, **extra) -> InviteLink:
    return InviteLink.objects.create(course=course, **extra)


def test_a_link_leads_onto_a_closed_course_and_into_its_cohort(learner):
    course = make_course(enrollment_policy="assigned")
    cohort = make_cohort(course)
    link = make_link(course, cohort=cohort, limit=2)
    run = join_by_link(link=link, learner=learner)
    link.refresh_from_db()
    assert (run.status, taken(cohort), link.used) == ("active", 1, 1)
    event = LearningEvent.objects.get()
    assert (event.source, event.actor, event.object_type, event.object_uuid) == (
        "invite",
        learner,
        "invite link",
        link.uuid,
    )


def test_who_is_on_the_course_uses_nothing_up(learner, course):
    make_enrollment(learner, course)
    link = make_link(course, limit=1)
    with pytest.raises(AlreadyEnrolled):
        join_by_link(link=link, learner=learner)
    link.refresh_from_db()
    assert link.used == 0


def closed_links(course):
    yesterday = TODAY() - timedelta(days=1)
    full = make_cohort(course, capacity=1)
    place_in_cohort(enrollment=make_enrollment(course=course), cohort=full)
    over = make_cohort(course, ends_on=yesterday)
    draft = make_course("Draft")
    draft.unpublish()
    return {
        "withdrawn": make_link(course, revoked_at=timezone.now()),
        "expired": make_link(course, expires_on=yesterday),
        "as often as it may be": make_link(course, limit=1, used=1),
        "is over": make_link(course, cohort=over, limit=1),
        "are taken": make_link(course, cohort=full, limit=5),
        "not published": make_link(draft),
    }


def test_a_closed_link_says_why_and_changes_nothing(learner, course):
    for words, link in closed_links(course).items():
        before = link.used
        with pytest.raises(InviteClosed, match=words):
            join_by_link(link=link, learner=learner)
        link.refresh_from_db()
        assert link.used == before
    assert not Enrollment.objects.filter(learner=learner).exists()


def test_the_last_day_is_a_day_of_it(learner, course):
    assert join_by_link(link=make_link(course, expires_on=TODAY()), learner=learner).status == "active"


def test_a_link_is_withdrawn_once(course):
    link = make_link(course)
    assert revoke_link(link=link) is True
    assert revoke_link(link=link) is False

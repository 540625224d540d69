"""Cohorts: who is in, who moves, and that no more people are in than there are places."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from learning.exceptions import AlreadyEnrolled, CohortTooSmall, NotForThisCohort
from learning.models import Cohort, CohortMembership, Enrollment, EnrollmentStatus
from learning.services.enrollment import enroll
from learning.services.places import free_place, take_place
from workbench.days import site_day

CHANGEABLE = ("name", "starts_on", "ends_on", "due_on", "capacity")


def place_in_cohort(*, enrollment: Enrollment, cohort: Cohort, on: date | None = None) -> CohortMembership:
    """Put an active run into ``cohort`` and out of the one it was in; the cohort's due date, if it has one, becomes the run's.

    Already there: nothing changes. NotForThisCohort for another course or a run that is over, CohortFull without a free place.
    """
    if enrollment.course_key != cohort.course_key:
        raise NotForThisCohort()
    on = on or site_day()
    with transaction.atomic():
        # Locks the run, so that two people who move it at the same moment do so one after the other.
        values = {"due_on": cohort.due_on} if cohort.due_on else {"course": F("course")}
        if not Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.ACTIVE).update(**values):
            raise NotForThisCohort()
        before = CohortMembership.objects.filter(enrollment=enrollment, until=None).first()
        if before is not None and before.cohort_id == cohort.pk:
            return before
        # In the order of their keys: two moves in opposite directions must not wait for each other.
        for change, key in sorted(
            [(take_place, cohort.pk), *([(free_place, before.cohort_id)] if before else [])], key=lambda pair: pair[1]
        ):
            change(key)
        if before is not None:
            CohortMembership.objects.filter(pk=before.pk).update(until=max(on, before.since))
        membership = CohortMembership.objects.create(cohort=cohort, enrollment=enrollment, since=on)
    if cohort.due_on:
        enrollment.due_on = cohort.due_on
    return membership


def enroll_in_cohort(*, learner: Any, cohort: Cohort, actor: Any, source: str = "staff") -> Enrollment:
    """Put somebody on the cohort's course, unless they are on it already, and into the cohort: both or neither."""
    with transaction.atomic():
        try:
            enrollment = enroll(learner=learner, course=cohort.course, actor=actor, source=source)
        except AlreadyEnrolled:
            enrollment = Enrollment.objects.select_related("course", "learner").get(
                learner=learner, course_key=cohort.course_key, status=EnrollmentStatus.ACTIVE
            )
        place_in_cohort(enrollment=enrollment, cohort=cohort)
    return enrollment


def change_cohort(*, cohort: Cohort, of_runs: Collection[int] | None = None, **values: Any) -> list[int]:
    """Change a cohort's name, days, due date or places. CohortTooSmall where more people are in it than it would hold.

    With a new due date, everybody in it who had the old one gets the new one; dates that were set by hand stay.
    Returns the primary keys of the runs whose date changed; ``of_runs`` are the only ones that may, whether still in it or not.
    """
    assert set(values) <= set(CHANGEABLE), values
    capacity = values.get("capacity", cohort.capacity)
    fits = Q() if capacity is None else Q(taken__lte=capacity)
    moved: list[int] = []
    with transaction.atomic():
        before = Cohort.objects.get(pk=cohort.pk).due_on
        if not Cohort.objects.filter(fits, pk=cohort.pk).update(**values):
            raise CohortTooSmall()
        if "due_on" in values and values["due_on"] != before:
            members = CohortMembership.objects.filter(cohort=cohort, until=None).values("enrollment")
            chosen = Q(pk__in=members) if of_runs is None else Q(pk__in=of_runs)
            runs = Enrollment.objects.filter(chosen, status=EnrollmentStatus.ACTIVE, due_on=before)
            moved = list(runs.select_for_update().order_by("pk").values_list("pk", flat=True))
            Enrollment.objects.filter(pk__in=moved).update(due_on=values["due_on"])
    cohort.refresh_from_db()
    return moved

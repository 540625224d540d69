"""Places in cohorts, counted by the UPDATE that asks whether one is free."""

from datetime import date

from django.db.models import F, Q

from learning.exceptions import CohortFull
from learning.models import Cohort, CohortMembership, Enrollment
from workbench.days import site_day


def take_place(cohort_id: int) -> None:
    """CohortFull where all are taken. Of two people after the last place, one finds it."""
    free = Q(capacity=None) | Q(taken__lt=F("capacity"))
    if not Cohort.objects.filter(free, pk=cohort_id).update(taken=F("taken") + 1):
        raise CohortFull()


def free_place(cohort_id: int) -> None:
    Cohort.objects.filter(pk=cohort_id, taken__gt=0).update(taken=F("taken") - 1)


def leave_cohort(*, enrollment: Enrollment, on: date | None = None) -> None:
    """End the run's membership in its cohort, if it is in one, and free the place. Call inside a transaction."""
    on = on or site_day()
    for membership in CohortMembership.objects.filter(enrollment=enrollment, until=None):
        ended = CohortMembership.objects.filter(pk=membership.pk, until=None).update(until=max(on, membership.since))
        if ended:
            free_place(membership.cohort_id)

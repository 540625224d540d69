"""The runs of a person: which of several counts, all of them, and those somebody has to decide about."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from learning.models import Enrollment, EnrollmentStatus
from learning.policies import visible_to

# Of several runs of one course the one that counts: the active one, else a request, else the newest completed.
COUNTS = (EnrollmentStatus.COMPLETED, EnrollmentStatus.REQUESTED, EnrollmentStatus.ACTIVE)


def current_enrollments(*, learner: Any, course_keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, Enrollment]:
    """By course key, the run that counts now, in one query. Runs that were left, declined or expired never do."""
    keys = list(course_keys)
    if not learner.is_authenticated or not keys:
        return {}
    runs = Enrollment.objects.filter(learner=learner, course_key__in=keys, status__in=COUNTS).select_related("course")
    in_turn = sorted(runs, key=lambda run: (COUNTS.index(EnrollmentStatus(run.status)), run.run))
    return {run.course_key: run for run in in_turn}


def current_enrollment(*, learner: Any, course_key: uuid.UUID) -> Enrollment | None:
    """The run that counts now; see `current_enrollments`."""
    return current_enrollments(learner=learner, course_keys=[course_key]).get(course_key)


def enrollments_of(learner: Any) -> QuerySet[Enrollment]:
    """A learner's runs with their courses, newest activity first."""
    return (
        Enrollment.objects.filter(learner=learner)
        .select_related("course", "course__cover")
        .prefetch_related("course__cover__renditions")
        .order_by("-last_activity_at", "-pk")
    )


def course_keys_of(viewer: Any) -> QuerySet:
    """Keys of courses a person is or was on: they see them whatever the course's visibility says."""
    return (
        Enrollment.objects.filter(learner=viewer)
        .exclude(status__in=[EnrollmentStatus.WITHDRAWN, EnrollmentStatus.DECLINED])
        .values("course_key")
    )


def requests_to_decide(viewer: Any) -> QuerySet[Enrollment]:
    """Requests the viewer may approve or decline, the oldest first."""
    if not viewer.has_perm("learning.change_enrollment"):
        return Enrollment.objects.none()
    found = visible_to(viewer, Enrollment.objects.filter(status=EnrollmentStatus.REQUESTED))
    if not viewer.has_perm("learning.view_all_enrollments"):
        found = found.exclude(learner=viewer)
    return found.select_related("learner", "course").order_by("requested_at")

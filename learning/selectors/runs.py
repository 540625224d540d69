"""The runs of a person: which of several counts, all of them, and those somebody has to decide about."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from learning.models import Enrollment, EnrollmentStatus
from learning.policies import visible_to
from lms_pages.models import CoursePage

# Of several runs of one course the one that counts: the active one, else a request, else the newest completed.
COUNTS = (EnrollmentStatus.COMPLETED, EnrollmentStatus.REQUESTED, EnrollmentStatus.ACTIVE)


def current_enrollments(*, learner: Any, course_keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, Enrollment]:
    """By course key, the run that counts now, in one query. Runs that were left, declined or expired never do."""
    keys = list(course_keys)
    if not learner.is_authenticated or not keys:
        return {}
    return those_that_count(runs_of(learner, keys).select_related("course"))


def runs_of(learner: Any, course_keys: list[uuid.UUID]) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(learner=learner, course_key__in=course_keys, status__in=COUNTS)


def those_that_count(runs: Iterable[Enrollment]) -> dict[uuid.UUID, Enrollment]:
    in_turn = sorted(runs, key=lambda run: (COUNTS.index(EnrollmentStatus(run.status)), run.run))
    return {run.course_key: run for run in in_turn}


def current_enrollment(*, learner: Any, course: CoursePage) -> Enrollment | None:
    """The run that counts now; see `current_enrollments`. Its course is ``course``, unless it was taken in another
    language: then it has yet to be read."""
    if not learner.is_authenticated:
        return None
    run = those_that_count(runs_of(learner, [course.translation_key])).get(course.translation_key)
    if run is not None and run.course_id == course.pk:
        run.course = course
    return run


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

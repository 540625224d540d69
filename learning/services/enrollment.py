"""Enrolling, asking, deciding, leaving."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from learning.exceptions import (
    AlreadyEnrolled,
    AlreadyRequested,
    CannotLeave,
    EnrollmentClosed,
    LearningError,
    RunIsOver,
)
from learning.models import Enrollment, EnrollmentStatus
from learning.services.events import record_event
from learning.verbs import Verb
from lms_pages.models import CoursePage, EnrollmentPolicy
from lms_pages.selectors import course_outline


def enroll(
    *,
    learner: Any,
    course: CoursePage,
    actor: Any = None,
    due_on: date | None = None,
    at: datetime | None = None,
    source: str = "web",
) -> Enrollment:
    """Start a run of ``course`` for ``learner``.

    Without an ``actor`` the learner enrolls alone, which only an open course allows
    (EnrollmentClosed). AlreadyEnrolled while a run is active. An open request
    becomes the run. A completed run is left as it is: the next one gets the next number.
    """
    by_self = actor is None or actor.pk == learner.pk
    if by_self and course.enrollment_policy != EnrollmentPolicy.OPEN and source == "web":
        raise EnrollmentClosed()
    at = at or timezone.now()
    required = sum(lesson.is_required for lesson in course_outline(course).lessons)
    try:
        with transaction.atomic():
            runs = Enrollment.objects.filter(learner=learner, course_key=course.translation_key)
            # Locked, so that it cannot be declined or taken back between this and the save.
            enrollment = runs.filter(status=EnrollmentStatus.REQUESTED).select_for_update(no_key=True).first()
            if enrollment is None:
                last = runs.aggregate(last=Max("run"))["last"] or 0
                enrollment = Enrollment(learner=learner, course=course, course_key=course.translation_key, run=last + 1)
            enrollment.status = EnrollmentStatus.ACTIVE
            enrollment.enrolled_at = enrollment.last_activity_at = at
            enrollment.due_on = due_on
            enrollment.required_lessons = required
            enrollment.save()
            record_event(
                verb=Verb.COURSE_ENROLLED,
                idempotency_key=f"course:enrolled:{enrollment.uuid}",
                enrollment=enrollment,
                actor=actor,
                page=course,
                revision_id=course.live_revision_id,
                data={"policy": course.enrollment_policy, "run": enrollment.run},
                occurred_at=at,
                source=source,
            )
    except IntegrityError:
        raise AlreadyEnrolled() from None
    return enrollment


def request_enrollment(
    *, learner: Any, course: CoursePage, reason: str = "", at: datetime | None = None, source: str = "web"
) -> Enrollment:
    """Ask for a place in a course whose policy is "by request". EnrollmentClosed, AlreadyRequested or AlreadyEnrolled otherwise."""
    if course.enrollment_policy != EnrollmentPolicy.REQUEST:
        raise EnrollmentClosed()
    at = at or timezone.now()
    runs = Enrollment.objects.filter(learner=learner, course_key=course.translation_key)
    try:
        with transaction.atomic():
            last = runs.aggregate(last=Max("run"))["last"] or 0
            enrollment = Enrollment.objects.create(
                learner=learner,
                course=course,
                course_key=course.translation_key,
                run=last + 1,
                status=EnrollmentStatus.REQUESTED,
                reason=reason[:300],
                requested_at=at,
            )
            record_event(
                verb=Verb.COURSE_REQUESTED,
                idempotency_key=f"course:requested:{enrollment.uuid}",
                enrollment=enrollment,
                page=course,
                data={"policy": course.enrollment_policy, "reason": enrollment.reason, "run": enrollment.run},
                occurred_at=at,
                source=source,
            )
    except IntegrityError:
        asked = runs.filter(status=EnrollmentStatus.REQUESTED).exists()
        raise (AlreadyRequested if asked else AlreadyEnrolled)() from None
    return enrollment


def approve_request(
    *, enrollment: Enrollment, actor: Any, due_on: date | None = None, at: datetime | None = None
) -> Enrollment:
    """Turn a request into an active run. LearningError where it is no longer a request."""
    with transaction.atomic():
        asked = Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.REQUESTED)
        if asked.select_for_update(no_key=True).first() is None:
            raise LearningError()
        return enroll(
            learner=enrollment.learner, course=enrollment.course, actor=actor, due_on=due_on, at=at, source="staff"
        )


def decline_request(*, enrollment: Enrollment, actor: Any, reason: str, at: datetime | None = None) -> Enrollment:
    """Refuse a request, with the reason the person will read. LearningError where it is no longer a request."""
    at = at or timezone.now()
    with transaction.atomic():
        changed = Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.REQUESTED).update(
            status=EnrollmentStatus.DECLINED, reason=reason[:300], ended_at=at
        )
        if not changed:
            raise LearningError()
        enrollment.refresh_from_db()
        record_event(
            verb=Verb.COURSE_DECLINED,
            idempotency_key=f"course:declined:{enrollment.uuid}",
            enrollment=enrollment,
            actor=actor,
            page=enrollment.course,
            data={"reason": enrollment.reason, "run": enrollment.run},
            occurred_at=at,
            source="staff",
        )
    return enrollment


def leave_course(
    *, enrollment: Enrollment, actor: Any = None, reason: str = "", at: datetime | None = None, source: str = "web"
) -> Enrollment:
    """End an active run, or withdraw a request. What was done in it stays. CannotLeave for a run that is over."""
    at = at or timezone.now()
    with transaction.atomic():
        changed = Enrollment.objects.filter(
            pk=enrollment.pk, status__in=[EnrollmentStatus.ACTIVE, EnrollmentStatus.REQUESTED]
        ).update(status=EnrollmentStatus.WITHDRAWN, ended_at=at, reason=reason[:300])
        if not changed:
            enrollment.refresh_from_db(fields=["status"])
            raise CannotLeave() if enrollment.status == EnrollmentStatus.COMPLETED else RunIsOver()
        enrollment.refresh_from_db()
        record_event(
            verb=Verb.COURSE_LEFT,
            idempotency_key=f"course:left:{enrollment.uuid}",
            enrollment=enrollment,
            actor=actor,
            page=enrollment.course,
            data={"reason": enrollment.reason, "run": enrollment.run},
            occurred_at=at,
            source=source,
        )
    return enrollment


def set_due_date(*, enrollment: Enrollment, due_on: date | None) -> Enrollment:
    """Give an active run another due date, or none. LearningError for a run that is over or was never approved."""
    if not Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.ACTIVE).update(due_on=due_on):
        raise LearningError()
    enrollment.due_on = due_on
    return enrollment

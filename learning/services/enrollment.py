"""Enrolling, asking, deciding, leaving."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from learning.exceptions import (
    AlreadyDecided,
    AlreadyEnrolled,
    AlreadyRequested,
    CannotLeave,
    EnrollmentClosed,
    LearningError,
    RunIsOver,
)
from learning.models import Enrollment, EnrollmentStatus, InviteLink
from learning.services.events import record_event
from learning.services.letters import write_decision
from learning.services.places import leave_cohort
from learning.verbs import Verb
from lms_pages.models import CoursePage, EnrollmentPolicy
from lms_pages.selectors import read_outline


def enroll(
    *,
    learner: Any,
    course: CoursePage,
    actor: Any = None,
    due_on: date | None = None,
    at: datetime | None = None,
    source: str = "web",
    via: InviteLink | None = None,
) -> Enrollment:
    """Start a run of ``course`` for ``learner``.

    Without an ``actor`` the learner enrolls alone, which only an open course allows
    (EnrollmentClosed). AlreadyEnrolled while a run is active. An open request
    becomes the run, and the person gets the mail about it. A completed run is left as it is: the next one gets the next number.
    ``via`` is the invitation link that led here; the event names it.
    """
    by_self = actor is None or actor.pk == learner.pk
    if by_self and course.enrollment_policy != EnrollmentPolicy.OPEN and source == "web":
        raise EnrollmentClosed()
    at = at or timezone.now()
    try:
        with transaction.atomic():
            runs = Enrollment.objects.filter(learner=learner, course_key=course.translation_key)
            values = _values_of_a_start(course=course, due_on=due_on, at=at)
            enrollment = _start_requested(runs, values)
            was_asked_for = enrollment is not None
            if enrollment is None:
                last = runs.aggregate(last=Max("run"))["last"] or 0
                enrollment = Enrollment.objects.create(
                    learner=learner, course=course, course_key=course.translation_key, run=last + 1, **values
                )
            _record_start(enrollment=enrollment, course=course, actor=actor, at=at, source=source, via=via)
            if was_asked_for and not by_self:
                write_decision(enrollment=enrollment)
    except IntegrityError:
        raise AlreadyEnrolled() from None
    return enrollment


def _values_of_a_start(*, course: CoursePage, due_on: date | None, at: datetime) -> dict[str, Any]:
    return {
        "status": EnrollmentStatus.ACTIVE,
        "enrolled_at": at,
        "last_activity_at": at,
        "due_on": due_on,
        "required_lessons": sum(lesson.is_required for lesson in read_outline(course).lessons),
    }


def _start_requested(runs: QuerySet[Enrollment], values: dict[str, Any]) -> Enrollment | None:
    """Make the request among ``runs`` an active run; None where there is none. Of two people who decide at the same
    moment one finds it: whether it is still a request is asked by the very UPDATE that changes it."""
    asked = runs.filter(status=EnrollmentStatus.REQUESTED).values_list("pk", flat=True).first()
    if asked is None or not runs.filter(pk=asked, status=EnrollmentStatus.REQUESTED).update(**values):
        return None
    return Enrollment.objects.select_related("course", "learner").get(pk=asked)


def _record_start(
    *,
    enrollment: Enrollment,
    course: CoursePage,
    actor: Any,
    at: datetime,
    source: str,
    via: InviteLink | None = None,
) -> None:
    record_event(
        verb=Verb.COURSE_ENROLLED,
        idempotency_key=f"course:enrolled:{enrollment.uuid}",
        enrollment=enrollment,
        actor=actor,
        page=course,
        revision_id=course.live_revision_id,
        object_type="invite link" if via is not None else "",
        object_uuid=via.uuid if via is not None else None,
        data={"policy": course.enrollment_policy, "run": enrollment.run},
        occurred_at=at,
        source=source,
    )


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
    *, enrollment: Enrollment, actor: Any, due_on: date | None = None, at: datetime | None = None, tell: bool = True
) -> Enrollment:
    """Turn a request into an active run, and write the person a mail. AlreadyDecided where it is no longer a request.

    ``tell`` is False where the decision was made long ago and is only written down now.
    """
    at = at or timezone.now()
    course = enrollment.course
    with transaction.atomic():
        values = _values_of_a_start(course=course, due_on=due_on, at=at)
        approved = _start_requested(Enrollment.objects.filter(pk=enrollment.pk), values)
        if approved is None:
            raise AlreadyDecided()
        _record_start(enrollment=approved, course=course, actor=actor, at=at, source="staff")
        if tell:
            write_decision(enrollment=approved)
    return approved


def decline_request(
    *, enrollment: Enrollment, actor: Any, reason: str, at: datetime | None = None, tell: bool = True
) -> Enrollment:
    """Refuse a request, and write the person a mail with the reason. AlreadyDecided where it is no longer a request.

    ``tell`` is False where the decision was made long ago and is only written down now.
    """
    at = at or timezone.now()
    with transaction.atomic():
        changed = Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.REQUESTED).update(
            status=EnrollmentStatus.DECLINED, reason=reason[:300], ended_at=at
        )
        if not changed:
            raise AlreadyDecided()
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
        if tell:
            write_decision(enrollment=enrollment)
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
        leave_cohort(enrollment=enrollment)
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

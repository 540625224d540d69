"""Progress changed by the word of somebody who teaches: lessons marked done, and lessons reset, each with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from learning.exceptions import NotDone, NotEnrolled, ReasonMissing, RecordIsFinal
from learning.models import Enrollment, EnrollmentStatus, LearningEvent, LessonProgress
from learning.services.events import record_event
from learning.services.progress import complete_courses, done_keys, hold_run, required_keys, write_marks
from learning.services.rounds import round_suffix
from learning.verbs import Verb
from lms_pages.models import LessonPage
from lms_pages.selectors import Outline, read_outline
from workbench.days import site_day, site_zone
from workbench.times import day_words


@dataclass(frozen=True)
class Recorded:
    """What became of lessons recorded for several people: marks made, marks that stood already, runs that are over."""

    new: int = 0
    same: int = 0
    over: int = 0


def moment_on(day: date | None) -> datetime:
    """When something that is said to have happened on ``day`` took place: now for today, else noon in the site's zone."""
    if day is None or day >= site_day():
        return timezone.now()
    return timezone.make_aware(datetime.combine(day, time(12)), site_zone())


def record_lesson(
    *,
    enrollment: Enrollment,
    lesson: LessonPage,
    actor: Any,
    reason: str,
    at: datetime | None = None,
    outline: Outline | None = None,
    source: str = "staff",
) -> LearningEvent | None:
    """Mark a lesson done for a learner: progress row, counters and one `lesson:recorded` event, in one transaction.

    Returns the event, or None when it was done before (nothing changes then). The order of
    the lessons does not hold for somebody who teaches. Completes the run with the last required lesson, as of
    the latest of its lessons. NotEnrolled unless the run is open, ReasonMissing without a reason.
    """
    if not reason.strip():
        raise ReasonMissing()
    at = at or timezone.now()
    required = required_keys(outline or read_outline(enrollment.course))
    # A class of last week is not the latest that its learner did.
    latest = max(at, enrollment.last_activity_at or at)
    with transaction.atomic():
        hold_run(enrollment=enrollment, lesson_key=None, at=latest)
        done = done_keys(enrollment)
        if lesson.translation_key in done:
            return None
        ((event, is_last),) = write_marks(
            runs=[(enrollment, done)],
            lesson=lesson,
            required=required,
            rule="staff",
            verb=Verb.LESSON_RECORDED,
            data={"reason": reason.strip()[:300]},
            actor=actor,
            at=at,
            source=source,
        )
        if is_last:
            marks = LessonProgress.objects.filter(enrollment=enrollment, lesson_key__in=required)
            last = marks.aggregate(last=Max("completed_at"))["last"] or at
            complete_courses(enrollments=[enrollment], required=required, actor=actor, at=last, source=source)
    enrollment.refresh_from_db()
    return event


def record_lessons(
    *,
    enrollments: Iterable[Enrollment],
    lessons: Iterable[LessonPage],
    actor: Any,
    reason: str,
    at: datetime | None = None,
) -> Recorded:
    """A class held in a room: the same lessons of one course for several people, all of it or nothing."""
    at = at or timezone.now()
    enrollments, lessons = list(enrollments), list(lessons)
    new = same = over = 0
    outline = read_outline(enrollments[0].course) if enrollments else None
    with transaction.atomic():
        for enrollment in enrollments:
            try:
                for lesson in lessons:
                    event = record_lesson(
                        enrollment=enrollment, lesson=lesson, actor=actor, reason=reason, at=at, outline=outline
                    )
                    new, same = (new + 1, same) if event else (new, same + 1)
            except NotEnrolled:
                over += 1
    return Recorded(new, same, over)


def reset_lesson(
    *, enrollment: Enrollment, lesson_key: UUID, actor: Any, reason: str, source: str = "staff"
) -> LearningEvent:
    """Take a lesson's mark away, so that the learner does it again: the progress row goes, its content stays in one
    `lesson:reset` event, the counters follow.

    RecordIsFinal for a run that is completed or ended, whose record is final. NotDone where there is nothing to take away.
    ReasonMissing without a reason.
    """
    if not reason.strip():
        raise ReasonMissing()
    required = required_keys(read_outline(enrollment.course))
    with transaction.atomic():
        # Asks and locks at once: the last lesson may be completing the run at this moment.
        if not Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.ACTIVE).update(
            status=EnrollmentStatus.ACTIVE
        ):
            enrollment.refresh_from_db()
            raise RecordIsFinal(why_over(enrollment))
        progress = (
            LessonProgress.objects.filter(enrollment=enrollment, lesson_key=lesson_key).select_related("lesson").first()
        )
        if progress is None:
            raise NotDone()
        suffix = round_suffix(enrollment, lesson_key)
        progress.delete()
        count = len(done_keys(enrollment).intersection(required))
        Enrollment.objects.filter(pk=enrollment.pk).update(completed_lessons=count, required_lessons=len(required))
        event = record_event(
            verb=Verb.LESSON_RESET,
            idempotency_key=f"lesson:reset:{enrollment.uuid}:{lesson_key}{suffix}",
            enrollment=enrollment,
            actor=actor,
            page=progress.lesson,
            lesson_key=lesson_key,
            revision_id=progress.revision_id,
            data={
                "reason": reason.strip()[:300],
                "was_rule": progress.rule,
                "was_completed_at": progress.completed_at,
                "was_revision_id": progress.revision_id,
                "completed": count,
                "required": len(required),
            },
            source=source,
        )
    enrollment.refresh_from_db()
    return event


def why_over(enrollment: Enrollment) -> str:
    """Why nothing is taken out of a run that is not active, and what to do instead."""
    values = {"person": enrollment.learner.name, "day": day_words(enrollment.completed_at or enrollment.ended_at)}
    if enrollment.status == EnrollmentStatus.COMPLETED:
        return (
            _(
                "Nothing was changed: %(person)s completed this course on %(day)s, and that stays on record. "
                "To have it taken again, assign the course again: that starts a new run."
            )
            % values
        )
    return _("Nothing was changed: %(person)s is not on this course now.") % values

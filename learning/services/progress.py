"""Lessons done, scores, visits."""

from datetime import datetime as moment
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.models import Page

from learning.exceptions import LessonsMissing, NotEnrolled
from learning.models import ActivityDay, Enrollment, EnrollmentStatus, LearningEvent, LessonProgress, Result
from learning.policies import require_unlocked
from learning.services.events import record_event
from learning.services.rounds import round_suffix
from learning.verbs import Verb
from lms_pages.models import LessonPage
from lms_pages.selectors import Outline, course_outline
from workbench.days import site_day

CHANGED_BY_COMPLETION = [
    "status",
    "completed_at",
    "completed_revision",
    "completion_rule",
    "completed_lessons",
    "required_lessons",
    "last_lesson_key",
    "last_activity_at",
]


def hold_run(*, enrollment: Enrollment, lesson_key: UUID | None, at: moment) -> None:
    """Lock an open run until the transaction ends, and note where its learner is. NotEnrolled where it is not open.

    Whoever writes what a learner did takes this lock first. So two lessons or answers sent at once are written one
    after the other, the later one counts both, and a run that was left meanwhile takes nothing.
    """
    place = {"last_lesson_key": lesson_key} if lesson_key else {}
    if not Enrollment.objects.open().filter(pk=enrollment.pk).update(last_activity_at=at, **place):
        raise NotEnrolled()


def complete_lesson(
    *,
    enrollment: Enrollment,
    lesson: LessonPage,
    rule: str = "button",
    actor: Any = None,
    at: moment | None = None,
    source: str = "web",
    outline: Outline | None = None,
    may_be_locked: bool = False,
    was_there: bool = True,
) -> LearningEvent | None:
    """Mark a lesson done: progress row, the enrollment's counters and one event, in one transaction.

    Returns the event, or None when it was done before (then only the last activity is noted). Completes
    the run when the last required lesson is done. NotEnrolled unless the run is open,
    LessonLocked where an earlier lesson of an in-order course is not done, unless it ``may_be_locked``: for work that
    was begun while it was open. ``was_there`` is off where somebody else's work completes it: then the learner's place
    and last activity stay what they are.
    """
    at = at or timezone.now()
    outline = outline or course_outline(enrollment.course)
    required = required_keys(outline)
    key = lesson.translation_key
    with transaction.atomic():
        if was_there:
            hold_run(enrollment=enrollment, lesson_key=key, at=at)
        else:
            hold_run(enrollment=enrollment, lesson_key=None, at=enrollment.last_activity_at or at)
        done = done_keys(enrollment)
        if key in done:
            return None
        if not may_be_locked:
            require_unlocked(enrollment=enrollment, outline=outline, done=done, key=key)
        event, is_last = write_mark(
            enrollment=enrollment,
            lesson=lesson,
            done=done,
            required=required,
            rule=rule,
            verb=Verb.LESSON_COMPLETED,
            data={"rule": rule},
            actor=actor,
            at=at,
            source=source,
        )
        if is_last:
            complete_course(enrollment=enrollment, required=required, actor=actor, at=at, source=source)
    enrollment.refresh_from_db(fields=CHANGED_BY_COMPLETION)
    return event


def write_mark(
    *,
    enrollment: Enrollment,
    lesson: LessonPage,
    done: set[UUID],
    required: list[UUID],
    rule: str,
    verb: Verb,
    data: dict[str, Any],
    actor: Any,
    at: moment,
    source: str,
) -> tuple[LearningEvent, bool]:
    """A lesson's progress row, the run's counters and the event ``verb``, and whether it was the last one required.

    Call while `hold_run` holds the run, with the lessons ``done`` so far; ``data`` gets the counters.
    """
    key = lesson.translation_key
    LessonProgress.objects.create(
        enrollment=enrollment,
        lesson_key=key,
        lesson=lesson,
        revision_id=lesson.live_revision_id,
        rule=rule,
        completed_at=at,
    )
    count = len((done | {key}).intersection(required))
    Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.ACTIVE).update(
        completed_lessons=count, required_lessons=len(required)
    )
    event = record_event(
        verb=verb,
        idempotency_key=f"{verb}:{enrollment.uuid}:{key}{round_suffix(enrollment, key)}",
        enrollment=enrollment,
        actor=actor,
        page=lesson,
        lesson_key=key,
        revision_id=lesson.live_revision_id,
        data={**data, "completed": count, "required": len(required)},
        occurred_at=at,
        source=source,
    )
    return event, bool(required) and count == len(required)


def finish_course(
    *, enrollment: Enrollment, actor: Any = None, at: moment | None = None, source: str = "web"
) -> Enrollment:
    """Complete a run whose required lessons are all done, because the lessons that were missing are no longer asked for.

    Taking a lesson away completes nobody by itself: it may come back a minute later, and a completion stays for good.
    LessonsMissing while one is not done, NotEnrolled unless the run is open. A completed run stays as it is.
    """
    at = at or timezone.now()
    required = required_keys(course_outline(enrollment.course))
    with transaction.atomic():
        hold_run(enrollment=enrollment, lesson_key=None, at=at)
        missing = set(required) - done_keys(enrollment)
        if missing or not required:
            raise LessonsMissing()
        Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.ACTIVE).update(
            completed_lessons=len(required), required_lessons=len(required)
        )
        complete_course(enrollment=enrollment, required=required, actor=actor, at=at, source=source)
    enrollment.refresh_from_db(fields=CHANGED_BY_COMPLETION)
    return enrollment


def required_keys(outline: Outline) -> list[UUID]:
    return [entry.key for entry in outline.lessons if entry.is_required]


def done_keys(enrollment: Enrollment) -> set[UUID]:
    return set(LessonProgress.objects.filter(enrollment=enrollment).values_list("lesson_key", flat=True))


def complete_course(*, enrollment: Enrollment, required: list[UUID], actor: Any, at: moment, source: str) -> None:
    """Close an active run whose ``required`` lessons are done, with one event. Call while `hold_run` holds it."""
    course = enrollment.course
    lessons = [str(key) for key in required]
    changed = Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.ACTIVE).update(
        status=EnrollmentStatus.COMPLETED,
        completed_at=at,
        completed_revision_id=course.live_revision_id,
        completion_rule={"rule": "all_required_lessons", "lessons": lessons},
    )
    if changed:
        record_event(
            verb=Verb.COURSE_COMPLETED,
            idempotency_key=f"course:completed:{enrollment.uuid}",
            enrollment=enrollment,
            actor=actor,
            page=course,
            revision_id=course.live_revision_id,
            data={"lessons": lessons},
            occurred_at=at,
            source=source,
        )


def record_result(
    *,
    enrollment: Enrollment,
    page: Page,
    score: Decimal,
    max_score: Decimal,
    passed: bool | None,
    at: moment | None = None,
) -> None:
    """Keep the score a page has in an enrollment; a later call replaces it."""
    Result.objects.bulk_create(
        [
            Result(
                enrollment=enrollment,
                page_key=page.translation_key,
                page_id=page.pk,
                score=score,
                max_score=max_score,
                passed=passed,
                updated_at=at or timezone.now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["enrollment", "page_key"],
        update_fields=["page", "score", "max_score", "passed", "updated_at"],
    )


def record_visit(*, enrollment: Enrollment, lesson_key: UUID, at: moment | None = None, seconds: int = 0) -> None:
    """Count one opening of a lesson on its day by the site's calendar, and remember where the learner left."""
    at = at or timezone.now()
    day = site_day(at)
    found = ActivityDay.objects.filter(enrollment=enrollment, lesson_key=lesson_key, day=day).update(
        hits=F("hits") + 1, seconds=F("seconds") + seconds
    )
    if not found:
        # Another request may have made the row meanwhile: losing one hit is cheaper than a lock.
        ActivityDay.objects.bulk_create(
            [ActivityDay(enrollment=enrollment, lesson_key=lesson_key, day=day, hits=1, seconds=seconds)],
            ignore_conflicts=True,
        )
    Enrollment.objects.filter(pk=enrollment.pk).update(last_lesson_key=lesson_key, last_activity_at=at)

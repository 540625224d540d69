"""Lessons done, and visits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime as moment
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F
from django.utils import timezone

from learning.exceptions import LessonsMissing, NotEnrolled
from learning.models import ActivityDay, Enrollment, EnrollmentStatus, LearningEvent, LessonProgress
from learning.policies import require_unlocked
from learning.services.events import new_event, record_events
from learning.services.rounds import round_suffixes
from learning.verbs import Verb
from lms_pages.models import CoursePage, LessonPage
from lms_pages.selectors import Outline, read_outline
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
    outline = outline or read_outline(enrollment.course)
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
        ((event, is_last),) = write_marks(
            runs=[(enrollment, done)],
            lesson=lesson,
            required=required,
            rule=rule,
            verb=Verb.LESSON_COMPLETED,
            data={"rule": rule},
            actor=actor,
            at=at,
            source=source,
        )
        if is_last:
            complete_courses(enrollments=[enrollment], required=required, actor=actor, at=at, source=source)
    enrollment.refresh_from_db(fields=CHANGED_BY_COMPLETION)
    return event


def complete_lesson_in_runs(
    *,
    enrollments: Iterable[Enrollment],
    lesson: LessonPage,
    rule: str,
    actor: Any = None,
    at: moment | None = None,
    source: str = "web",
    was_there: bool = False,
) -> int:
    """Mark a lesson done in many runs for work that was begun while it was open; returns how many are new.

    What `complete_lesson` writes, in a number of queries that grows with the pages of the course (its languages) alone.
    Runs that are over, and those where it is done, stay as they are. Call in the transaction that holds the runs,
    with runs that were read since; they are not read anew afterwards.
    """
    at = at or timezone.now()
    key = lesson.translation_key
    by_course: dict[int, list[Enrollment]] = defaultdict(list)
    for enrollment in enrollments:
        if enrollment.is_open:
            by_course[enrollment.course_id].append(enrollment)
    runs = [run.pk for same in by_course.values() for run in same]
    if was_there:
        Enrollment.objects.filter(pk__in=runs).update(last_lesson_key=key, last_activity_at=at)
    done: dict[int, set[UUID]] = defaultdict(set)
    for pk, done_key in LessonProgress.objects.filter(enrollment__in=runs).values_list("enrollment", "lesson_key"):
        done[pk].add(done_key)
    courses = CoursePage.objects.in_bulk(by_course)
    count = 0
    for course_id, same in by_course.items():
        required = required_keys(read_outline(courses[course_id]))
        new = [run for run in same if key not in done[run.pk]]
        for run in new:
            run.course = courses[course_id]
        marks = write_marks(
            runs=[(run, done[run.pk]) for run in new],
            lesson=lesson,
            required=required,
            rule=rule,
            verb=Verb.LESSON_COMPLETED,
            data={"rule": rule},
            actor=actor,
            at=at,
            source=source,
        )
        last = [run for run, (_event, is_last) in zip(new, marks, strict=True) if is_last]
        complete_courses(enrollments=last, required=required, actor=actor, at=at, source=source)
        count += len(new)
    return count


def write_marks(
    *,
    runs: Sequence[tuple[Enrollment, set[UUID]]],
    lesson: LessonPage,
    required: list[UUID],
    rule: str,
    verb: Verb,
    data: dict[str, Any],
    actor: Any,
    at: moment,
    source: str,
) -> list[tuple[LearningEvent, bool]]:
    """For each run a lesson's progress row, its counters and the event ``verb``, and whether it was the last one required.

    Call while the ``runs`` are held, each with the lessons done in it so far; ``data`` gets the counters. Four queries.
    """
    if not runs:
        return []
    key = lesson.translation_key
    LessonProgress.objects.bulk_create(
        LessonProgress(
            enrollment=enrollment,
            lesson_key=key,
            lesson=lesson,
            revision_id=lesson.live_revision_id,
            rule=rule,
            completed_at=at,
        )
        for enrollment, _done in runs
    )
    counts = {enrollment.pk: len((done | {key}).intersection(required)) for enrollment, done in runs}
    # A run that is completed keeps the numbers it was completed with, whatever its object says here.
    Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE).bulk_update(
        [Enrollment(pk=run, completed_lessons=count, required_lessons=len(required)) for run, count in counts.items()],
        ["completed_lessons", "required_lessons"],
    )
    suffixes = round_suffixes(list(counts), key)
    events = record_events(
        [
            new_event(
                verb=verb,
                idempotency_key=f"{verb}:{enrollment.uuid}:{key}{suffixes[enrollment.pk]}",
                enrollment=enrollment,
                actor=actor,
                page=lesson,
                lesson_key=key,
                revision_id=lesson.live_revision_id,
                data={**data, "completed": counts[enrollment.pk], "required": len(required)},
                occurred_at=at,
                source=source,
            )
            for enrollment, _done in runs
        ]
    )
    return [
        (event, bool(required) and counts[enrollment.pk] == len(required))
        for event, (enrollment, _done) in zip(events, runs, strict=True)
    ]


def finish_course(
    *, enrollment: Enrollment, actor: Any = None, at: moment | None = None, source: str = "web"
) -> Enrollment:
    """Complete a run whose required lessons are all done, because the lessons that were missing are no longer asked for.

    Taking a lesson away completes nobody by itself: it may come back a minute later, and a completion stays for good.
    LessonsMissing while one is not done, NotEnrolled unless the run is open. A completed run stays as it is.
    """
    at = at or timezone.now()
    required = required_keys(read_outline(enrollment.course))
    with transaction.atomic():
        hold_run(enrollment=enrollment, lesson_key=None, at=at)
        missing = set(required) - done_keys(enrollment)
        if missing or not required:
            raise LessonsMissing()
        Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.ACTIVE).update(
            completed_lessons=len(required), required_lessons=len(required)
        )
        complete_courses(enrollments=[enrollment], required=required, actor=actor, at=at, source=source)
    enrollment.refresh_from_db(fields=CHANGED_BY_COMPLETION)
    return enrollment


def required_keys(outline: Outline) -> list[UUID]:
    return [entry.key for entry in outline.lessons if entry.is_required]


def done_keys(enrollment: Enrollment) -> set[UUID]:
    return set(LessonProgress.objects.filter(enrollment=enrollment).values_list("lesson_key", flat=True))


def complete_courses(
    *, enrollments: Sequence[Enrollment], required: list[UUID], actor: Any, at: moment, source: str
) -> None:
    """Close those runs of one course page that are active; their ``required`` lessons are done. One event each.

    Call while the runs are held.
    """
    if not enrollments:
        return
    course = enrollments[0].course
    lessons = [str(key) for key in required]
    active = Enrollment.objects.filter(
        pk__in=[enrollment.pk for enrollment in enrollments], status=EnrollmentStatus.ACTIVE
    )
    closing = set(active.values_list("pk", flat=True))
    active.update(
        status=EnrollmentStatus.COMPLETED,
        completed_at=at,
        completed_revision_id=course.live_revision_id,
        completion_rule={"rule": "all_required_lessons", "lessons": lessons},
    )
    record_events(
        [
            new_event(
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
            for enrollment in enrollments
            if enrollment.pk in closing
        ]
    )


def record_visit(*, enrollment: Enrollment, lesson_key: UUID, at: moment | None = None, seconds: int = 0) -> None:
    """Count one opening of a lesson on its day by the site's calendar and in its run, and remember where the learner left."""
    count_activity(enrollment=enrollment, lesson_key=lesson_key, at=at or timezone.now(), hits=1, seconds=seconds)


def record_time(*, enrollment: Enrollment, lesson_key: UUID, seconds: int, at: moment | None = None) -> None:
    """Add time that was spent on a lesson, which was opened before, to its day and its run."""
    count_activity(enrollment=enrollment, lesson_key=lesson_key, at=at or timezone.now(), hits=0, seconds=seconds)


def count_activity(*, enrollment: Enrollment, lesson_key: UUID, at: moment, hits: int, seconds: int) -> None:
    day = site_day(at)
    run, days = Enrollment.objects.filter(pk=enrollment.pk), ActivityDay.objects.filter(enrollment=enrollment, day=day)
    added = {"hits": F("hits") + hits, "seconds": F("seconds") + seconds}
    # A page that is closed tells of its time when another one may be open already.
    where = {"last_lesson_key": lesson_key} if hits else {}
    # A savepoint would be two more queries where a caller holds a transaction already.
    with transaction.atomic(savepoint=False):
        # This locks the run, as `hold_run` does: visits at the same moment are counted one after the other, so only one
        # of them finds the day new.
        run.update(last_activity_at=at, **where, **added)
        if days.filter(lesson_key=lesson_key).update(**added, changed_at=timezone.now()):
            return
        run.filter(~Exists(days)).update(active_days=F("active_days") + 1)
        ActivityDay.objects.create(enrollment=enrollment, lesson_key=lesson_key, day=day, hits=hits, seconds=seconds)

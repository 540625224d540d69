"""More time or attempts for one learner or a cohort."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from assessment.exceptions import ReasonNeeded
from assessment.models import Attempt, AttemptState, Extension
from assessment.rules import deadline
from assessment.selectors.attempts import allowance_for
from learning.models import Cohort, Enrollment
from lms_pages.models import QuizPage


def give_extension(
    *,
    quiz: QuizPage,
    actor: Any,
    reason: str,
    enrollment: Enrollment | None = None,
    cohort: Cohort | None = None,
    extra_minutes: int = 0,
    extra_attempts: int = 0,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    at: datetime | None = None,
) -> Extension:
    """Grant a run or a cohort more than the quiz's rules give everybody; a second grant replaces the first.

    Attempts that are under way get the time as well. ReasonNeeded without a reason.
    """
    at = at or timezone.now()
    if not reason.strip():
        raise ReasonNeeded()
    values = {
        "quiz": quiz,
        "extra_minutes": extra_minutes,
        "extra_attempts": extra_attempts,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "reason": reason.strip()[:300],
        "given_by": actor,
        "given_at": at,
    }
    with transaction.atomic():
        extension, _is_new = Extension.objects.update_or_create(
            quiz_key=quiz.translation_key, enrollment=enrollment, cohort=cohort, defaults=values
        )
        move_deadlines(extension)
        log(
            instance=enrollment or cohort,
            action="assessment.extend",
            user=actor,
            data={
                "quiz": quiz.title,
                "minutes": extra_minutes,
                "attempts": extra_attempts,
                "reason": values["reason"],
            },
        )
    return extension


def move_deadlines(extension: Extension) -> None:
    """Give the open attempts that an extension reaches the end they would have if they began now, never an earlier one."""
    attempts = Attempt.objects.filter(quiz_key=extension.quiz_key)
    if extension.enrollment_id:
        attempts = attempts.filter(enrollment=extension.enrollment)
    else:
        attempts = attempts.filter(
            enrollment__cohort_memberships__cohort=extension.cohort, enrollment__cohort_memberships__until=None
        )
    for attempt in attempts.filter(state=AttemptState.OPEN).select_related("enrollment", "quiz"):
        due_at = due_of(attempt)
        if attempt.due_at is not None and (due_at is None or due_at > attempt.due_at):
            Attempt.objects.filter(pk=attempt.pk, state=AttemptState.OPEN).update(due_at=due_at)


def follow_quiz(*, quiz: QuizPage) -> int:
    """After a quiz was published: its open attempts end when it closes now. Returns how many ends moved.

    The time an attempt was begun with stays; what moves is the closing of the quiz.
    """
    moved = 0
    attempts = Attempt.objects.filter(quiz_key=quiz.translation_key, state=AttemptState.OPEN)
    for attempt in attempts.select_related("enrollment", "quiz"):
        due_at = due_of(attempt)
        if due_at != attempt.due_at:
            moved += Attempt.objects.filter(pk=attempt.pk, state=AttemptState.OPEN).update(due_at=due_at)
    return moved


def due_of(attempt: Attempt) -> datetime | None:
    """When an attempt ends, by its own time limit and the dates that hold for its run now."""
    allowance = allowance_for(enrollment=attempt.enrollment, quiz=attempt.quiz)
    return deadline(
        started_at=attempt.started_at,
        time_limit=attempt.judged_by.time_limit,
        extra_minutes=allowance.extra_minutes,
        closes_at=allowance.closes_at,
    )

"""Reminding people of courses they are on: at most one mail per person, course and day."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from learning.exceptions import AlreadyReminded, CannotRemind
from learning.models import Enrollment, EnrollmentStatus, LearningEvent
from learning.services.events import record_event
from learning.services.letters import write_letter
from learning.verbs import Verb
from notifications.models import MailKind, OutboxMail
from workbench.days import site_day


def send_reminder(
    *, enrollment: Enrollment, actor: Any, at: datetime | None = None, tell: bool = True
) -> LearningEvent:
    """Write a mail about an active run to its learner, and one event that says who reminded.

    AlreadyReminded for the second one on the same day in the site's zone, whoever sends it. CannotRemind where
    the run is over or no mail reaches the person. Nothing is written then. ``tell`` is False
    where the mail went long ago and is only written down now.
    """
    enrollment.refresh_from_db()
    if enrollment.status != EnrollmentStatus.ACTIVE:
        raise CannotRemind()
    at = at or timezone.now()
    today = site_day(at)
    key = f"course:reminded:{enrollment.learner.uuid}:{enrollment.course_key}:{today}"
    if LearningEvent.objects.filter(idempotency_key=key).exists():
        raise AlreadyReminded()
    try:
        with transaction.atomic():
            event = record_event(
                verb=Verb.COURSE_REMINDED,
                idempotency_key=key,
                enrollment=enrollment,
                actor=actor,
                page=enrollment.course,
                data={
                    "due_on": enrollment.due_on,
                    "completed": enrollment.completed_lessons,
                    "required": enrollment.required_lessons,
                },
                occurred_at=at,
                source="staff",
            )
            if tell and not _write(enrollment, actor, key):
                raise CannotRemind()
    except IntegrityError:
        raise AlreadyReminded() from None
    return event


def _write(enrollment: Enrollment, actor: Any, key: str) -> OutboxMail | None:
    return write_letter(
        kind=MailKind.REMINDER,
        enrollment=enrollment,
        template="reminder",
        dedupe_key=key,
        context={"sender": actor},
    )

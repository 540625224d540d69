"""Reminding people of courses they are on: at most one mail per person, course and day."""

from typing import Any

from django.db import IntegrityError, transaction

from learning.exceptions import AlreadyReminded, CannotRemind
from learning.models import Enrollment, EnrollmentStatus, LearningEvent
from learning.services.events import record_event
from learning.services.letters import write_letter
from learning.verbs import Verb
from notifications.models import MailKind
from workbench.days import site_day


def send_reminder(*, enrollment: Enrollment, actor: Any) -> LearningEvent:
    """Write a mail about an active run to its learner, and one event that says who reminded.

    AlreadyReminded for the second one on the same day in the site's zone, whoever sends it. CannotRemind where
    the run is over or no mail reaches the person. Nothing is written then.
    """
    enrollment.refresh_from_db()
    if enrollment.status != EnrollmentStatus.ACTIVE:
        raise CannotRemind()
    today = site_day()
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
                source="staff",
            )
            letter = write_letter(
                kind=MailKind.REMINDER,
                enrollment=enrollment,
                template="reminder",
                dedupe_key=key,
                context={"sender": actor, "today": today},
            )
            if letter is None:
                raise CannotRemind()
    except IntegrityError:
        raise AlreadyReminded() from None
    return event

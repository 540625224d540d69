"""A message from somebody who teaches to the people of a course or cohort: one letter each, through the outbox."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from learning.models import Enrollment
from learning.services.letters import letter_values, write_letter
from notifications.models import MailKind
from workbench.letters import Letter, render_letter

TEMPLATE = "class_message"


def send_message(
    *, key: UUID, sender: Any, enrollments: Iterable[Enrollment], subject: str, body: str
) -> tuple[int, int]:
    """Write one letter to each learner of ``enrollments``; returns how many were written and how many people get none
    because they may not sign in or have no address that takes mail.

    ``key`` names the message: sent again, by a second click, it writes nothing more. All letters or none.
    """
    written = without = 0
    with transaction.atomic():
        for enrollment in enrollments:
            letter = write_letter(
                kind=MailKind.MESSAGE,
                enrollment=enrollment,
                template=TEMPLATE,
                dedupe_key=f"message:{key}:{enrollment.learner.uuid}",
                context=values_of(sender, subject, body),
                headers={"Reply-To": sender.email},
            )
            written, without = (written + 1, without) if letter else (written, without + 1)
    return written, without


def preview_message(*, sender: Any, enrollment: Enrollment, subject: str, body: str) -> Letter:
    """The letter as the learner of ``enrollment`` would get it."""
    values = letter_values(enrollment=enrollment, **values_of(sender, subject, body))
    return render_letter(person=enrollment.learner, template=TEMPLATE, context=values)


def values_of(sender: Any, subject: str, body: str) -> dict[str, Any]:
    return {"sender": sender, "message_subject": subject, "message": body}

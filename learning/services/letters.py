"""Letters to learners about their runs. Each is written in the transaction of what it tells of, once."""

import logging
from typing import Any

from django.conf import settings

from learning.models import Enrollment, EnrollmentStatus
from notifications.exceptions import MailRefused
from notifications.models import MailKind, OutboxMail
from notifications.services import queue_letter

log = logging.getLogger(__name__)


def write_letter(
    *,
    kind: str,
    enrollment: Enrollment,
    template: str,
    dedupe_key: str,
    context: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> OutboxMail | None:
    """Queue a letter about a run to its learner. None for somebody who may not sign in, and for an address that takes
    no mail: what the letter tells of happens all the same."""
    person = enrollment.learner
    if not person.is_active:
        return None
    values = letter_values(enrollment=enrollment, **(context or {}))
    try:
        return queue_letter(
            kind=kind, person=person, template=template, context=values, dedupe_key=dedupe_key, headers=headers
        )
    except MailRefused:
        log.warning("no %s letter about enrollment %s: the address takes no mail", kind, enrollment.uuid)
        return None


def letter_values(*, enrollment: Enrollment, **more: Any) -> dict[str, Any]:
    """What the templates of letters about a run may name."""
    course = enrollment.course
    return {"enrollment": enrollment, "course": course, "course_url": course_url(course), **more}


def course_url(course: Any) -> str:
    """The course's whole address as a mail needs it; the site's own while the course is not live anywhere."""
    parts = course.get_url_parts()
    return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{parts[2] if parts else '/'}"


def write_decision(*, enrollment: Enrollment) -> OutboxMail | None:
    """Tell somebody what became of the request: a place in the course, or why there is none."""
    is_approved = enrollment.status != EnrollmentStatus.DECLINED
    return write_letter(
        kind=MailKind.ENROLLMENT,
        enrollment=enrollment,
        template="request_approved" if is_approved else "request_declined",
        dedupe_key=f"request-decided:{enrollment.uuid}",
    )

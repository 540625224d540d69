"""Mail to a person from a pair of templates, in the person's own language."""

from collections.abc import Mapping
from typing import Any

from notifications.models import OutboxMail
from notifications.services.queue import queue_mail
from workbench.letters import render_letter


def queue_letter(
    *,
    kind: str,
    person: Any,
    template: str,
    context: Mapping[str, Any] | None = None,
    dedupe_key: str = "",
    headers: Mapping[str, str] | None = None,
    is_private: bool = False,
) -> OutboxMail:
    """Write a mail to ``person`` from ``emails/<template>.txt`` and ``.html``, in their language and time zone.

    How templates become a letter is said at `workbench.letters`; what `queue_mail` says of ``dedupe_key``,
    ``headers``, ``is_private`` and refusals holds here too.
    """
    letter = render_letter(person=person, template=template, context=context)
    return queue_mail(
        kind=kind,
        to=person.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        recipient=person,
        dedupe_key=dedupe_key,
        headers=headers,
        is_private=is_private,
    )

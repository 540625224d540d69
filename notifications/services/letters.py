"""Mail to a person from a pair of templates, in the person's own language."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from notifications.models import OutboxMail
from notifications.services.queue import queue_mail


class Letter(NamedTuple):
    subject: str
    text: str
    html: str


def render_letter(*, person: Any, template: str, context: Mapping[str, Any] | None = None) -> Letter:
    """A letter as ``person`` would get it, for previews too; see `queue_letter`."""
    values = {"person": person, "site_url": settings.WAGTAILADMIN_BASE_URL, **(context or {})}
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(person.zone):
        subject, _newline, text = render_to_string(f"emails/{template}.txt", values).strip().partition("\n")
        html = render_to_string(f"emails/{template}.html", {**values, "subject": subject})
    return Letter(subject.strip(), text.strip() + "\n", html)


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

    The first line of the text template is the subject. Both templates get ``person``, ``site_url`` and ``context``.
    What `queue_mail` says of ``dedupe_key``, ``headers``, ``is_private`` and refusals holds here too.
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

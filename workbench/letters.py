"""Mail to a person from a pair of templates: the one way in which letters are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def render_letter(*, person: Any, template: str, context: Mapping[str, Any] | None = None) -> Letter:
    """``emails/<template>.txt`` and ``.html`` in the person's language and time zone.

    The first line of the text template is the subject. Both templates get ``person``, ``site_url`` and ``context``.
    """
    values = {
        "person": person,
        "site_url": settings.WAGTAILADMIN_BASE_URL,
        **(context or {}),
    }
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(person.zone):
        subject, _newline, text = render_to_string(f"emails/{template}.txt", values).strip().partition("\n")
        html = render_to_string(f"emails/{template}.html", {**values, "subject": subject})
    return Letter(subject.strip(), text.strip() + "\n", html)

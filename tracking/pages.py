"""What a view may say about the page it shows, for those who count pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest


@dataclass(frozen=True)
class Shown:
    """``kind`` is "lesson", "catalog" and the like. ``search`` is what was looked for, with how much was found."""

    kind: str
    title: str = ""
    course_key: UUID | None = None
    course_title: str = ""
    lesson_key: UUID | None = None
    search: Mapping[str, Any] = field(default_factory=dict)


def say_shown(request: HttpRequest, shown: Shown) -> None:
    """Called by a view, or by whoever answers in its place."""
    request.shown = shown  # type: ignore[attr-defined]


def shown_on(request: HttpRequest) -> Shown | None:
    """What was said; else the name of the view; None where no view was found."""
    if said := getattr(request, "shown", None):
        return said
    match = getattr(request, "resolver_match", None)
    return Shown(kind=match.view_name[:60]) if match and match.view_name else None


def wants_privacy(request: HttpRequest) -> bool:
    """Whether the browser asks not to be tracked: then nothing is noted of what it does, and it is asked nothing."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"

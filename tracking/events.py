"""What may be told to analytics services: one shape for all of them, without anybody's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Value = str | int | float | bool

# What is told, by the names that services know it by.
WORDS: dict[str, Promise] = {
    "page_view": _("Page opened"),
    "search": _("Search"),
    "course_enrolled": _("Enrolled in a course"),
    "lesson_completed": _("Lesson completed"),
    "quiz_submitted": _("Quiz handed in"),
    "video_progress": _("Video watched"),
    "file_download": _("File downloaded"),
    "badge_earned": _("Badge earned"),
}


@dataclass(frozen=True)
class TrackedEvent:
    """Something that somebody who agreed to it did.

    ``visitor`` is the pseudonym they have here, 32 hexadecimal digits; ``visit`` is a number that tells one sitting from
    the next. ``occurred_at`` is aware. ``uuid`` is the same each time the event is told.
    """

    uuid: UUID
    name: str
    occurred_at: datetime
    visitor: str
    visit: int
    params: Mapping[str, Value] = field(default_factory=dict)

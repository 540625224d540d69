"""Days and moments as people read them, in the reader's zone; the one way the admin and mails write them."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format


def day_words(value: date | datetime | None) -> str:
    """ "3 Mar 2026"; a moment is taken in the active zone. Empty for None."""
    if value is None:
        return ""
    return date_format(timezone.localtime(value) if isinstance(value, datetime) else value, "j M Y")


def moment_words(value: datetime | None) -> str:
    """ "3 Mar 2026, 14:05" in the active zone. Empty for None."""
    return "" if value is None else date_format(timezone.localtime(value), "j M Y, H:i")

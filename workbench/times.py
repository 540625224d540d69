"""Days and moments as people read them, in the reader's zone; the one way the admin and mails write them."""

import zoneinfo
from datetime import date, datetime
from typing import Any

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


def zone_choices() -> list[tuple[str, Any]]:
    """Time zones for a form: UTC, then by region as the tz database names them."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, city = name.partition("/")
        if city and region not in ("Etc", "SystemV", "US"):
            regions.setdefault(region, []).append((name, city.replace("_", " ")))
    return [("UTC", "UTC"), *regions.items()]

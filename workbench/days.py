"""Which day it is, for everyone: the site's calendar."""

from collections.abc import Callable
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.utils import timezone

# Who knows the site's zone: the app of the site's settings puts its own answer here in ``ready()``.
zone_sources: dict[str, Callable[[], ZoneInfo]] = {"site": lambda: cast(ZoneInfo, timezone.get_default_timezone())}


def site_zone() -> ZoneInfo:
    """The zone in which the site's days begin and end."""
    return zone_sources["site"]()


def site_day(moment: datetime | None = None) -> date:
    """The day of an aware ``moment`` (now by default) on the site's calendar, whatever zone its reader is in.

    What people share hangs on it: due dates, memberships, days of activity, weeks on the dashboard.
    """
    return timezone.localdate(moment, site_zone())

"""Which day it is, for everyone: the site's calendar."""

from datetime import date, datetime

from django.utils import timezone


def site_day(moment: datetime | None = None) -> date:
    """The day of an aware ``moment`` (now by default) on the site's calendar, whatever zone its reader is in.

    What people share hangs on it: due dates, memberships, days of activity, weeks on the dashboard.
    """
    return timezone.localdate(moment, timezone.get_default_timezone())

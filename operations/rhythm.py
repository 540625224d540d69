"""When beat wakes something: in words, and the next time. Calendar arithmetic on celery-beat's rows, without a query."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from cron_descriptor import Options, get_description
from cron_descriptor.Exception import FormatException, MissingFieldException, WrongArgumentException
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

# The 29th of February on one weekday comes every 28 years.
LONGEST_SEARCH = 366 * 28
SECONDS = {
    IntervalSchedule.DAYS: 86_400,
    IntervalSchedule.HOURS: 3_600,
    IntervalSchedule.MINUTES: 60,
    IntervalSchedule.SECONDS: 1,
}


def seconds_of(interval: IntervalSchedule) -> float:
    return interval.every * SECONDS.get(interval.period, 1e-6)


def interval_words(interval: IntervalSchedule) -> str:
    """ "every 5 minutes", in the largest unit that fits."""
    seconds = seconds_of(interval)
    whole = int(seconds)
    if seconds < 1:
        return _("more often than every second")
    if whole % 86_400 == 0:
        days = whole // 86_400
        return ngettext("every day", "every %(n)d days", days) % {"n": days}
    if whole % 3_600 == 0:
        hours = whole // 3_600
        return ngettext("every hour", "every %(n)d hours", hours) % {"n": hours}
    if whole % 60 == 0:
        minutes = whole // 60
        return ngettext("every minute", "every %(n)d minutes", minutes) % {"n": minutes}
    return ngettext("every second", "every %(n)d seconds", whole) % {"n": whole}


def crontab_words(crontab: CrontabSchedule) -> str:
    """ "At 04:00 (Europe/Berlin)" in the active language; the bare fields where they are no crontab."""
    fields = (
        crontab.minute,
        crontab.hour,
        crontab.day_of_month,
        crontab.month_of_year,
        crontab.day_of_week,
    )
    expression = " ".join(str(field).replace(" ", "") or "*" for field in fields)
    options = Options()
    options.locale_code = "de_DE" if (get_language() or "").startswith("de") else "en_US"
    options.use_24hour_time_format = True
    try:
        words = get_description(expression, options=options)
    except (FormatException, MissingFieldException, WrongArgumentException, ValueError, IndexError):
        words = expression
    return f"{words} ({crontab.timezone})"


def rhythm_words(entry: PeriodicTask) -> str:
    if entry.interval:
        return interval_words(entry.interval)
    if entry.crontab:
        return crontab_words(entry.crontab)
    return str(entry.scheduler or "")


def next_clock_time(crontab: CrontabSchedule, after: dt.datetime) -> dt.datetime | None:
    """The first moment later than ``after`` that ``crontab`` names, in UTC; None where none comes.

    Every field must fit, as Celery has it. A time that a clock change skips moves forward by the gap, and of a repeated
    hour the first counts.
    """
    try:
        schedule = crontab.schedule
    except ValueError:
        return None
    zone = crontab.timezone if isinstance(crontab.timezone, dt.tzinfo) else ZoneInfo(str(crontab.timezone))
    # A day earlier than the local date, so that no clock change can hide a moment.
    day = after.astimezone(zone).date() - dt.timedelta(days=1)
    for _number in range(LONGEST_SEARCH):
        # Celery's Sunday is 0.
        if (
            day.month in schedule.month_of_year
            and day.day in schedule.day_of_month
            and day.isoweekday() % 7 in schedule.day_of_week
        ):
            for hour in sorted(schedule.hour):
                for minute in sorted(schedule.minute):
                    moment = dt.datetime.combine(day, dt.time(hour, minute), tzinfo=zone).astimezone(dt.UTC)
                    if moment > after:
                        return moment
        day += dt.timedelta(days=1)
    return None


def next_time(entry: PeriodicTask, now: dt.datetime) -> dt.datetime | None:
    """When beat wakes ``entry`` next, as far as its row tells; None for what is off or has no such moment.

    Beat writes the last time down some minutes late, so an interval is counted on from there until after ``now``.
    """
    if not entry.enabled:
        return None
    start: Any = entry.start_time
    after = max(now, start) if start else now
    if entry.interval:
        step = dt.timedelta(seconds=max(seconds_of(entry.interval), 1))
        base = entry.last_run_at or entry.date_changed or now
        passed = max((after - base) // step, 0)
        return base + step * (passed + 1)
    if entry.crontab:
        return next_clock_time(entry.crontab, after)
    if entry.clocked:
        return entry.clocked.clocked_time if entry.clocked.clocked_time > after else None
    return None

"""The stretches of time a dashboard speaks of, cut into weeks or months on the site's clock."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEEKS = 12


class Span(StrEnum):
    """What can be chosen; the value stands in the address."""

    WEEKS = "12-weeks"
    MONTHS = "12-months"
    YEAR = "this-year"
    ALL = "all"


SPAN_NAMES = {
    Span.WEEKS: gettext_lazy("Last 12 weeks"),
    Span.MONTHS: gettext_lazy("Last 12 months"),
    Span.YEAR: gettext_lazy("This year"),
    Span.ALL: gettext_lazy("Since the beginning"),
}
WITHIN = {
    Span.WEEKS: gettext_lazy("in the last 12 weeks"),
    Span.MONTHS: gettext_lazy("in the last 12 months"),
    Span.YEAR: gettext_lazy("this year"),
    Span.ALL: gettext_lazy("since the beginning"),
}
OF = {
    Span.WEEKS: gettext_lazy("of the last 12 weeks"),
    Span.MONTHS: gettext_lazy("of the last 12 months"),
    Span.YEAR: gettext_lazy("of this year"),
    Span.ALL: gettext_lazy("so far"),
}
BEFORE = {
    Span.WEEKS: gettext_lazy("in the 12 weeks before"),
    Span.MONTHS: gettext_lazy("in the 12 months before"),
    Span.YEAR: gettext_lazy("last year up to this day"),
}


@dataclass(frozen=True)
class Stretch:
    """From one moment up to, not including, another."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class Period:
    """A span ending now. ``days`` are the first days of its weeks or months; the last one is still running."""

    span: Span
    zone: zoneinfo.ZoneInfo
    now: dt.datetime
    step: Literal["week", "month"]
    days: tuple[dt.date, ...]
    # As long as this one has run so far, and just before it: None where there is nothing before.
    earlier: Stretch | None

    @property
    def whole(self) -> Stretch:
        return Stretch(midnight(self.days[0], self.zone), self.now)

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def part(self, day: dt.date) -> Stretch:
        """The week or month that begins on ``day``. KeyError where none of this period does."""
        if day not in self.days:
            raise KeyError(day)
        following = day + dt.timedelta(days=7) if self.step == "week" else months_later(day, 1)
        return Stretch(midnight(day, self.zone), min(midnight(following, self.zone), self.now))

    def part_name(self, day: dt.date) -> str:
        if self.step == "month":
            return date_format(day, "F Y")
        return _("week of %(day)s") % {"day": date_format(day, "j F Y")}

    def part_short(self, day: dt.date) -> str:
        if self.step == "week":
            return date_format(day, "j M")
        return date_format(day, "M Y" if day.month == 1 or len(self.days) > 12 else "M")


def midnight(day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The first moment of ``day`` on that zone's clock."""
    return dt.datetime.combine(day, dt.time.min, zone)


def months_later(day: dt.date, months: int) -> dt.date:
    """The first day of the month that many months after the month of ``day``."""
    count = day.year * 12 + day.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)


def period(span: Span, *, now: dt.datetime, zone: zoneinfo.ZoneInfo, first: dt.datetime | None = None) -> Period:
    """``span`` as of ``now``; ``first`` is the oldest moment there is, for "since the beginning".

    Twelve weeks are calendar weeks from Monday, twelve months calendar months, the running one
    included. The stretch before is cut at the same weekday and hour, or date and hour, so that a
    week that has just begun is not compared with a full one.
    """
    local = now.astimezone(zone)
    today = local.date()
    if span is Span.WEEKS:
        monday = today - dt.timedelta(days=today.weekday())
        days = [monday - dt.timedelta(weeks=back) for back in reversed(range(WEEKS))]
        shift = dt.timedelta(weeks=WEEKS)
        earlier = Stretch(midnight(days[0] - shift, zone), moment(today - shift, local.timetz(), zone))
        return Period(span, zone, now, "week", tuple(days), earlier)
    start = {
        Span.MONTHS: months_later(today, -11),
        Span.YEAR: today.replace(month=1, day=1),
        Span.ALL: min(first.astimezone(zone).date(), today).replace(day=1) if first else today.replace(day=1),
    }[span]
    days = [start]
    while (following := months_later(days[-1], 1)) <= today:
        days.append(following)
    if span is Span.ALL:
        return Period(span, zone, now, "month", tuple(days), None)
    year_ago = today.replace(year=today.year - 1, day=28 if (today.month, today.day) == (2, 29) else today.day)
    earlier = Stretch(midnight(months_later(start, -12), zone), moment(year_ago, local.timetz(), zone))
    return Period(span, zone, now, "month", tuple(days), earlier)


def moment(day: dt.date, clock: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, clock.replace(tzinfo=None, fold=0), zone)

"""The stretches of time a dashboard speaks of, and the one before each: whole days on the site's calendar."""

import datetime as dt
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.relative_dates import Days, Unit, beginning, moved

WEEKS, MONTHS = 12, 12


class Span(StrEnum):
    """What can be chosen; the value stands in the address."""

    WEEKS = "12-weeks"
    MONTHS = "12-months"
    YEAR = "this-year"
    ALL = "all"
    OWN = "own"


SPAN_NAMES = {
    Span.WEEKS: gettext_lazy("Last 12 weeks"),
    Span.MONTHS: gettext_lazy("Last 12 months"),
    Span.YEAR: gettext_lazy("This year"),
    Span.ALL: gettext_lazy("Since the beginning"),
    Span.OWN: gettext_lazy("From – to"),
}


def stretch(span: Span, today: dt.date) -> Days | None:
    """The days of ``span`` up to ``today``; None for all there are. Weeks and months are whole from their first day."""
    match span:
        case Span.WEEKS:
            return Days(moved(Unit.WEEK, beginning(Unit.WEEK, today), 1 - WEEKS), today)
        case Span.MONTHS:
            return Days(moved(Unit.MONTH, beginning(Unit.MONTH, today), 1 - MONTHS), today)
        case Span.YEAR:
            return Days(beginning(Unit.YEAR, today), today)
    return None


def stretch_before(span: Span, days: Days | None) -> Days | None:
    """What ``days`` is compared with: as long, and ending on the same weekday or date. None where there is no such thing."""
    if days is None:
        return None
    if span in (Span.MONTHS, Span.YEAR):
        return Days(year_before(days.first), year_before(days.last))
    length = WEEKS * 7 if span is Span.WEEKS else (days.last - days.first).days + 1
    try:
        return Days(days.first - dt.timedelta(days=length), days.last - dt.timedelta(days=length))
    except OverflowError:
        return None


def year_before(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def before_in_words(span: Span, days: Days) -> str:
    match span:
        case Span.WEEKS:
            return _("in the 12 weeks before")
        case Span.MONTHS:
            return _("in the 12 months before")
        case Span.YEAR:
            return _("last year up to this day")
    length = (days.last - days.first).days + 1
    return ngettext("on the day before", "in the %(n)d days before", length) % {"n": length}

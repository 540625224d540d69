"""Days that are said from the report's own day: "last full week", "this month to date", "the next 7 days"."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import BaseModel, ConfigDict, Field

MOST = 1000


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Days:
    """From the first day up to and including the last one."""

    first: dt.date
    last: dt.date


class Relative(BaseModel):
    """A stretch of days around the report's day.

    - ``last``: the ``count`` whole units before the one that is running; of days, those before today.
    - ``this``: the running unit, whole. ``to_date``: its beginning up to today.
    - ``next``: the ``count`` whole units after the running one; of days, today and those that follow.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    relative: Literal["last", "this", "to_date", "next"]
    unit: Unit
    count: Annotated[int, Field(ge=1, le=MOST)] = 1

    def days(self, today: dt.date) -> Days:
        """OverflowError where the calendar ends before the stretch does."""
        start = beginning(self.unit, today)
        match self.relative:
            case "last":
                return Days(moved(self.unit, start, -self.count), start - dt.timedelta(days=1))
            case "this":
                return Days(start, moved(self.unit, start, 1) - dt.timedelta(days=1))
            case "to_date":
                return Days(start, today)
        if self.unit == Unit.DAY:
            return Days(today, moved(self.unit, today, self.count) - dt.timedelta(days=1))
        return Days(moved(self.unit, start, 1), moved(self.unit, start, self.count + 1) - dt.timedelta(days=1))

    def in_words(self) -> str:
        match self.relative:
            case "this":
                return {
                    Unit.DAY: _("today"),
                    Unit.WEEK: _("this week"),
                    Unit.MONTH: _("this month"),
                    Unit.QUARTER: _("this quarter"),
                    Unit.YEAR: _("this year"),
                }[self.unit]
            case "to_date":
                return {
                    Unit.DAY: _("today"),
                    Unit.WEEK: _("this week to date"),
                    Unit.MONTH: _("this month to date"),
                    Unit.QUARTER: _("this quarter to date"),
                    Unit.YEAR: _("this year to date"),
                }[self.unit]
            case "last":
                words = {
                    Unit.DAY: ngettext("the last day", "the last %(count)d days", self.count),
                    Unit.WEEK: ngettext("the last full week", "the last %(count)d full weeks", self.count),
                    Unit.MONTH: ngettext("the last full month", "the last %(count)d full months", self.count),
                    Unit.QUARTER: ngettext("the last full quarter", "the last %(count)d full quarters", self.count),
                    Unit.YEAR: ngettext("the last full year", "the last %(count)d full years", self.count),
                }
            case _:
                words = {
                    Unit.DAY: ngettext("today", "today and the days after, %(count)d in all", self.count),
                    Unit.WEEK: ngettext("the next full week", "the next %(count)d full weeks", self.count),
                    Unit.MONTH: ngettext("the next full month", "the next %(count)d full months", self.count),
                    Unit.QUARTER: ngettext("the next full quarter", "the next %(count)d full quarters", self.count),
                    Unit.YEAR: ngettext("the next full year", "the next %(count)d full years", self.count),
                }
        return words[self.unit] % {"count": self.count}


def beginning(unit: Unit, day: dt.date) -> dt.date:
    """The first day of the unit that ``day`` lies in. Weeks begin on Monday."""
    match unit:
        case Unit.WEEK:
            return day - dt.timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)
    return day


def moved(unit: Unit, start: dt.date, count: int) -> dt.date:
    """The beginning of the unit ``count`` units after the one that begins on ``start``."""
    if unit == Unit.DAY:
        return start + dt.timedelta(days=count)
    if unit == Unit.WEEK:
        return start + dt.timedelta(weeks=count)
    months = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}[unit] * count
    number = start.year * 12 + start.month - 1 + months
    if not dt.MINYEAR <= number // 12 <= dt.MAXYEAR:
        raise OverflowError(number)
    return start.replace(year=number // 12, month=number % 12 + 1)

"""When a schedule is due: pure calendar arithmetic, with no clock and no database.

Every occurrence is computed from the rule itself, never from the one before it, so that
nothing drifts: the 31st that became the 28th in February is the 31st again in March.
"""

import calendar
import datetime as dt
import zoneinfo
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

LONGEST_CATCH_UP = dt.timedelta(hours=48)


@dataclass(frozen=True)
class Recurrence:
    """Days and a wall-clock time in one zone. ``weekdays``: 0 is Monday; ``month_day`` 31 means the last day."""

    kind: Literal["weekly", "monthly"]
    at: dt.time
    zone: zoneinfo.ZoneInfo
    weekdays: tuple[int, ...] = ()
    month_day: int = 1


@dataclass(frozen=True)
class Occurrence:
    """One time a schedule is due. ``period`` is the key of the period it belongs to; ``at`` is in UTC."""

    period: str
    day: dt.date
    at: dt.datetime


@dataclass(frozen=True)
class Due:
    """What to do about the occurrences that have passed: at most one is sent, the others are recorded as missed."""

    send: Occurrence | None
    missed: tuple[Occurrence, ...]


def moment_of(day: dt.date, at: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The UTC moment of a wall-clock time.

    A time that a clock change skips moves forward by the gap; of a repeated hour the first counts.
    """
    # PEP 495: fold=0 reads a skipped time with the offset before the gap, which is that move.
    return dt.datetime.combine(day, at, tzinfo=zone).astimezone(dt.UTC)


def period_of(recurrence: Recurrence, day: dt.date) -> str:
    """The key of the period ``day`` belongs to: a month, a week, or a day of a week with several sending days."""
    if recurrence.kind == "monthly":
        return f"{day:%Y-%m}"
    year, week, weekday = day.isocalendar()
    several = len(set(recurrence.weekdays)) > 1
    return f"{year}-W{week:02}-{weekday}" if several else f"{year}-W{week:02}"


def occurrences(recurrence: Recurrence, *, after: dt.datetime) -> Iterator[Occurrence]:
    """Every occurrence later than ``after``, in order, without end. Nothing for a weekly rule without weekdays."""
    if recurrence.kind == "weekly" and not recurrence.weekdays:
        return
    # A day earlier than the local date, so that no clock change can hide an occurrence.
    start = after.astimezone(recurrence.zone).date() - dt.timedelta(days=1)
    for day in _days(recurrence, start):
        at = moment_of(day, recurrence.at, recurrence.zone)
        if at > after:
            yield Occurrence(period=period_of(recurrence, day), day=day, at=at)


def _days(recurrence: Recurrence, start: dt.date) -> Iterator[dt.date]:
    if recurrence.kind == "weekly":
        chosen = set(recurrence.weekdays)
        day = start
        while day < dt.date.max:
            if day.weekday() in chosen:
                yield day
            day += dt.timedelta(days=1)
        return
    year, month = start.year, start.month
    while year < dt.MAXYEAR:
        last = calendar.monthrange(year, month)[1]
        day = dt.date(year, month, min(recurrence.month_day, last))
        if day >= start:
            yield day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def next_occurrences(
    recurrence: Recurrence,
    *,
    after: dt.datetime,
    count: int = 5,
    taken: Collection[str] = (),
    taken_days: Collection[dt.date] = (),
) -> list[Occurrence]:
    """The next ``count`` occurrences whose period and day are not ``taken`` yet."""
    found: list[Occurrence] = []
    for occurrence in occurrences(recurrence, after=after):
        if occurrence.period in taken or occurrence.day in taken_days:
            continue
        found.append(occurrence)
        if len(found) == count:
            break
    return found


def due_between(recurrence: Recurrence, *, after: dt.datetime, now: dt.datetime) -> Due:
    """Sort out what fell due later than ``after`` and not later than ``now``.

    The newest is sent while it is younger than half its period and than two days; everything
    else was missed.
    """
    passed: list[Occurrence] = []
    following: Occurrence | None = None
    for occurrence in occurrences(recurrence, after=after):
        if occurrence.at > now:
            following = occurrence
            break
        passed.append(occurrence)
    if not passed:
        return Due(send=None, missed=())
    newest = passed[-1]
    period = following.at - newest.at if following else LONGEST_CATCH_UP * 2
    if now - newest.at < min(period / 2, LONGEST_CATCH_UP):
        return Due(send=newest, missed=tuple(passed[:-1]))
    return Due(send=None, missed=tuple(passed))

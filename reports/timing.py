"""When a schedule is due: pure calendar arithmetic, with no clock and no database.

Every occurrence is computed from the rule itself, never from the one before it, so that
nothing drifts: the 31st that became the 28th in February is the 31st again in March.
"""

import calendar
import datetime as dt
import re
import zoneinfo
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

LONGEST_CATCH_UP = dt.timedelta(hours=48)
# Of what was missed in one outage, so many are told one by one: two days of an hourly schedule.
MOST_MISSED = 48

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)

Kind = Literal["hourly", "daily", "weekdays", "weekly", "monthly", "month_end", "quarterly", "quarter_end"]


@dataclass(frozen=True)
class Recurrence:
    """Days and a wall-clock time in one zone, of an hourly rule only the minute of it.

    ``weekdays`` (0 is Monday) count for weekly rules. ``month_day`` counts for monthly ones, and for quarterly ones in
    the first month of the quarter; in a shorter month it is the last day. ``first`` and ``last`` are days in ``zone``
    and belong to the time in which anything is due.
    """

    kind: Kind
    at: dt.time
    zone: zoneinfo.ZoneInfo
    weekdays: tuple[int, ...] = ()
    month_day: int = 1
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True)
class Occurrence:
    """One time a schedule is due. ``period`` is the key of the period it belongs to; ``at`` is in UTC."""

    period: str
    day: dt.date
    at: dt.datetime


@dataclass(frozen=True)
class Due:
    """What to do about the occurrences that have passed: at most one is sent, the others were missed.

    ``missed`` are the newest `MOST_MISSED` of these; ``more`` counts the older ones.
    """

    send: Occurrence | None
    missed: tuple[Occurrence, ...]
    more: int = 0


def moment_of(day: dt.date, at: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The UTC moment of a wall-clock time.

    A time that a clock change skips moves forward by the gap; of a repeated hour the first counts.
    """
    # PEP 495: fold=0 reads a skipped time with the offset before the gap, which is that move.
    return dt.datetime.combine(day, at, tzinfo=zone).astimezone(dt.UTC)


def period_of(recurrence: Recurrence, at: dt.datetime) -> str:
    """The key of the period that ``at`` belongs to: a quarter, a month, a week, a day (also of a week with several
    sending days), or an hour with its offset, which tells the two hours apart that a clock shows twice."""
    local = at.astimezone(recurrence.zone)
    match recurrence.kind:
        case "hourly":
            # Without colons, which no file on Windows may have in its name.
            return local.isoformat(timespec="hours").replace(":", "")
        case "daily" | "weekdays":
            return local.date().isoformat()
        case "monthly" | "month_end":
            return f"{local.year:04}-{local.month:02}"
        case "quarterly" | "quarter_end":
            return f"{local.year:04}-Q{(local.month + 2) // 3}"
    year, week, weekday = local.isocalendar()
    several = len(set(recurrence.weekdays)) > 1
    return f"{year}-W{week:02}-{weekday}" if several else f"{year}-W{week:02}"


def is_free(recurrence: Recurrence, handled: Iterable[tuple[str, dt.datetime]]) -> Callable[[Occurrence], bool]:
    """Whether an occurrence may still be sent, beside runs of these periods and moments.

    Nothing is sent twice in a period. Other days give the periods other keys, and then nothing is sent twice on a day
    either; of an hourly rule, in an hour.
    """
    known = list(handled)
    periods = {period for period, _at in known}
    if recurrence.kind == "hourly":
        hours = {period_of(recurrence, at) for _period, at in known}
        return lambda occurrence: occurrence.period not in periods | hours

    def free(occurrence: Occurrence) -> bool:
        form = form_of(occurrence.period)
        return occurrence.period not in periods and not any(
            at.astimezone(recurrence.zone).date() == occurrence.day and form_of(period) != form for period, at in known
        )

    return free


def form_of(period: str) -> str:
    """What two keys share that the same rule made."""
    return re.sub(r"\d", "0", period)


def occurrences(recurrence: Recurrence, *, after: dt.datetime) -> Iterator[Occurrence]:
    """Every occurrence later than ``after`` within the rule's first and last day, in order. Nothing for a weekly rule
    without weekdays."""
    first, last = recurrence.first, recurrence.last
    if first is not None:
        # Clocks are at most a day and some hours apart from UTC.
        after = max(after, dt.datetime.combine(first, dt.time.min, dt.UTC) - 2 * DAY)
    for occurrence in _endless(recurrence, after):
        if last is not None and occurrence.day > last:
            return
        if first is None or occurrence.day >= first:
            yield occurrence


def _endless(recurrence: Recurrence, after: dt.datetime) -> Iterator[Occurrence]:
    if recurrence.kind == "hourly":
        yield from _hours(recurrence, after)
        return
    if recurrence.kind == "weekly" and not recurrence.weekdays:
        return
    # A day earlier than the local date, so that no clock change can hide an occurrence.
    start = after.astimezone(recurrence.zone).date() - DAY
    for day in _days(recurrence, start):
        at = moment_of(day, recurrence.at, recurrence.zone)
        if at > after:
            # By noon of its own day: a time moved by a gap may lie on the next one.
            period = period_of(recurrence, dt.datetime.combine(day, dt.time(12), recurrence.zone))
            yield Occurrence(period=period, day=day, at=at)


def _hours(recurrence: Recurrence, after: dt.datetime) -> Iterator[Occurrence]:
    """One in each hour of real time, whatever clocks do meanwhile: an hour that is shown twice is two, one that is
    skipped is none."""
    hour = after.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    minute, zone = recurrence.at.minute, recurrence.zone
    while hour.year < dt.MAXYEAR:
        at = hour + MINUTE * ((minute - hour.astimezone(zone).minute) % 60)
        if at > after:
            local = at.astimezone(zone)
            yield Occurrence(period=period_of(recurrence, local), day=local.date(), at=at)
        hour += HOUR


def _days(recurrence: Recurrence, start: dt.date) -> Iterator[dt.date]:
    match recurrence.kind:
        case "daily":
            return _weekdays(range(7), start)
        case "weekdays":
            return _weekdays(range(5), start)
        case "weekly":
            return _weekdays(recurrence.weekdays, start)
        case "quarterly":
            return _months(lambda month: recurrence.month_day if month % 3 == 1 else 0, start)
        case "month_end":
            return _months(lambda month: 31, start)
        case "quarter_end":
            return _months(lambda month: 31 if month % 3 == 0 else 0, start)
    return _months(lambda month: recurrence.month_day, start)


def _weekdays(weekdays: Collection[int], start: dt.date) -> Iterator[dt.date]:
    chosen, day = set(weekdays), start
    while day < dt.date.max:
        if day.weekday() in chosen:
            yield day
        day += DAY


def _months(day_of: Callable[[int], int], start: dt.date) -> Iterator[dt.date]:
    """``day_of`` says the day by the month's number, 0 for none; beyond a month's end it is the last."""
    year, month = start.year, start.month
    while year < dt.MAXYEAR:
        if wanted := day_of(month):
            day = dt.date(year, month, min(wanted, calendar.monthrange(year, month)[1]))
            if day >= start:
                yield day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def next_occurrences(
    recurrence: Recurrence, *, after: dt.datetime, count: int = 5, handled: Iterable[tuple[str, dt.datetime]] = ()
) -> list[Occurrence]:
    """The next ``count`` occurrences that are free beside what was ``handled``; fewer where the rule ends before."""
    return list(islice(filter(is_free(recurrence, handled), occurrences(recurrence, after=after)), count))


def due_between(recurrence: Recurrence, *, after: dt.datetime, now: dt.datetime) -> Due:
    """Sort out what fell due later than ``after`` and not later than ``now``.

    The newest is sent while it is younger than half its period and than two days; everything
    else was missed.
    """
    passed: deque[Occurrence] = deque(maxlen=MOST_MISSED + 1)
    count = 0
    for occurrence in occurrences(recurrence, after=after):
        if occurrence.at > now:
            break
        passed.append(occurrence)
        count += 1
    if not passed:
        return Due(send=None, missed=())
    newest = passed[-1]
    # What would follow, also where the rule ends before it.
    following = next(_endless(recurrence, newest.at), None)
    period = following.at - newest.at if following else LONGEST_CATCH_UP * 2
    is_fresh = now - newest.at < min(period / 2, LONGEST_CATCH_UP)
    missed = tuple(passed)[:-1] if is_fresh else tuple(passed)[-MOST_MISSED:]
    return Due(send=newest if is_fresh else None, missed=missed, more=count - len(missed) - is_fresh)

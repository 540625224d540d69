"""Occurrences against an oracle that only reads clocks, over many zones and the clock changes of ten years."""

import datetime as dt
import itertools
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.timing import (
    LONGEST_CATCH_UP,
    Recurrence,
    due_between,
    moment_of,
    next_occurrences,
    occurrences,
    period_of,
)

MINUTE = dt.timedelta(minutes=1)
ZONES = sorted(
    zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
)
BERLIN, NEW_YORK = zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("America/New_York")

zones = st.sampled_from(ZONES).map(zoneinfo.ZoneInfo)
# 2012 and later: Samoa's missing day of 2011 is the one case where two days share a moment.
days = st.dates(dt.date(2012, 1, 1), dt.date(2036, 12, 31))
times = st.times().map(lambda value: value.replace(second=0, microsecond=0))
recurrences = st.one_of(
    st.builds(
        Recurrence,
        kind=st.just("weekly"),
        at=times,
        zone=zones,
        weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda chosen: tuple(sorted(chosen))),
    ),
    st.builds(Recurrence, kind=st.just("monthly"), at=times, zone=zones, month_day=st.integers(1, 31)),
)


def wall(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def oracle_moment(day: dt.date, at: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Walk the UTC minutes around the day and read the wall clock on each."""
    wanted = dt.datetime.combine(day, at)
    start = dt.datetime.combine(day, at, tzinfo=dt.UTC) - dt.timedelta(hours=15)
    minutes = [start + MINUTE * step for step in range(30 * 60)]
    for minute in minutes:
        if wall(minute, zone) == wanted:
            return minute
    # Skipped by a gap: find where the wall clock jumps over it, and move forward by the jump.
    for before, after in itertools.pairwise(minutes):
        if wall(before, zone) < wanted < wall(after, zone):
            gap = wall(after, zone) - wall(before, zone) - MINUTE
            moved = wanted + gap
            return next(minute for minute in minutes if wall(minute, zone) == moved)
    raise AssertionError("no such wall time")


@settings(max_examples=150, deadline=None)
@given(day=days, at=times, zone=zones)
def test_a_wall_time_is_the_moment_the_clock_shows_it(day, at, zone):
    assert moment_of(day, at, zone) == oracle_moment(day, at, zone)


def clock_changes(zone: zoneinfo.ZoneInfo, year: int) -> list[dt.datetime]:
    hours = [dt.datetime(year, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=step) for step in range(366 * 24)]
    return [
        after
        for before, after in itertools.pairwise(hours)
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()
    ]


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut"]
)
def test_every_quarter_hour_of_the_days_clocks_change(name):
    zone = zoneinfo.ZoneInfo(name)
    changes = clock_changes(zone, 2026)
    assert changes
    for change in changes:
        day = change.astimezone(zone).date()
        for quarter in range(0, 24 * 4, 2):
            at = dt.time(quarter // 4, quarter % 4 * 15)
            assert moment_of(day, at, zone) == oracle_moment(day, at, zone), (day, at)


def test_a_skipped_hour_moves_forward_and_a_repeated_one_is_the_first():
    assert moment_of(dt.date(2026, 3, 29), dt.time(2, 30), BERLIN) == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    assert moment_of(dt.date(2026, 3, 29), dt.time(2, 30), BERLIN).astimezone(BERLIN).time() == dt.time(3, 30)
    assert moment_of(dt.date(2026, 10, 25), dt.time(2, 30), BERLIN) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@settings(max_examples=200, deadline=None)
@given(recurrence=recurrences, day=days)
def test_occurrences_are_the_days_of_the_rule_once_each(recurrence, day):
    after = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    found = list(itertools.islice(occurrences(recurrence, after=after), 40))
    assert [entry.at for entry in found] == sorted({entry.at for entry in found})
    assert len({entry.period for entry in found}) == 40
    assert all(entry.at > after for entry in found)
    # The oracle: every calendar day in the range, kept where the rule names it.
    first, last = found[0].day - dt.timedelta(days=40), found[-1].day
    expected = []
    for step in range((last - first).days + 1):
        candidate = first + dt.timedelta(days=step)
        is_last = (candidate + dt.timedelta(days=1)).month != candidate.month
        if recurrence.kind == "weekly":
            named = candidate.weekday() in recurrence.weekdays
        else:
            named = candidate.day == recurrence.month_day or (is_last and candidate.day < recurrence.month_day)
        if named and dt.datetime.combine(candidate, recurrence.at, tzinfo=recurrence.zone).astimezone(dt.UTC) > after:
            expected.append(candidate)
    assert [entry.day for entry in found] == expected


@settings(max_examples=200, deadline=None)
@given(recurrence=recurrences, day=days, other=times)
def test_another_hour_never_makes_another_period(recurrence, day, other):
    after = dt.datetime.combine(day, dt.time(0), tzinfo=dt.UTC)
    moved = Recurrence(
        kind=recurrence.kind,
        at=other,
        zone=recurrence.zone,
        weekdays=recurrence.weekdays,
        month_day=recurrence.month_day,
    )
    by_day = {entry.day: entry.period for entry in itertools.islice(occurrences(recurrence, after=after), 12)}
    for entry in itertools.islice(occurrences(moved, after=after), 12):
        assert by_day.get(entry.day, entry.period) == entry.period


def test_the_day_after_the_end_of_a_month_is_its_last_day():
    rule = Recurrence(kind="monthly", at=dt.time(8), zone=BERLIN, month_day=31)
    found = itertools.islice(occurrences(rule, after=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)), 4)
    assert [(entry.period, entry.day.day) for entry in found] == [
        ("2026-01", 31),
        ("2026-02", 28),
        ("2026-03", 31),
        ("2026-04", 30),
    ]


def test_period_keys():
    once = Recurrence(kind="weekly", at=dt.time(8), zone=BERLIN, weekdays=(0,))
    twice = Recurrence(kind="weekly", at=dt.time(8), zone=BERLIN, weekdays=(0, 3))
    monthly = Recurrence(kind="monthly", at=dt.time(8), zone=BERLIN, month_day=1)
    day = dt.date(2026, 11, 23)
    assert [period_of(rule, day) for rule in (once, twice, monthly)] == ["2026-W48", "2026-W48-1", "2026-11"]
    # The ISO year, not the calendar year, so that the turn of the year is one week.
    assert period_of(once, dt.date(2027, 1, 1)) == "2026-W53"


def test_a_rule_without_days_is_never_due():
    rule = Recurrence(kind="weekly", at=dt.time(8), zone=BERLIN)
    assert next_occurrences(rule, after=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) == []


def test_the_next_five_leave_out_periods_that_are_taken():
    rule = Recurrence(kind="weekly", at=dt.time(8), zone=NEW_YORK, weekdays=(0, 1, 2, 3, 4))
    after = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    found = next_occurrences(rule, after=after, taken=frozenset({"2026-W48-1"}))
    assert [entry.period for entry in found] == ["2026-W48-2", "2026-W48-3", "2026-W48-4", "2026-W48-5", "2026-W49-1"]
    assert found[0].at == dt.datetime(2026, 11, 24, 13, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("weekdays", "outage", "sent", "missed"),
    [
        ((0, 1, 2, 3, 4, 5, 6), dt.timedelta(hours=1), "2026-W48-1", 0),
        ((0, 1, 2, 3, 4, 5, 6), dt.timedelta(hours=13), None, 1),
        ((0, 1, 2, 3, 4, 5, 6), dt.timedelta(days=10, hours=1), "2026-W49-4", 10),
        ((0,), dt.timedelta(hours=47), "2026-W48", 0),
        ((0,), dt.timedelta(hours=49), None, 1),
    ],
)
def test_after_an_outage_only_a_fresh_occurrence_is_sent(weekdays, outage, sent, missed):
    rule = Recurrence(kind="weekly", at=dt.time(8), zone=BERLIN, weekdays=weekdays)
    slot = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
    due = due_between(rule, after=slot - dt.timedelta(minutes=5), now=slot + outage)
    assert (due.send.period if due.send else None, len(due.missed)) == (sent, missed)


@settings(max_examples=150, deadline=None)
@given(recurrence=recurrences, day=days, outage=st.timedeltas(dt.timedelta(0), dt.timedelta(days=60)))
def test_catching_up_loses_nothing_and_sends_at_most_one(recurrence, day, outage):
    after = dt.datetime.combine(day, dt.time(0), tzinfo=dt.UTC)
    now = after + outage
    due = due_between(recurrence, after=after, now=now)
    passed = list(itertools.takewhile(lambda entry: entry.at <= now, occurrences(recurrence, after=after)))
    handled = [*due.missed, *([due.send] if due.send else [])]
    assert handled == passed
    if due.send:
        assert now - due.send.at < LONGEST_CATCH_UP

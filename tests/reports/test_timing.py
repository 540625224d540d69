"""Occurrences against an oracle that only reads clocks, over many zones and the clock changes of ten years."""

import dataclasses
import datetime as dt
import itertools
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.timing import (
    LONGEST_CATCH_UP,
    MOST_MISSED,
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
    st.builds(
        Recurrence,
        kind=st.sampled_from(["daily", "weekdays", "monthly", "month_end", "quarterly", "quarter_end"]),
        at=times,
        zone=zones,
        month_day=st.integers(1, 31),
    ),
)


def is_named(rule: Recurrence, day: dt.date) -> bool:
    """Whether the rule means ``day``, read off the calendar."""
    is_last = (day + dt.timedelta(days=1)).month != day.month
    is_the_day = day.day == rule.month_day or (is_last and day.day < rule.month_day)
    return {
        "daily": True,
        "weekdays": day.weekday() < 5,
        "weekly": day.weekday() in rule.weekdays,
        "monthly": is_the_day,
        "month_end": is_last,
        "quarterly": is_the_day and day.month in (1, 4, 7, 10),
        "quarter_end": is_last and day.month in (3, 6, 9, 12),
    }[rule.kind]


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
    found = list(itertools.islice(occurrences(recurrence, after=after), 12))
    assert [entry.at for entry in found] == sorted({entry.at for entry in found})
    assert len({entry.period for entry in found}) == 12
    assert all(entry.at > after for entry in found)
    # The oracle: every calendar day in the range, kept where the rule names it.
    first, last = found[0].day - dt.timedelta(days=40), found[-1].day
    expected = []
    for step in range((last - first).days + 1):
        candidate = first + dt.timedelta(days=step)
        moment = dt.datetime.combine(candidate, recurrence.at, tzinfo=recurrence.zone).astimezone(dt.UTC)
        if is_named(recurrence, candidate) and moment > after:
            expected.append(candidate)
    assert [entry.day for entry in found] == expected


@settings(max_examples=200, deadline=None)
@given(recurrence=recurrences, day=days, other=times)
def test_another_hour_never_makes_another_period(recurrence, day, other):
    after = dt.datetime.combine(day, dt.time(0), tzinfo=dt.UTC)
    moved = dataclasses.replace(recurrence, at=other)
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


NOON = dt.datetime(2026, 11, 23, 12, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("kind", "weekdays", "key"),
    [
        ("hourly", (), "2026-11-23T12+0100"),
        ("daily", (), "2026-11-23"),
        ("weekdays", (), "2026-11-23"),
        ("weekly", (0,), "2026-W48"),
        ("weekly", (0, 3), "2026-W48-1"),
        ("monthly", (), "2026-11"),
        ("month_end", (), "2026-11"),
        ("quarterly", (), "2026-Q4"),
        ("quarter_end", (), "2026-Q4"),
    ],
)
def test_period_keys(kind, weekdays, key):
    assert period_of(Recurrence(kind=kind, at=dt.time(8), zone=BERLIN, weekdays=weekdays), NOON) == key


def test_the_turn_of_the_year_is_one_week():
    once = Recurrence(kind="weekly", at=dt.time(8), zone=BERLIN, weekdays=(0,))
    assert period_of(once, dt.datetime(2027, 1, 1, 12, tzinfo=BERLIN)) == "2026-W53"


def test_quarters():
    after = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    begins = Recurrence(kind="quarterly", at=dt.time(8), zone=BERLIN, month_day=31)
    ends = Recurrence(kind="quarter_end", at=dt.time(8), zone=BERLIN)
    found = [
        [(entry.period, entry.day.isoformat()) for entry in itertools.islice(occurrences(rule, after=after), 3)]
        for rule in (begins, ends)
    ]
    assert found == [
        [("2027-Q1", "2027-01-31"), ("2027-Q2", "2027-04-30"), ("2027-Q3", "2027-07-31")],
        [("2026-Q4", "2026-12-31"), ("2027-Q1", "2027-03-31"), ("2027-Q2", "2027-06-30")],
    ]


def hours(zone: zoneinfo.ZoneInfo, minute: int, after: dt.datetime, count: int) -> list[tuple[str, str]]:
    rule = Recurrence(kind="hourly", at=dt.time(9, minute), zone=zone)
    found = itertools.islice(occurrences(rule, after=after), count)
    return [(entry.period, f"{entry.at:%H:%M}") for entry in found]


def test_an_hour_that_is_shown_twice_is_two_hours_and_one_that_is_skipped_is_none():
    assert hours(BERLIN, 30, dt.datetime(2026, 10, 24, 23, 0, tzinfo=dt.UTC), 4) == [
        ("2026-10-25T01+0200", "23:30"),
        ("2026-10-25T02+0200", "00:30"),
        ("2026-10-25T02+0100", "01:30"),
        ("2026-10-25T03+0100", "02:30"),
    ]
    assert hours(BERLIN, 30, dt.datetime(2026, 3, 29, 0, 0, tzinfo=dt.UTC), 2) == [
        ("2026-03-29T01+0100", "00:30"),
        ("2026-03-29T03+0200", "01:30"),
    ]


def test_hours_where_clocks_are_half_an_hour_off():
    kolkata = zoneinfo.ZoneInfo("Asia/Kolkata")
    after = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
    # Another minute of the same hour on the clock is the same period, although UTC has another hour then.
    assert hours(kolkata, 10, after, 1) == [("2026-11-23T14+0530", "08:40")]
    assert hours(kolkata, 50, after, 2)[1] == ("2026-11-23T14+0530", "09:20")


def test_first_and_last_day_are_days_of_the_zone_and_belong_to_it():
    auckland = zoneinfo.ZoneInfo("Pacific/Auckland")
    rule = Recurrence(
        kind="daily", at=dt.time(0, 30), zone=auckland, first=dt.date(2026, 11, 25), last=dt.date(2026, 11, 26)
    )
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    found = [(entry.period, f"{entry.at:%d %H:%M}") for entry in occurrences(rule, after=long_ago)]
    assert found == [("2026-11-25", "24 11:30"), ("2026-11-26", "25 11:30")]
    hourly = dataclasses.replace(rule, kind="hourly")
    of_days = [entry.period for entry in occurrences(hourly, after=long_ago)]
    assert (of_days[0], of_days[-1], len(of_days)) == ("2026-11-25T00+1300", "2026-11-26T23+1300", 48)


def test_the_last_one_is_as_old_as_any_other_when_it_is_caught_up_with():
    rule = Recurrence(kind="hourly", at=dt.time(0), zone=BERLIN, last=dt.date(2026, 11, 23))
    end = dt.datetime(2026, 11, 23, 22, 0, tzinfo=dt.UTC)
    late = due_between(rule, after=end - dt.timedelta(minutes=1), now=end + dt.timedelta(minutes=29))
    assert late.send and late.send.period == "2026-11-23T23+0100"
    later = due_between(rule, after=end - dt.timedelta(minutes=1), now=end + dt.timedelta(minutes=31))
    assert (later.send, len(later.missed)) == (None, 1)


def test_a_rule_without_days_is_never_due():
    rule = Recurrence(kind="weekly", at=dt.time(8), zone=BERLIN)
    assert next_occurrences(rule, after=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) == []


def test_the_next_five_leave_out_periods_that_were_handled():
    rule = Recurrence(kind="weekly", at=dt.time(8), zone=NEW_YORK, weekdays=(0, 1, 2, 3, 4))
    after = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    handled = [("2026-W48-1", dt.datetime(2026, 11, 23, 13, tzinfo=dt.UTC))]
    found = next_occurrences(rule, after=after, handled=handled)
    assert [entry.period for entry in found] == ["2026-W48-2", "2026-W48-3", "2026-W48-4", "2026-W48-5", "2026-W49-1"]
    assert found[0].at == dt.datetime(2026, 11, 24, 13, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("handled", "kind", "at", "next_one"),
    [
        # Once a week becomes every day, every day becomes every hour, and back: no day and no hour twice.
        (("2026-W48", 8, 0), "daily", dt.time(10), "2026-11-24"),
        (("2026-11-23", 8, 0), "hourly", dt.time(0, 30), "2026-11-23T09+0100"),
        (("2026-11-23T08+0100", 8, 0), "daily", dt.time(10), "2026-11-24"),
        (("2026-11-23T08+0100", 8, 0), "hourly", dt.time(0, 30), "2026-11-23T09+0100"),
        # The same day in another zone: the key is another one, the hour is not.
        (("2026-11-23T02-0500", 8, 10), "hourly", dt.time(0, 30), "2026-11-23T09+0100"),
        (("2026-11", 8, 0), "month_end", dt.time(8), "2026-12"),
    ],
)
def test_other_days_send_nothing_twice(handled, kind, at, next_one):
    period, hour, minute = handled
    moment = dt.datetime(2026, 11, 23, hour, minute, tzinfo=BERLIN)
    rule = Recurrence(kind=kind, at=at, zone=BERLIN)
    found = next_occurrences(rule, after=moment + MINUTE, count=1, handled=[(period, moment)])
    assert [entry.period for entry in found] == [next_one]


def test_a_time_that_a_gap_moves_to_the_next_day_takes_nothing_from_that_day():
    """In Nuuk the hour before midnight is skipped: what was due at 23:30 on Saturday is sent at 00:30 on Sunday."""
    rule = Recurrence(kind="daily", at=dt.time(23, 30), zone=zoneinfo.ZoneInfo("America/Nuuk"))
    saturday, sunday = itertools.islice(occurrences(rule, after=dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)), 2)
    assert (saturday.period, sunday.period) == ("2026-03-28", "2026-03-29")
    assert saturday.at.astimezone(rule.zone).date() == sunday.day
    handled = [(saturday.period, saturday.at)]
    assert next_occurrences(rule, after=saturday.at, count=1, handled=handled) == [sunday]


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
    assert due.more == len(passed) - len(handled)
    assert handled == passed[due.more :]
    assert len(due.missed) == MOST_MISSED or not due.more
    if due.send:
        assert now - due.send.at < LONGEST_CATCH_UP


def test_of_a_long_outage_the_newest_hours_are_told_and_the_others_counted():
    rule = Recurrence(kind="hourly", at=dt.time(0), zone=BERLIN)
    now = dt.datetime(2026, 11, 23, 7, 10, tzinfo=dt.UTC)
    due = due_between(rule, after=now - dt.timedelta(days=10), now=now)
    assert due.send and due.send.period == "2026-11-23T08+0100"
    assert (len(due.missed), due.more) == (48, 240 - 48 - 1)
    assert due.missed[-1].period == "2026-11-23T07+0100"
    stale = due_between(rule, after=now - dt.timedelta(days=10), now=now + 30 * MINUTE)
    assert (stale.send, len(stale.missed), stale.more) == (None, 48, 240 - 48)

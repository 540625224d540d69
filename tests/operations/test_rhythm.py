"""When something runs, in words and as the next moment, over clock changes too."""

import datetime as dt

import pytest
from django.utils import translation
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask

from operations.rhythm import crontab_words, interval_words, next_clock_time, next_time, rhythm_words

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("every", "period", "words"),
    [
        (60, "seconds", "every minute"),
        (90, "seconds", "every 90 seconds"),
        (1, "seconds", "every second"),
        (120, "minutes", "every 2 hours"),
        (24, "hours", "every day"),
        (14, "days", "every 14 days"),
        (5, "microseconds", "more often than every second"),
    ],
)
def test_intervals_in_words(every, period, words):
    assert interval_words(IntervalSchedule(every=every, period=period)) == words


def clock(**fields) -> CrontabSchedule:
    return CrontabSchedule(**{"minute": "0", "hour": "4", "timezone": "Europe/Berlin", **fields})


def test_clock_times_in_words():
    assert crontab_words(clock()) == "At 04:00 (Europe/Berlin)"
    assert crontab_words(clock(minute="*/15", hour="8-17", day_of_week="1-5")) == (
        "Every 15 minutes, between 08:00 and 17:59, Monday through Friday (Europe/Berlin)"
    )
    with translation.override("de"):
        assert crontab_words(clock()) == "Um 04:00 (Europe/Berlin)"


def test_what_is_no_crontab_is_shown_as_it_stands():
    assert crontab_words(clock(minute="x")) == "x 4 * * * (Europe/Berlin)"
    assert next_clock_time(clock(minute="x"), NOW) is None


@pytest.mark.parametrize(
    ("fields", "after", "expected"),
    [
        ({}, NOW, at(23, 3)),
        ({}, at(23, 3), at(24, 3)),
        ({"minute": "0,30", "hour": "13"}, at(22, 12), at(22, 12, 30)),
        ({"day_of_week": "1"}, NOW, at(23, 3)),
        ({"day_of_week": "0"}, NOW, at(29, 3)),
        ({"day_of_month": "31"}, NOW, at(31, 3, month=12)),
        # Both must fit: the next Friday the 13th.
        ({"day_of_month": "13", "day_of_week": "5"}, NOW, at(13, 2, month=8, year=2027)),
        ({"day_of_month": "29", "month_of_year": "2"}, NOW, at(29, 3, month=2, year=2028)),
        ({"day_of_month": "31", "month_of_year": "2"}, NOW, None),
        # 02:30 does not exist on 28 March 2027 in Berlin: an hour later by the clock.
        ({"minute": "30", "hour": "2"}, at(27, 12, month=3, year=2027), at(28, 1, 30, month=3, year=2027)),
        # 02:30 comes twice on 31 October 2027: the first one counts.
        ({"minute": "30", "hour": "2"}, at(30, 12, month=10, year=2027), at(31, 0, 30, month=10, year=2027)),
        ({"timezone": "Pacific/Kiritimati"}, NOW, at(22, 14)),
    ],
)
def test_the_next_clock_time(fields, after, expected):
    assert next_clock_time(clock(**fields), after) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"last_run_at": at(22, 11, 58)}, at(22, 12, 3)),
        # Beat writes the last time minutes late: counted on until after now.
        ({"last_run_at": at(22, 11, 46)}, at(22, 12, 1)),
        ({"last_run_at": at(22, 11, 55)}, at(22, 12, 5)),
        ({"date_changed": at(22, 11, 59)}, at(22, 12, 4)),
        ({"last_run_at": at(22, 11, 58), "start_time": at(25, 0)}, at(25, 0, 3)),
        ({"enabled": False}, None),
    ],
)
def test_the_next_time_of_an_interval(fields, expected):
    entry = PeriodicTask(interval=IntervalSchedule(every=5, period="minutes"), **fields)
    assert next_time(entry, NOW) == expected


def test_the_rarer_kinds():
    once = PeriodicTask(clocked=ClockedSchedule(clocked_time=at(30, 8)))
    assert next_time(once, NOW) == at(30, 8)
    assert next_time(once, at(30, 9)) is None
    assert rhythm_words(PeriodicTask(crontab=clock())) == "At 04:00 (Europe/Berlin)"
    assert rhythm_words(PeriodicTask()) == ""

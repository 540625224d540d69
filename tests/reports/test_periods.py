"""Weeks and months on the site's clock, and the stretch they are compared with."""

import datetime as dt
import zoneinfo
from itertools import pairwise

import pytest

from reports.periods import Span, Stretch, period

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
# A Sunday evening; in Auckland it is Monday already.
NOW = dt.datetime(2026, 11, 22, 19, 30, tzinfo=dt.UTC)


def test_twelve_weeks_begin_on_monday_and_include_the_running_one():
    found = period(Span.WEEKS, now=NOW, zone=BERLIN)
    assert (found.step, len(found.days)) == ("week", 12)
    assert (found.days[0], found.days[-1]) == (dt.date(2026, 8, 31), dt.date(2026, 11, 16))
    assert found.whole.start == dt.datetime(2026, 8, 30, 22, tzinfo=dt.UTC)
    assert found.whole.end == NOW
    # The same Sunday evening on the clock, twelve weeks earlier, in summer time.
    assert found.earlier == Stretch(
        dt.datetime(2026, 6, 7, 22, tzinfo=dt.UTC), dt.datetime(2026, 8, 30, 18, 30, tzinfo=dt.UTC)
    )


def test_another_clock_is_in_another_week():
    found = period(Span.WEEKS, now=NOW, zone=zoneinfo.ZoneInfo("Pacific/Auckland"))
    assert found.days[-1] == found.today == dt.date(2026, 11, 23)


def test_twelve_months():
    found = period(Span.MONTHS, now=NOW, zone=BERLIN)
    assert (found.step, len(found.days), found.days[0]) == ("month", 12, dt.date(2025, 12, 1))
    assert found.earlier == Stretch(
        dt.datetime(2024, 11, 30, 23, tzinfo=dt.UTC), dt.datetime(2025, 11, 22, 19, 30, tzinfo=dt.UTC)
    )


def test_this_year_against_last_year_up_to_the_same_day():
    leap = dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC)
    found = period(Span.YEAR, now=leap, zone=BERLIN)
    assert found.days == (dt.date(2028, 1, 1), dt.date(2028, 2, 1))
    assert found.earlier.end == dt.datetime(2027, 2, 28, 12, tzinfo=dt.UTC)


def test_since_the_beginning_starts_with_the_first_month_and_has_nothing_before():
    first = dt.datetime(2026, 8, 31, 22, 30, tzinfo=dt.UTC)  # the first of September in Berlin
    found = period(Span.ALL, now=NOW, zone=BERLIN, first=first)
    assert found.days == (dt.date(2026, 9, 1), dt.date(2026, 10, 1), dt.date(2026, 11, 1))
    assert found.earlier is None
    assert period(Span.ALL, now=NOW, zone=BERLIN).days == (dt.date(2026, 11, 1),)


def test_a_part_ends_where_the_next_begins_and_the_last_one_now():
    found = period(Span.WEEKS, now=NOW, zone=BERLIN)
    parts = [found.part(day) for day in found.days]
    assert all(part.end == following.start for part, following in pairwise(parts))
    assert (parts[0].start, parts[-1].end) == (found.whole.start, NOW)
    # The week in which summer time ends is an hour longer.
    october = found.part(dt.date(2026, 10, 19))
    assert october.end - october.start == dt.timedelta(days=7)
    assert october.end.astimezone(dt.UTC) - october.start.astimezone(dt.UTC) == dt.timedelta(days=7, hours=1)
    with pytest.raises(KeyError):
        found.part(dt.date(2026, 11, 17))


@pytest.mark.parametrize("span", list(Span))
def test_words_are_there_for_every_span(span):
    found = period(span, now=NOW, zone=BERLIN, first=dt.datetime(2024, 3, 1, tzinfo=dt.UTC))
    assert all(found.part_name(day) and found.part_short(day) for day in found.days)

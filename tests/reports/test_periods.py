"""Weeks, months and own days on the site's calendar, and what each is compared with."""

import datetime as dt

import pytest

from reports.periods import Span, before_in_words, stretch, stretch_before
from reports.relative_dates import Days

SUNDAY = dt.date(2026, 11, 22)


def days(*texts: str) -> Days:
    return Days(*map(dt.date.fromisoformat, texts))


@pytest.mark.parametrize(
    ("span", "today", "now", "before"),
    [
        # Twelve calendar weeks from Monday, the running one included.
        (Span.WEEKS, SUNDAY, ("2026-08-31", "2026-11-22"), ("2026-06-08", "2026-08-30")),
        (Span.WEEKS, dt.date(2026, 11, 23), ("2026-09-07", "2026-11-23"), ("2026-06-15", "2026-08-31")),
        (Span.MONTHS, SUNDAY, ("2025-12-01", "2026-11-22"), ("2024-12-01", "2025-11-22")),
        (Span.YEAR, SUNDAY, ("2026-01-01", "2026-11-22"), ("2025-01-01", "2025-11-22")),
        (Span.YEAR, dt.date(2028, 2, 29), ("2028-01-01", "2028-02-29"), ("2027-01-01", "2027-02-28")),
    ],
)
def test_a_stretch_and_the_one_before(span, today, now, before):
    assert stretch(span, today) == days(*now)
    assert stretch_before(span, days(*now)) == days(*before)


def test_own_days_are_compared_with_as_many_just_before():
    own = days("2026-11-10", "2026-11-19")
    assert stretch_before(Span.OWN, own) == days("2026-10-31", "2026-11-09")
    assert before_in_words(Span.OWN, own) == "in the 10 days before"
    assert before_in_words(Span.OWN, days("2026-11-10", "2026-11-10")) == "on the day before"
    # The calendar begins somewhere.
    assert stretch_before(Span.OWN, days("0001-01-01", "2026-11-10")) is None


def test_since_the_beginning_has_nothing_before():
    assert stretch(Span.ALL, SUNDAY) is None
    assert stretch_before(Span.ALL, None) is None

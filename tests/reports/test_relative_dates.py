"""Days said from the report's own day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reports.relative_dates import Days, Relative, Unit, beginning, moved

# A Thursday in the fourth quarter.
TODAY = dt.date(2026, 11, 26)


@pytest.mark.parametrize(
    ("relative", "unit", "count", "first", "last"),
    [
        ("last", "day", 1, "2026-11-25", "2026-11-25"),
        ("last", "day", 14, "2026-11-12", "2026-11-25"),
        ("last", "week", 1, "2026-11-16", "2026-11-22"),
        ("last", "week", 2, "2026-11-09", "2026-11-22"),
        ("last", "month", 1, "2026-10-01", "2026-10-31"),
        ("last", "month", 12, "2025-11-01", "2026-10-31"),
        ("last", "quarter", 1, "2026-07-01", "2026-09-30"),
        ("last", "year", 1, "2025-01-01", "2025-12-31"),
        ("this", "day", 1, "2026-11-26", "2026-11-26"),
        ("this", "week", 1, "2026-11-23", "2026-11-29"),
        ("this", "month", 1, "2026-11-01", "2026-11-30"),
        ("this", "quarter", 1, "2026-10-01", "2026-12-31"),
        ("this", "year", 1, "2026-01-01", "2026-12-31"),
        ("to_date", "week", 1, "2026-11-23", "2026-11-26"),
        ("to_date", "month", 1, "2026-11-01", "2026-11-26"),
        ("to_date", "quarter", 1, "2026-10-01", "2026-11-26"),
        ("to_date", "year", 1, "2026-01-01", "2026-11-26"),
        ("next", "day", 7, "2026-11-26", "2026-12-02"),
        ("next", "week", 1, "2026-11-30", "2026-12-06"),
        ("next", "month", 2, "2026-12-01", "2027-01-31"),
        ("next", "quarter", 1, "2027-01-01", "2027-03-31"),
        ("next", "year", 1, "2027-01-01", "2027-12-31"),
    ],
)
def test_stretches(relative, unit, count, first, last):
    found = Relative(relative=relative, unit=unit, count=count).days(TODAY)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_the_end_of_february():
    month = Relative(relative="last", unit="month")
    assert month.days(dt.date(2028, 3, 31)) == Days(dt.date(2028, 2, 1), dt.date(2028, 2, 29))
    assert month.days(dt.date(2026, 1, 31)) == Days(dt.date(2025, 12, 1), dt.date(2025, 12, 31))


@given(
    st.dates(dt.date(1000, 1, 1), dt.date(3000, 1, 1)),
    st.sampled_from(Unit),
    st.integers(1, 200),
    st.sampled_from(["last", "this", "to_date", "next"]),
)
def test_stretches_are_whole_units_that_touch(today, unit, count, relative):
    days = Relative(relative=relative, unit=unit, count=count).days(today)
    assert days.first <= days.last
    assert unit == Unit.DAY or days.first == beginning(unit, days.first)
    if relative == "last":
        assert days.last < today
        assert moved(unit, days.first, count) == days.last + dt.timedelta(days=1)
        following = Relative(relative="this", unit=unit).days(today)
        assert following.first == days.last + dt.timedelta(days=1)
    elif relative == "to_date":
        assert days.last == today
    elif relative == "next":
        assert days.first >= today


def test_beyond_the_calendar():
    with pytest.raises(OverflowError):
        Relative(relative="next", unit="year", count=1000).days(dt.date(9500, 1, 1))
    with pytest.raises(OverflowError):
        Relative(relative="last", unit="day", count=1000).days(dt.date(1, 1, 5))


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 1001}, {"unit": "fortnight"}, {"relative": "soon"}])
def test_what_is_no_stretch(wrong):
    with pytest.raises(ValidationError):
        Relative.model_validate({"relative": "last", "unit": "day", **wrong})


def test_words():
    said = {
        (relative, unit, count): Relative(relative=relative, unit=unit, count=count).in_words()
        for relative, unit, count in [
            ("last", "week", 1),
            ("last", "day", 14),
            ("this", "month", 1),
            ("to_date", "month", 1),
            ("next", "day", 7),
        ]
    }
    assert said == {
        ("last", "week", 1): "the last full week",
        ("last", "day", 14): "the last 14 days",
        ("this", "month", 1): "this month",
        ("to_date", "month", 1): "this month to date",
        ("next", "day", 7): "today and the days after, 7 in all",
    }

"""Days and moments in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from workbench.times import day_words, moment_words

LATE = datetime(2026, 3, 3, 23, 5, tzinfo=UTC)


def test_a_moment_is_told_in_the_readers_zone():
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert (day_words(LATE), moment_words(LATE)) == ("4 Mar 2026", "4 Mar 2026, 00:05")
    with timezone.override(UTC):
        assert (day_words(LATE), moment_words(LATE)) == ("3 Mar 2026", "3 Mar 2026, 23:05")


def test_a_day_is_the_same_in_every_zone():
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert day_words(date(2026, 3, 3)) == "3 Mar 2026"


def test_no_time_is_no_words():
    assert (day_words(None), moment_words(None)) == ("", "")

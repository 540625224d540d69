"""Today on the site's calendar, whoever asks."""

import datetime as dt

import pytest
from django.utils import timezone

from workbench.days import site_day

LATE_SUNDAY = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("site", "day"), [("UTC", 22), ("Europe/Berlin", 23), ("America/New_York", 22), ("Pacific/Auckland", 23)]
)
@pytest.mark.parametrize("reader", ["Pacific/Auckland", "America/Los_Angeles"])
def test_the_sites_zone_decides_and_not_the_readers(settings, site, day, reader):
    settings.TIME_ZONE = site
    with timezone.override(reader):
        assert site_day(LATE_SUNDAY) == dt.date(2026, 11, day)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # The clock goes forward on 29 March and back on 25 October: days of 23 and of 25 hours.
        (dt.datetime(2026, 3, 28, 22, 59, tzinfo=dt.UTC), dt.date(2026, 3, 28)),
        (dt.datetime(2026, 3, 28, 23, 0, tzinfo=dt.UTC), dt.date(2026, 3, 29)),
        (dt.datetime(2026, 3, 29, 21, 59, tzinfo=dt.UTC), dt.date(2026, 3, 29)),
        (dt.datetime(2026, 3, 29, 22, 0, tzinfo=dt.UTC), dt.date(2026, 3, 30)),
        (dt.datetime(2026, 10, 24, 22, 0, tzinfo=dt.UTC), dt.date(2026, 10, 25)),
        (dt.datetime(2026, 10, 25, 22, 59, tzinfo=dt.UTC), dt.date(2026, 10, 25)),
        (dt.datetime(2026, 10, 25, 23, 0, tzinfo=dt.UTC), dt.date(2026, 10, 26)),
    ],
)
def test_a_day_ends_at_midnight_on_the_sites_clock_also_when_it_is_changed(settings, moment, day):
    settings.TIME_ZONE = "Europe/Berlin"
    assert site_day(moment) == day

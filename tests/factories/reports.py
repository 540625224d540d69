"""Schedules with recipients."""

import datetime as dt

from reports.models import Format, RunAs, Schedule, ScheduleRecipient
from tests.factories.accounts import make_person

EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]


def make_schedule(*, owner=None, people=(), addresses=(), at=dt.time(8), since=None, **extra) -> Schedule:
    """A schedule that sends every day at eight in Berlin, with the rows of each recipient, unless told otherwise."""
    fields = {
        "title": "Progress of the week",
        "weekdays": EVERY_DAY,
        "zone": "Europe/Berlin",
        "formats": [Format.PDF],
        "run_as": RunAs.RECIPIENT,
        **extra,
    }
    schedule = Schedule.objects.create(
        owner=owner or make_person(roles=("report_administrator",)),
        time=at,
        active_since=since or dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC),
        **fields,
    )
    for person in people:
        ScheduleRecipient.objects.create(schedule=schedule, person=person)
    for address in addresses:
        ScheduleRecipient.objects.create(schedule=schedule, address=address)
    return schedule

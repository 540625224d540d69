"""Each kind of rule for three years in a zone of each behavior there is: one key per period, none left out, the wall time kept."""

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterator

import pytest

from reports.timing import Occurrence, Recurrence, due_between, occurrences

START, END = dt.datetime(2025, 1, 1, tzinfo=dt.UTC), dt.datetime(2028, 1, 1, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
OUTAGES = [MINUTE, HOUR, 3 * HOUR, 26 * HOUR]
ZONES = sorted(zone for zone in zoneinfo.available_timezones() if not zone.startswith(("posix", "right")))
# Whole, half and quarter hours, both hemispheres, clocks that change by half an hour, by two, at midnight, in Ramadan.
FEW = [
    "Europe/Berlin",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
]
# Times that clock changes skip and repeat.
TIMES = [dt.time(0, 30), dt.time(2, 30), dt.time(23, 30)]
# Kind, weekdays, day of the month, and how many periods three years have.
RULES = [
    ("daily", (), 1, 1095),
    ("weekdays", (), 1, 783),
    ("weekly", (2,), 1, 157),
    ("weekly", (0, 3), 1, 313),
    ("monthly", (), 31, 36),
    ("month_end", (), 1, 36),
    ("quarterly", (), 15, 12),
    ("quarter_end", (), 1, 12),
]


def check_days(rule: Recurrence, count: int) -> None:
    """From the first to the last day of the three years, on the zone's own clock."""
    first, last = dt.date(2025, 1, 1), dt.date(2027, 12, 31)
    found = []
    for entry in occurrences(rule, after=START - 2 * DAY):
        if entry.day > last:
            break
        if entry.day >= first:
            found.append(entry)
    assert len(found) == len({entry.period for entry in found}) == count, rule
    for before, after in itertools.pairwise(found):
        assert before.at < after.at and before.day < after.day, rule
    for entry in found:
        local = entry.at.astimezone(rule.zone)
        wanted = dt.datetime.combine(entry.day, rule.at)
        if local.replace(tzinfo=None, fold=0) != wanted:
            # Only where no clock ever shows that time; then it has moved forward by what was skipped.
            assert back(wanted, rule.zone) != wanted, (rule, entry)
            skipped = local.utcoffset() - (local - DAY).utcoffset()
            assert local.replace(tzinfo=None) - wanted == skipped > dt.timedelta(0), (rule, entry)
        else:
            assert local.fold == 0, (rule, entry)


def back(wanted: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return wanted.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None, fold=0)


def until(end: dt.datetime, entries: Iterator[Occurrence]) -> list[Occurrence]:
    return list(itertools.takewhile(lambda entry: entry.at <= end, entries))


def check_hours(rule: Recurrence, start: dt.datetime, end: dt.datetime) -> None:
    found = until(end - MINUTE / 60, occurrences(rule, after=start - MINUTE / 60))
    hours = int((end - start) / HOUR)
    assert len(found) == len({entry.period for entry in found}) == hours, rule
    for number, entry in enumerate(found):
        hour = start + number * HOUR
        assert hour <= entry.at < hour + HOUR, (rule, entry)
        local = entry.at.astimezone(rule.zone)
        if local.minute != rule.at.minute:
            assert local.utcoffset() != hour.astimezone(rule.zone).utcoffset(), (rule, entry)


def changes(zone: zoneinfo.ZoneInfo) -> list[dt.datetime]:
    """The days on which its clocks change."""
    days = [START + step * DAY for step in range((END - START).days)]
    return [day for day in days if day.astimezone(zone).utcoffset() != (day + DAY).astimezone(zone).utcoffset()]


def check_outages(zone: zoneinfo.ZoneInfo, around: dt.datetime) -> None:
    """Beat looks every quarter of an hour, but for an outage: each period is settled once, and what is fresh is sent."""
    for kind, outage in itertools.product(("hourly", "daily", "weekdays", "weekly"), OUTAGES):
        rule = Recurrence(kind=kind, at=dt.time(2, 30), zone=zone, weekdays=(0, 2, 4, 5, 6))
        slot = next(occurrences(rule, after=around - MINUTE)).at
        begin, end = slot - 2 * DAY, slot + 3 * DAY
        looks = [begin + step * 15 * MINUTE for step in range(5 * 96 + 1)]
        looks = sorted({*(look for look in looks if not slot <= look < slot + outage), slot + outage})
        since, sent, missed = begin, [], []
        for look in looks:
            due = due_between(rule, after=since, now=look)
            missed += due.missed
            if due.send:
                age, following = look - due.send.at, next(occurrences(rule, after=due.send.at)).at
                assert age < (following - due.send.at) / 2, (rule, look)
                sent.append(due.send)
            # As the sweep does: nothing before the newest row is looked at again.
            since = max([since, *(entry.at for entry in (*due.missed, *([due.send] if due.send else [])))])
        passed = until(end, occurrences(rule, after=begin))
        settled = sorted([*sent, *missed], key=lambda entry: entry.at)
        assert settled == passed, (rule, outage)
        # Only the outage may cost anything.
        assert all(slot <= entry.at < slot + outage for entry in missed), (rule, outage)
        if outage == MINUTE:
            assert missed == [], (rule, outage)


@pytest.mark.parametrize("name", FEW)
def test_in_zones_of_every_sort(name):
    zone = zoneinfo.ZoneInfo(name)
    for (kind, weekdays, month_day, count), at in zip(RULES, itertools.cycle(TIMES), strict=False):
        check_days(Recurrence(kind, at, zone, weekdays, month_day), count)
    for day in changes(zone)[:2] or [START]:
        for minute in (0, 30):
            check_hours(Recurrence("hourly", dt.time(0, minute), zone), day - DAY, day + 3 * DAY)
    check_outages(zone, (changes(zone) or [START])[0])


Behavior = tuple[dt.timedelta | None, tuple[tuple[dt.datetime, dt.timedelta | None], ...]]


def behavior(name: str) -> Behavior:
    """All that a rule can notice of a zone: its offset at first, and each moment of a change with the offset from then on.

    A month before the three years and half a year after them count too: so far a check looks.
    """
    zone = zoneinfo.ZoneInfo(name)

    def offset(moment: dt.datetime) -> dt.timedelta | None:
        return moment.astimezone(zone).utcoffset()

    found = []
    days = [START + step * DAY for step in range(-31, (END - START).days + 184)]
    for before, after in itertools.pairwise(days):
        if offset(before) == offset(after):
            continue
        while after - before > dt.timedelta(seconds=1):
            middle = before + (after - before) // 2
            before, after = (middle, after) if offset(middle) == offset(before) else (before, middle)
        moment = after.replace(microsecond=0)
        found.append((moment, offset(moment)))
    return offset(days[0]), tuple(found)


def test_a_behavior_is_told_by_its_offsets_alone():
    berlin = behavior("Europe/Berlin")
    assert berlin[0] == HOUR
    assert berlin[1][:2] == (
        (dt.datetime(2025, 3, 30, 1, tzinfo=dt.UTC), 2 * HOUR),
        (dt.datetime(2025, 10, 26, 1, tzinfo=dt.UTC), HOUR),
    )
    assert len(berlin[1]) == 7
    assert behavior("Europe/Paris") == berlin
    assert len({behavior(name) for name in FEW}) == len(FEW)
    assert behavior("Asia/Kathmandu") == (dt.timedelta(hours=5, minutes=45), ())


@pytest.mark.services
def test_in_every_zone():
    """The names that behave alike are one zone to a rule, so one of them stands for all."""
    assert len(ZONES) > 400
    representatives = {behavior(name): name for name in ZONES}
    tested = set()
    for known, name in representatives.items():
        zone = zoneinfo.ZoneInfo(name)
        for (kind, weekdays, month_day, count), at in itertools.product(RULES, TIMES):
            check_days(Recurrence(kind, at, zone, weekdays, month_day), count)
        check_hours(Recurrence("hourly", dt.time(0, 30), zone), START, END)
        for day in changes(zone)[:3] or [START]:
            check_outages(zone, day)
        tested.add(known)
    assert [name for name in ZONES if behavior(name) not in tested] == []
    # Far fewer than names; were it one or two, nothing would have been told apart.
    assert 40 < len(tested) < 100


def test_the_check_finds_a_rule_that_knows_no_clock_change(monkeypatch):
    def as_in_winter(day, at, zone):
        return dt.datetime.combine(day, at, dt.timezone(HOUR)).astimezone(dt.UTC)

    monkeypatch.setattr("reports.timing.moment_of", as_in_winter)
    with pytest.raises(AssertionError):
        check_days(Recurrence("daily", dt.time(12), zoneinfo.ZoneInfo("Europe/Berlin")), 1095)
    check_days(Recurrence("daily", dt.time(12), zoneinfo.ZoneInfo("Africa/Lagos")), 1095)

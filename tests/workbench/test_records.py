"""What upper apps tell about a record."""

from datetime import UTC, datetime, timedelta

import pytest

from workbench.records import Moment, Related, related, related_to, timeline_of, timelines

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Record:
    pass


def moments(*hours):
    return [Moment(NOON - timedelta(hours=hour), f"{hour} hours ago") for hour in hours]


@pytest.fixture(autouse=True)
def _registries(monkeypatch):
    monkeypatch.setitem(related, Record, [])
    monkeypatch.setitem(timelines, Record, [])


def test_links_come_from_all_apps_in_their_order():
    related[Record] += [
        lambda viewer, row: [Related("mails", "/m/", 2)],
        lambda viewer, row: [Related("runs", "/r/", 1)],
    ]
    assert [link.label for link in related_to(None, Record())] == ["mails", "runs"]


def test_a_timeline_merges_what_apps_tell_and_counts_what_is_left_out():
    timelines[Record] += [
        lambda viewer, row, limit: (moments(1, 4, 6), 10),
        lambda viewer, row, limit: (moments(2, 3), 2),
    ]
    told = timeline_of(None, Record(), limit=3)
    assert [moment.words for moment in told.moments] == ["1 hours ago", "2 hours ago", "3 hours ago"]
    assert told.total == 12


def test_a_record_nobody_tells_of_has_no_timeline():
    assert timeline_of(None, Record()) is None
    assert timeline_of(None, object()) is None

"""Many workers and the same events, on a database that runs them at the same time."""

import threading

import pytest

from tests.factories.tracking import make_dispatch, switch_on, use_stand_in
from tests.races import need_postgresql, none_fails
from tracking.models import Dispatch
from tracking.selectors.site import accounts
from tracking.services import sending
from tracking.standin import StandIn
from tracking.vendors import VENDORS

WORKERS, EVENTS = 6, 12
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


def send_at_once(settings, monkeypatch, claim) -> list[str]:
    """Let all workers read the waiting rows before any of them claims one; what Google Analytics heard, which counts each
    time it is told."""
    everybody_has_read = threading.Barrier(WORKERS, timeout=20)
    has_waited = threading.local()

    def claim_together(rows):
        if not getattr(has_waited, "once", False):
            has_waited.once = True
            everybody_has_read.wait()
        return claim(rows)

    monkeypatch.setattr(sending, "claim", claim_together)
    with StandIn() as running:
        use_stand_in(settings, running)
        switch_on("ga4")
        for number in range(EVENTS):
            make_dispatch(vendor="ga4", params={"page_title": f"Page {number}"})
        vendor, account = VENDORS["ga4"], accounts()["ga4"]
        none_fails(*[lambda: sending.send_due(vendor, account)] * WORKERS)
        return sorted(arrival.params["page_title"] for arrival in running.received)


def test_each_event_is_sent_by_one_of_many_workers(settings, monkeypatch):
    heard = send_at_once(settings, monkeypatch, sending.claim)
    assert heard == sorted(f"Page {number}" for number in range(EVENTS))
    assert set(Dispatch.objects.values_list("state", "tries")) == {("sent", 1)}


def test_the_twin_that_claims_nothing_sends_again_and_again(settings, monkeypatch):
    heard = send_at_once(settings, monkeypatch, lambda rows: {row.uuid: row for row in rows})
    assert len(heard) > EVENTS

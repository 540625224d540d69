"""Events on their way: sent once, again where they may be, and left to a person where nobody knows."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.factories.accounts import make_person
from tests.factories.tracking import make_dispatch, switch_on, use_stand_in
from tracking.models import REPLAY, Consent, Dispatch, DispatchState
from tracking.selectors.site import accounts
from tracking.services import decline, replay, send_due, send_test_event
from tracking.services.sending import MOST_TRIES, RETRY_AFTER, claim, expire_leases, record
from tracking.standin import StandIn
from tracking.vendors import VENDORS
from tracking.vendors.base import Outcome, Verdict
from tracking.vendors.ga4 import client_id

pytestmark = pytest.mark.django_db
BOTH = ("ga4", "mixpanel")


@pytest.fixture
def stand_in(settings, committed, monkeypatch):
    monkeypatch.setattr("tracking.vendors.base.TIMEOUT", (2, 0.3))
    with StandIn() as running:
        use_stand_in(settings, running)
        switch_on(*BOTH)
        committed()
        yield running


def send(vendor: str = "mixpanel") -> int:
    return send_due(VENDORS[vendor], accounts()[vendor])


def states(**which) -> list[str]:
    return list(Dispatch.objects.filter(**which).order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("vendor", BOTH)
def test_what_waits_arrives_once(stand_in, vendor):
    rows = [make_dispatch(vendor=vendor, params={"page_title": f"Page {n}"}) for n in range(3)]
    assert send(vendor) == 3
    assert send(vendor) == 0
    assert states() == ["sent"] * 3
    arrived = sorted((arrival.visitor, arrival.name, arrival.params["page_title"]) for arrival in stand_in.received)
    known_as = client_id if vendor == "ga4" else str
    assert arrived == sorted((known_as(row.pseudonym), "page_view", row.params["page_title"]) for row in rows)
    assert all(row.ended_at and not row.sentence for row in Dispatch.objects.all())


@pytest.mark.parametrize("vendor", BOTH)
def test_a_service_that_is_ill_is_tried_again_later(stand_in, vendor):
    make_dispatch(vendor=vendor)
    make_dispatch(vendor=vendor)
    stand_in.fail_with(500, 500)
    now = timezone.now()
    assert send(vendor) == 0
    tried = Dispatch.objects.filter(tries=1)
    # Of Google Analytics each person's events are a request: after the first that failed, the rest waits.
    assert tried.count() == (1 if vendor == "ga4" else 2)
    assert states() == ["waiting", "waiting"]
    for row in tried:
        assert timedelta(seconds=55) < row.due_at - now < timedelta(seconds=70)
        assert row.sentence
    with time_machine.travel(now + timedelta(minutes=2), tick=False):
        send(vendor)
    with time_machine.travel(now + timedelta(minutes=20), tick=False):
        send(vendor)
        send(vendor)
    assert states() == ["sent", "sent"]
    assert len(stand_in.received) == 2


def test_nobody_answers_and_google_analytics_is_not_told_again(stand_in):
    row = make_dispatch(vendor="ga4")
    stand_in.fail_with("taken")
    assert send("ga4") == 0
    row.refresh_from_db()
    assert (row.state, row.tries) == ("unknown", 1)
    assert send("ga4") == 0
    assert len(stand_in.received) == 1


def test_nobody_answers_and_mixpanel_is_told_again_and_counts_once(stand_in):
    make_dispatch()
    stand_in.fail_with("taken")
    assert send() == 0
    assert states() == ["waiting"]
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert send() == 1
    assert states() == ["sent"]
    assert len(stand_in.received) == 1


def test_after_eight_tries_it_is_given_up(stand_in):
    row = make_dispatch()
    assert MOST_TRIES == len(RETRY_AFTER) + 1 == 8
    assert sum(RETRY_AFTER, timedelta()) * 1.05 < timedelta(hours=24)
    Dispatch.objects.update(tries=MOST_TRIES - 1)
    stand_in.fail_with(503)
    send()
    row.refresh_from_db()
    assert (row.state, row.tries) == ("failed", 8)
    assert row.sentence.startswith("Given up after 8 tries.")


def test_what_would_be_refused_is_not_sent(stand_in):
    old = make_dispatch(vendor="ga4", at=timezone.now() - timedelta(hours=80))
    good = make_dispatch(vendor="ga4")
    assert send("ga4") == 1
    old.refresh_from_db()
    good.refresh_from_db()
    assert (old.state, good.state) == ("refused", "sent")
    assert old.tries == 0
    assert old.sentence
    assert stand_in.dropped == []


def test_a_wrong_key_is_a_matter_for_a_person(stand_in, committed):
    switch_on(*BOTH, mixpanel_token="another-token")
    committed()
    row = make_dispatch()
    assert send() == 0
    row.refresh_from_db()
    assert row.state == "refused"
    assert "another-token" not in row.sentence
    actor = make_person("Ada", roles=("administrator",))
    assert replay(rows=[row], actor=actor) == 1
    switch_on(*BOTH)
    committed()
    assert send() == 1
    assert ModelLogEntry.objects.filter(action=REPLAY).values_list("user", "data__from").get() == (actor.pk, "refused")


def test_only_what_ended_badly_is_sent_again():
    rows = [make_dispatch(state=state) for state in DispatchState.values]
    assert replay(rows=rows, actor=make_person()) == 3
    assert states() == ["waiting", "sending", "sent", "waiting", "waiting", "waiting"]


def test_what_is_taken_back_meanwhile_is_not_sent(stand_in):
    person = make_person()
    row = make_dispatch(person=person)
    # As a worker that read before the person changed their mind would write after it.
    decline(person=person)
    assert not Dispatch.objects.exists()
    row.pk = None
    row.save(force_insert=True)
    assert send() == 0
    assert not Dispatch.objects.exists()
    assert stand_in.received == []
    assert not Consent.objects.get().agreed


def test_one_row_is_claimed_by_one():
    row = make_dispatch()
    first, second = claim([row]), claim([row])
    assert (list(first), list(second)) == ([row.uuid], [])


def test_a_worker_that_died_leaves_what_nobody_knows_to_a_person_or_is_asked_again():
    rows = {vendor: make_dispatch(vendor=vendor, state="sending") for vendor in BOTH}
    for vendor in BOTH:
        assert expire_leases(VENDORS[vendor]) == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        for vendor in BOTH:
            assert expire_leases(VENDORS[vendor]) == 1
    assert states(vendor="ga4") == ["unknown"]
    assert states(vendor="mixpanel") == ["waiting"]
    # The worker lives after all, and knows better.
    row = rows["ga4"]
    record(row, Outcome(Verdict.ACCEPTED))
    assert states(vendor="ga4") == ["sent"]
    # But not once it was claimed again.
    row = rows["mixpanel"]
    claim([row])
    record(row, Outcome(Verdict.REFUSED, "Too late."))
    assert states(vendor="mixpanel") == ["sending"]


def test_what_is_more_than_a_request_holds_goes_in_several(stand_in):
    first = make_dispatch(vendor="ga4")
    for _number in range(29):
        make_dispatch(vendor="ga4", pseudonym=first.pseudonym)
    assert send("ga4") == 30
    assert len(stand_in.received) == 30


@pytest.mark.parametrize("vendor", BOTH)
def test_a_test_event_arrives_and_bears_nobodys_name(stand_in, vendor):
    assert send_test_event(vendor=vendor, page="http://testserver/") == Outcome(Verdict.ACCEPTED)
    (arrival,) = stand_in.received
    assert (arrival.vendor, arrival.name) == (vendor, "lectern_test")
    assert not Consent.objects.exists()
    assert not Dispatch.objects.exists()

"""What Google Analytics gets, what is kept from it, and what is certain after each way to fail."""

import logging
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.events import TrackedEvent
from tracking.standin import Arrival, Dropped, StandIn
from tracking.vendors import VENDORS, base
from tracking.vendors.base import Outcome, Vendor, Verdict
from tracking.vendors.ga4 import ADDRESS, EU_ADDRESS, GA4, GA4Account, client_id
from tracking.vendors.http import pause

VISITOR = "0123456789abcdef00000000000000ff"
CLIENT = "81985529216486896.256"
VENDOR = GA4()
ACCEPTED, RETRY, UNKNOWN, REFUSED = Verdict.ACCEPTED, Verdict.RETRY, Verdict.UNKNOWN, Verdict.REFUSED


def an_event(**values):
    values = {
        "uuid": UUID(int=1),
        "name": "lesson_completed",
        "occurred_at": datetime.now(UTC),
        "visitor": VISITOR,
        "visit": 1764249600,
        **values,
    }
    return TrackedEvent(**values)


@pytest.fixture
def standin():
    with StandIn() as standin:
        yield standin


@pytest.fixture
def account(standin):
    return GA4Account(standin.address, "G-STANDIN", "standin-secret")


def test_what_it_is():
    vendor: Vendor = VENDORS["ga4"]
    assert isinstance(vendor, GA4)
    assert (vendor.key, str(vendor.label), vendor.drops_repeats) == ("ga4", "Google Analytics", False)
    assert (ADDRESS, EU_ADDRESS) == ("https://www.google-analytics.com", "https://region1.google-analytics.com")


def test_an_event_arrives_exactly(standin, account):
    at = datetime.now(UTC) - timedelta(hours=71)
    params = {"lesson": "Über 日本 🎓", "score": 0.5, "tries": -3, "passed": True, "engagement_time_msec": 1500}
    event = an_event(occurred_at=at.astimezone(timezone(timedelta(hours=9))), params=params)
    assert VENDOR.problems(event) == []
    assert VENDOR.send(account, [event, an_event(name="a", occurred_at=at)]) == [Outcome(ACCEPTED), Outcome(ACCEPTED)]
    assert standin.received == [
        Arrival("ga4", "lesson_completed", CLIENT, at, {**params, "passed": "true", "session_id": "1764249600"}),
        Arrival("ga4", "a", CLIENT, at, {"engagement_time_msec": 1, "session_id": "1764249600"}),
    ]
    assert (standin.dropped, standin.requests) == ([], ["/mp/collect"])


def test_no_two_visitors_are_the_same_client():
    assert client_id("0" * 32) == "1.1"
    assert client_id("f" * 32) == "18446744073709551616.18446744073709551616"
    assert client_id("0" * 15 + "1" + "0" * 16) == "2.1"
    assert client_id(VISITOR) == CLIENT


@pytest.mark.parametrize(
    ("name", "longest"), [("title", 100), ("page_title", 300), ("page_referrer", 420), ("page_location", 1000)]
)
def test_long_text_is_cut_with_an_ellipsis(standin, account, name, longest):
    events = [an_event(params={name: "日" * longest}), an_event(params={name: "日" * (longest + 1)})]
    assert [VENDOR.problems(event) for event in events] == [[], []]
    VENDOR.send(account, events)
    assert [arrival.params[name] for arrival in standin.received] == ["日" * longest, "日" * (longest - 1) + "…"]


def test_half_a_character_is_mended(standin, account):
    VENDOR.send(account, [an_event(params={"title": "a\ud83c"})])
    assert [arrival.params["title"] for arrival in standin.received] == ["a?"]


def test_nothing_is_asked_about_nothing(standin, account):
    assert VENDOR.send(account, []) == []
    assert standin.requests == []


# What is bad about an event, our sentence, what the stand-in says of it when it is sent all the same.
BAD = [
    ({"name": ""}, "The name “” must be a letter and up to 39", "The event name '' is invalid."),
    ({"name": "a" * 41}, "must be a letter and up to 39", f"The event name '{'a' * 41}' is invalid."),
    ({"name": "1st"}, "The name “1st” must be", "The event name '1st' is invalid."),
    ({"name": "a-b"}, "The name “a-b” must be", "The event name 'a-b' is invalid."),
    ({"name": "größe"}, "The name “größe” must be", "The event name 'größe' is invalid."),
    ({"name": "a\n"}, "The name “a” must be", "The event name 'a\\n' is invalid."),
    ({"name": "_a"}, "The name “_a” must be", "The event name '_a' is invalid."),
    *(
        ({"name": name}, f"Google keeps the name “{name}” for itself.", f"The event name '{name}' is reserved.")
        for name in [
            "ad_activeview",
            "ad_click",
            "ad_exposure",
            "ad_impression",
            "ad_query",
            "ad_reward",
            "adunit_exposure",
            "app_clear_data",
            "app_exception",
            "app_install",
            "app_remove",
            "app_store_refund",
            "app_update",
            "app_upgrade",
            "dynamic_link_app_open",
            "dynamic_link_app_update",
            "dynamic_link_first_open",
            "error",
            "firebase_campaign",
            "firebase_in_app_message_action",
            "firebase_in_app_message_dismiss",
            "firebase_in_app_message_impression",
            "first_open",
            "first_visit",
            "in_app_purchase",
            "notification_dismiss",
            "notification_foreground",
            "notification_open",
            "notification_receive",
            "notification_send",
            "os_update",
            "screen_view",
            "session_start",
            "user_engagement",
            "ga_x",
            "google_x",
            "firebase_x",
        ]
    ),
    ({"visitor": ""}, "The visitor is no pseudonym", "The client_id is not two positive numbers joined by a period."),
    ({"visitor": "Ann"}, "The visitor is no", "The client_id is not two positive numbers joined by a period."),
    ({"visit": 0}, "The number of the visit must be positive.", "The session_id is no positive number."),
    ({"visit": -1}, "The number of the visit must be positive.", "The session_id is no positive number."),
    (
        {"occurred_at": timedelta(hours=72, seconds=5)},
        "The event is older than 72 hours.",
        "The event is more than 72 hours old.",
    ),
    (
        {"params": {f"p{number}": 1 for number in range(24)}},
        "The event says more than 25 things.",
        "There are more than 25 parameters.",
    ),
    (
        {"params": {"a" * 41: 1}},
        "must be named by a letter and up to 39 letters",
        f"The parameter name '{'a' * 41}' is invalid.",
    ),
    ({"params": {"": 1}}, "The detail “” must be named", "The parameter name '' is invalid."),
    ({"params": {"a b": 1}}, "The detail “a b” must be named", "The parameter name 'a b' is invalid."),
    *(
        (
            {"params": {name: 1}},
            f"Google keeps the name of the detail “{name}” for itself.",
            f"The parameter name '{name}' is reserved.",
        )
        for name in ("_a", "firebase_conversion", "ga_a", "google_a", "gtag.a")
    ),
    (
        {"params": {"engagement_time_msec": True}},
        "The detail “engagement_time_msec” must be a number.",
        "There is no engagement_time_msec.",
    ),
    ({"params": {"x": float("nan")}}, "The detail “x” is no number", "The body is no JSON object."),
    ({"params": {"x": float("-inf")}}, "The detail “x” is no number", "The body is no JSON object."),
]


@pytest.mark.parametrize(("values", "words", "reason"), BAD)
def test_what_is_a_problem_is_dropped(standin, account, values, words, reason):
    if isinstance(values.get("occurred_at"), timedelta):
        values = {"occurred_at": datetime.now(UTC) - values["occurred_at"]}
    event = an_event(**values)
    assert any(words in problem for problem in VENDOR.problems(event))
    # Google says of these what it says of all.
    assert VENDOR.send(account, [event]) == [Outcome(ACCEPTED)]
    assert standin.received == []
    assert [dropped.reason for dropped in standin.dropped] == [reason]


def test_a_detail_with_the_name_of_ours_would_be_lost():
    problems = VENDOR.problems(an_event(params={"session_id": "5"}))
    assert problems == ["Google keeps the name of the detail “session_id” for itself."]


@pytest.mark.parametrize("name", ["a", "a" * 40, "page_view", "A_1"])
def test_good_names(standin, account, name):
    event = an_event(name=name, params={"a" * 40: "", **{f"p{number}": 1 for number in range(22)}})
    assert VENDOR.problems(event) == []
    assert VENDOR.send(account, [event]) == [Outcome(ACCEPTED)]
    assert [arrival.name for arrival in standin.received] == [name]


def test_just_young_enough(standin, account):
    event = an_event(occurred_at=datetime.now(UTC) - timedelta(hours=72) + timedelta(minutes=2))
    assert VENDOR.problems(event) == []
    VENDOR.send(account, [event])
    assert len(standin.received) == 1


SENTENCES = {
    429: "Google Analytics asks to be sent less for a while.",
    500: "Google Analytics is out of order for now (status 500).",
    503: "Google Analytics is out of order for now (status 503).",
    400: 'Google Analytics refused the request (status 400): “"This is the answer that was asked for."”.',
    413: 'Google Analytics refused the request (status 413): “"This is the answer that was asked for."”.',
    302: "Google Analytics points to another address (status 302). Check the address in the settings.",
    "silent": "Google Analytics was sent the events and did not answer in time.",
    "cut": "Google Analytics was sent the events and closed the connection without an answer.",
    "taken": "Google Analytics was sent the events and closed the connection without an answer.",
}
VERDICTS = {
    429: RETRY, 500: RETRY, 503: RETRY, 400: REFUSED, 413: REFUSED, 302: REFUSED,
    "silent": UNKNOWN, "cut": UNKNOWN, "taken": UNKNOWN,
}  # fmt: skip


@pytest.mark.parametrize("fault", VERDICTS)
def test_each_fault(standin, account, monkeypatch, fault):
    if fault == "silent":
        monkeypatch.setattr(base, "TIMEOUT", (5, 0.2))
    standin.fail_with(fault)
    events = [an_event(), an_event(name="other")]
    assert VENDOR.send(account, events) == [Outcome(VERDICTS[fault], SENTENCES[fault])] * 2
    assert len(standin.received) == (2 if fault == "taken" else 0)
    # Neither asked again nor followed to another address.
    assert standin.requests == ["/mp/collect"]
    assert VENDOR.send(account, events) == [Outcome(ACCEPTED)] * 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_is_asked_for(standin, account, status):
    standin.fail_with(status, retry_after="120")
    (outcome,) = VENDOR.send(account, [an_event()])
    assert (outcome.verdict, outcome.retry_after) == (RETRY, timedelta(minutes=2))


def test_pauses():
    assert pause("0") == timedelta(0)
    assert pause(" 59 ") == timedelta(seconds=59)
    assert pause("3601") == pause("9" * 400) == timedelta(hours=1)
    assert pause("Fri, 31 Dec 1999 23:59:59 GMT") == timedelta(0)
    assert pause("Fri, 31 Dec 2199 23:59:59 GMT") == timedelta(hours=1)
    assert pause("Fri, 31 Dec 2199 23:59:59 -0000") == timedelta(hours=1)
    soon = (datetime.now(UTC) + timedelta(minutes=10)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert timedelta(minutes=9) < pause(soon) <= timedelta(minutes=10)
    assert [pause(words) for words in ("", "soon", "-5", "1.5", "²")] == [None] * 5


@pytest.fixture
def nobody():
    """An address at which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}"


def test_nobody_listens(account, nobody):
    (outcome,) = VENDOR.send(replace(account, address=nobody), [an_event()])
    sentence = "No connection to Google Analytics could be made. Check the address in the settings."
    assert outcome == Outcome(RETRY, sentence)


def test_name_not_found(account, monkeypatch):
    def lookup(*args):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    (outcome,) = VENDOR.send(replace(account, address="http://analytics.invalid"), [an_event()])
    assert outcome.verdict == RETRY
    assert outcome.sentence.startswith("No connection to Google Analytics could be made.")


def test_no_encryption_where_it_is_promised(standin, account):
    """The line stands, and nothing has been sent on it."""
    address = account.address.replace("http:", "https:")
    (outcome,) = VENDOR.send(replace(account, address=address), [an_event()])
    sentence = "No encrypted connection to Google Analytics could be made. Check the address in the settings."
    assert outcome == Outcome(RETRY, sentence)


@pytest.mark.parametrize(
    "address", ["", "analytics", "ftp://127.0.0.1", "http://", "http://[", "http://.a", "http://a:b"]
)
def test_no_address(account, address):
    (outcome,) = VENDOR.send(replace(account, address=address), [an_event()])
    assert outcome == Outcome(RETRY, "The address of Google Analytics in the settings is not one that can be asked.")


def test_a_slash_at_the_end_of_the_address_means_nothing(standin, account):
    assert VENDOR.send(replace(account, address=account.address + "/"), [an_event()]) == [Outcome(ACCEPTED)]
    assert standin.requests == ["/mp/collect"]


def test_a_line_cut_before_everything_was_handed_over_is_no_doubt(account):
    """Half a request is none, so it may be sent again."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.MonkeyPatch.context() as patch:
            # Writing is allowed as long as connecting.
            patch.setattr(base, "TIMEOUT", (0.2, 0.2))
            # Far beyond the limits, and beyond what the machine keeps of what nobody reads.
            event = an_event(params={"a" * 30_000_000: 1})
            (outcome,) = VENDOR.send(replace(account, address=address), [event])
    assert outcome.verdict == RETRY


def test_a_wrong_key_is_found_by_nobody(standin, account):
    wrong = replace(account, api_secret="other")
    assert VENDOR.send(wrong, [an_event()]) == [Outcome(ACCEPTED)]
    assert VENDOR.check(wrong, an_event()) == Outcome(ACCEPTED)
    assert standin.received == []
    assert standin.dropped == [Dropped("ga4", "", "The measurement_id or the api_secret is wrong.")] * 2


def test_checking(standin, account):
    assert VENDOR.check(account, an_event()) == Outcome(ACCEPTED)
    assert standin.requests == ["/debug/mp/collect", "/mp/collect"]
    assert [arrival.name for arrival in standin.received] == ["lesson_completed"]


def test_checking_a_bad_event(standin, account):
    sentence = "Google Analytics would not count the event: “The event name 'first_open' is reserved.”."
    assert VENDOR.check(account, an_event(name="first_open")) == Outcome(REFUSED, sentence)
    assert (standin.requests, standin.received, standin.dropped) == (["/debug/mp/collect"], [], [])


def test_checking_where_something_else_answers(standin, account):
    standin.fail_with(200)
    sentence = "What answered does not check events as Google Analytics does. Check the address."
    assert VENDOR.check(account, an_event()) == Outcome(REFUSED, sentence)
    assert standin.received == []


@pytest.mark.parametrize(("fault", "verdict"), [(500, RETRY), (404, REFUSED), ("cut", RETRY), ("taken", RETRY)])
def test_checking_that_fails(standin, account, fault, verdict):
    """What the validation server gets is counted by nobody, so there is no doubt about it."""
    standin.fail_with(fault)
    outcome = VENDOR.check(account, an_event())
    assert outcome.verdict == verdict
    assert standin.received == []


def test_keys_are_neither_shown_nor_logged(standin, account, nobody, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(base, "TIMEOUT", (5, 0.2))
    key = "quin/ce pie+ü"
    account = replace(account, api_secret=key)
    assert repr(account) == f"GA4Account(address='{standin.address}', measurement_id='G-STANDIN')"
    for fault in (200, 302, 400, 429, 500, "silent", "cut", "taken"):
        standin.fail_with(fault)
        assert key not in VENDOR.send(account, [an_event()])[0].sentence
    for address in ("", "http://[", "http://.a", nobody, account.address.replace("http:", "https:")):
        outcome = VENDOR.send(replace(account, address=address), [an_event()])[0]
        assert key not in repr(outcome)
        assert "api_secret" not in outcome.sentence
    # The loudest log there is: urllib3 tells of each request.
    assert "/mp/collect?measurement_id=G-STANDIN&api_secret=… HTTP/1.1" in caplog.text
    assert not any(part in caplog.text for part in ("quin", "pie", "%C3%BC"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 22), st.sampled_from(["a", "日", "🎓"])), max_size=90))
def test_every_event_arrives_once_whatever_the_batches(kinds):
    events = [
        an_event(visitor=f"{visitor:032x}", params={"number": number, **{f"p{n}": char * 100 for n in range(details)}})
        for number, (visitor, details, char) in enumerate(kinds)
    ]
    assert [problem for event in events for problem in VENDOR.problems(event)] == []
    with StandIn() as standin:
        for batch in VENDOR.batches(events):
            outcomes = VENDOR.send(GA4Account(standin.address, "G-STANDIN", "standin-secret"), batch)
            assert outcomes == [Outcome(ACCEPTED)] * len(batch)
    # Nothing broke a limit, and nobody's event was told as another's; each visitor's are in order.
    assert standin.dropped == []
    assert len(standin.received) == len(events)
    for visitor in range(3):
        theirs = [arrival.params["number"] for arrival in standin.received if arrival.visitor == f"1.{visitor + 1}"]
        assert theirs == [number for number, kind in enumerate(kinds) if kind[0] == visitor]


def test_batches_are_as_few_as_the_limits_allow(standin, account):
    few = [an_event(visitor=f"{number % 2:032x}") for number in range(60)]
    assert [len(batch) for batch in VENDOR.batches(few)] == [25, 5, 25, 5]
    large = [an_event(params={f"p{number}": "🎓" * 100 for number in range(23)}) for _number in range(25)]
    batches = VENDOR.batches(large)
    assert [len(batch) for batch in batches] == [4, 4, 4, 4, 4, 4, 1]
    for batch in batches:
        VENDOR.send(account, batch)
    assert (len(standin.received), standin.dropped) == (25, [])
    # One more in a request would have been too many.
    VENDOR.send(account, large[:5])
    assert standin.dropped == [Dropped("ga4", "", "The body has 130 kB or more.")]


def test_too_many_at_once_are_dropped(standin, account):
    VENDOR.send(account, [an_event()] * 26)
    assert (standin.received, standin.dropped) == ([], [Dropped("ga4", "", "There are more than 25 events.")])


def test_a_batch_of_two_visitors_is_a_mistake_of_ours(account):
    with pytest.raises(ValueError, match="too many values"):
        VENDOR.send(account, [an_event(), an_event(visitor="0" * 32)])

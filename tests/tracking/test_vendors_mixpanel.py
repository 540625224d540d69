"""What Mixpanel gets, what is kept from it, and what is certain after each way to fail."""

import json
import logging
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.events import TrackedEvent
from tracking.standin import Arrival, Dropped, StandIn
from tracking.vendors import VENDORS, base
from tracking.vendors.base import Outcome, Vendor, Verdict
from tracking.vendors.mixpanel import ADDRESS, EU_ADDRESS, Mixpanel, MixpanelAccount

VISITOR = "0123456789abcdef00000000000000ff"
VENDOR = Mixpanel()
ACCEPTED, RETRY, REFUSED = Verdict.ACCEPTED, Verdict.RETRY, Verdict.REFUSED
YES = Outcome(ACCEPTED)


def an_event(number=1, **values):
    values = {
        "uuid": UUID(int=number),
        "name": "lesson_completed",
        "occurred_at": datetime(2026, 11, 27, 12, 0, 0, 123_456, tzinfo=UTC),
        "visitor": VISITOR,
        "visit": 1764249600,
        **values,
    }
    return TrackedEvent(**values)


def soon():
    return datetime.now(UTC) + timedelta(hours=1, minutes=5)


@pytest.fixture
def standin():
    with StandIn() as standin:
        yield standin


@pytest.fixture
def account(standin):
    return MixpanelAccount(standin.address, "standin-token")


@contextmanager
def answering(status, text, bodies=None):
    """A server that gives one answer to everything, and keeps what it was sent in ``bodies``."""
    bodies = [] if bodies is None else bodies

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_it_is():
    vendor: Vendor = VENDORS["mixpanel"]
    assert list(VENDORS) == ["ga4", "mixpanel"]
    assert isinstance(vendor, Mixpanel)
    assert (vendor.key, str(vendor.label), vendor.drops_repeats) == ("mixpanel", "Mixpanel", True)
    assert (ADDRESS, EU_ADDRESS) == ("https://api.mixpanel.com", "https://api-eu.mixpanel.com")


def test_an_event_arrives_exactly(standin, account):
    at = datetime(2026, 11, 27, 12, 0, 0, 123_000, tzinfo=UTC)
    params = {"lesson": "Über 日本 🎓", "score": 0.5, "tries": -3, "passed": True}
    event = an_event(params=params)
    assert VENDOR.problems(event) == []
    assert VENDOR.send(account, [event, an_event(2, name="a")]) == [YES, YES]
    assert standin.received == [
        Arrival(
            "mixpanel",
            "lesson_completed",
            VISITOR,
            at,
            {**params, "$insert_id": "00000000-0000-0000-0000-000000000001"},
        ),
        Arrival("mixpanel", "a", VISITOR, at, {"$insert_id": "00000000-0000-0000-0000-000000000002"}),
    ]
    assert (standin.dropped, standin.requests) == ([], ["/import"])


def test_repeats_count_once(standin, account):
    event = an_event()
    assert [VENDOR.send(account, [event]) for _time in range(3)] == [[YES]] * 3
    assert len(standin.received) == 1
    assert standin.dropped == [Dropped("mixpanel", "lesson_completed", "It is a repeat.")] * 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a" * 255, "a" * 255),
        ("a" * 256, "a" * 252 + "…"),
        ("日" * 85, "日" * 85),
        ("日" * 86, "日" * 84 + "…"),
        ("🎓" * 64, "🎓" * 63 + "…"),
        ("a\ud83c", "a?"),
    ],
)
def test_long_text_is_cut_with_an_ellipsis(standin, account, text, kept):
    event = an_event(params={"title": text})
    assert VENDOR.problems(event) == []
    assert VENDOR.send(account, [event]) == [YES]
    assert [arrival.params["title"] for arrival in standin.received] == [kept]


def test_nobody_is_placed_where_our_server_stands():
    bodies = []
    with answering(200, '{"code": 200}', bodies) as address:
        VENDOR.send(MixpanelAccount(address, "quince"), [an_event(params={"a": 1})])
    assert [json.loads(body) for body in bodies] == [
        [
            {
                "event": "lesson_completed",
                "properties": {
                    "ip": 0,
                    "a": 1,
                    "time": 1795780800123,
                    "distinct_id": VISITOR,
                    "$insert_id": "00000000-0000-0000-0000-000000000001",
                },
            }
        ]
    ]


NAMES_OF_NOBODY = [
    "00000000-0000-0000-0000-000000000000", "anon", "anonymous", "nil", "none", "null", "n/a", "na", "undefined",
    "unknown", "<nil>", "0", "-1", "true", "false", "[]", "{}", "lmy47d",
]  # fmt: skip
# What is bad about an event, our sentence, what is said to be wrong when it is sent all the same.
BAD = [
    ({"name": ""}, "The name must have from 1 to 255 bytes.", "event: 'event' is invalid: must be text of 1"),
    ({"name": "日" * 86}, "The name must have from 1 to 255 bytes.", "event: 'event' is invalid: must be text of 1"),
    *(
        (
            {"visitor": name},
            f"Mixpanel takes the visitor “{name}” for nobody.",
            f"properties.distinct_id: 'properties.distinct_id' is invalid: '{name}' is not allowed",
        )
        for name in NAMES_OF_NOBODY
    ),
    ({"visitor": "a" * 256}, "The visitor may have at most 255 bytes.", "properties.distinct_id: "),
    (
        {"occurred_at": datetime(1970, 12, 31, 23, 59, 59, tzinfo=UTC)},
        "The event is from before 1971.",
        # As seconds, which small numbers are taken for, it is far in the future.
        "properties.time: 'properties.time' is invalid: must not be more than 1 hour in the future",
    ),
    (
        {"occurred_at": datetime(1969, 1, 1, tzinfo=UTC)},
        "The event is from before 1971.",
        "properties.time: 'properties.time' is invalid: must not be before 1971-01-01",
    ),
    (
        {"occurred_at": soon},
        "The event is more than an hour in the future.",
        "properties.time: 'properties.time' is invalid: must not be more than 1 hour in the future",
    ),
    (
        {"params": {f"p{number}": 1 for number in range(251)}},
        "The event says more than 254 things.",
        "properties: 'properties' is invalid: must have fewer than 255 keys",
    ),
    ({"params": {"a" * 1_000_000: 1}}, "The event is larger than a megabyte.", "the event has 1 MB or more"),
]


@pytest.mark.parametrize(("values", "words", "said"), BAD)
def test_what_is_a_problem_is_refused_and_the_others_are_not(standin, account, values, words, said):
    if values.get("occurred_at") is soon:
        values = {"occurred_at": soon()}
    event = an_event(**values)
    assert any(words in problem for problem in VENDOR.problems(event))
    before, bad, after = VENDOR.send(account, [an_event(2), event, an_event(3)])
    assert (before, after) == (YES, YES)
    assert (bad.verdict, bad.retry_after) == (REFUSED, None)
    assert bad.sentence.startswith("Mixpanel refused the event: “")
    assert said in bad.sentence
    assert [arrival.params["$insert_id"][-1] for arrival in standin.received] == ["2", "3"]
    assert [dropped.vendor for dropped in standin.dropped] == ["mixpanel"]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_no_number_is_a_problem_and_spoils_the_request(standin, account, number):
    event = an_event(params={"x": number})
    assert VENDOR.problems(event) == ["The detail “x” is no number that can be written."]
    sentence = (
        "Mixpanel refused the request (status 400): "
        '“{"code": 400, "error": "the request is no JSON array", "status": "Bad Request"}”.'
    )
    assert VENDOR.send(account, [event]) == [Outcome(REFUSED, sentence)]
    assert standin.received == []


CHANGED = [
    ({"visitor": ""}, "Mixpanel takes the visitor “” for nobody."),
    ({"params": {"": 1}}, "The name of the detail “” must have from 1 to 255 bytes."),
    ({"params": {"a" * 256: 1}}, f"The name of the detail “{'a' * 256}” must have from 1 to 255 bytes."),
    *(
        ({"params": {name: 1}}, f"The detail “{name}” means something else to Mixpanel.")
        for name in ("time", "distinct_id", "$insert_id", "token")
    ),
]


@pytest.mark.parametrize(("values", "problem"), CHANGED)
def test_what_mixpanel_takes_and_keeps_as_something_else_is_a_problem_too(standin, account, values, problem):
    event = an_event(**values)
    assert VENDOR.problems(event) == [problem]
    assert VENDOR.send(account, [event]) == [YES]


def test_as_much_as_is_allowed(standin, account):
    event = an_event(
        name="a" * 255,
        visitor="v" * 255,
        occurred_at=datetime.now(UTC) + timedelta(minutes=58),
        params={"n" * 255: 1, **{f"p{number}": 1 for number in range(249)}},
    )
    assert VENDOR.problems(event) == []
    old = an_event(2, occurred_at=datetime(1973, 3, 4, tzinfo=UTC))
    assert VENDOR.problems(old) == []
    assert VENDOR.send(account, [event, old]) == [YES, YES]
    assert [arrival.at.year for arrival in standin.received] == [event.occurred_at.year, 1973]


REPEATED = 'Mixpanel refused the request (status {}): “"This is the answer that was asked for."”.'
LOST = "Mixpanel was sent the events and closed the connection without an answer."
FAULTS = [
    (429, RETRY, "Mixpanel asks to be sent less for a while."),
    (500, RETRY, "Mixpanel is out of order for now (status 500)."),
    (503, RETRY, "Mixpanel is out of order for now (status 503)."),
    (400, REFUSED, REPEATED.format(400)),
    (401, REFUSED, "Mixpanel does not know the token. Correct it in the settings."),
    (404, REFUSED, REPEATED.format(404)),
    (413, REFUSED, "Mixpanel says that the request is too large."),
    (301, REFUSED, "Mixpanel points to another address (status 301). Check the address in the settings."),
    # A page in place of Mixpanel's answer.
    (200, RETRY, "What answered does not speak as Mixpanel does. Check the address."),
    ("silent", RETRY, "Mixpanel was sent the events and did not answer in time."),
    ("cut", RETRY, LOST),
    ("taken", RETRY, LOST),
]


@pytest.mark.parametrize(("fault", "verdict", "sentence"), FAULTS)
def test_each_fault(standin, account, monkeypatch, fault, verdict, sentence):
    if fault == "silent":
        monkeypatch.setattr(base, "TIMEOUT", (5, 0.2))
    standin.fail_with(fault)
    events = [an_event(1), an_event(2)]
    assert VENDOR.send(account, events) == [Outcome(verdict, sentence)] * 2
    assert len(standin.received) == (2 if fault == "taken" else 0)
    # Neither asked again nor followed to another address.
    assert standin.requests == ["/import"]
    # Sent again, each event counts once.
    assert VENDOR.send(account, events) == [YES, YES]
    assert len(standin.received) == 2


@pytest.mark.parametrize("status", [429, 502])
def test_a_pause_that_is_asked_for(standin, account, status):
    standin.fail_with(status, retry_after="7200")
    (outcome,) = VENDOR.send(account, [an_event()])
    assert (outcome.verdict, outcome.retry_after) == (RETRY, timedelta(hours=1))


def test_nobody_listens(account):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        (outcome,) = VENDOR.send(replace(account, address=f"http://127.0.0.1:{unused.getsockname()[1]}"), [an_event()])
    assert outcome == Outcome(RETRY, "No connection to Mixpanel could be made. Check the address in the settings.")


def test_the_wrong_token(standin, account):
    (outcome,) = VENDOR.send(replace(account, token="other"), [an_event()])
    assert outcome == Outcome(REFUSED, "Mixpanel does not know the token. Correct it in the settings.")
    assert standin.dropped == [Dropped("mixpanel", "", "invalid authentication credentials")]


def test_too_many_at_once_are_refused(standin, account):
    outcomes = VENDOR.send(account, [an_event(number) for number in range(2001)])
    assert outcomes == [Outcome(REFUSED, "Mixpanel says that the request is too large.")] * 2001
    assert standin.received == []


PLACES = [
    pytest.param([{"index": 1, "field": "f", "message": "m"}], id="index"),
    pytest.param([{"insert_id": str(UUID(int=2)), "field": "f", "message": "m"}], id="insert_id"),
    pytest.param([{"index": 7, "$insert_id": str(UUID(int=2)), "field": "f", "message": "m"}], id="$insert_id"),
]


@pytest.mark.parametrize("records", PLACES)
def test_however_the_refused_one_is_named(records):
    with answering(400, json.dumps({"code": 400, "failed_records": records})) as address:
        outcomes = VENDOR.send(MixpanelAccount(address, "quince"), [an_event(1), an_event(2), an_event(3)])
    assert outcomes == [YES, Outcome(REFUSED, "Mixpanel refused the event: “f: m”."), YES]


UNREADABLE = [
    "", "{", "[]", "null", "{}", '{"failed_records": []}', '{"failed_records": 5}', '{"failed_records": [5]}',
    '{"failed_records": [{"index": 0}, {"index": 9}]}', '{"failed_records": [{"insert_id": ["x"]}]}',
]  # fmt: skip


@pytest.mark.parametrize("text", UNREADABLE)
def test_when_it_does_not_say_which_all_are_refused(text):
    with answering(400, text) as address:
        outcomes = VENDOR.send(MixpanelAccount(address, "quince"), [an_event(1), an_event(2)])
    said = f"Mixpanel refused the request (status 400){f': “{text}”' if text else ''}."
    assert outcomes == [Outcome(REFUSED, said)] * 2


def test_a_long_and_hostile_answer_is_shortened():
    with answering(400, "\x1b[31m" + "x" * 3_000_000) as address:
        (outcome,) = VENDOR.send(MixpanelAccount(address, "quince"), [an_event()])
    assert outcome.sentence == f"Mixpanel refused the request (status 400): “[31m{'x' * 295}…”."


def test_checking(standin, account):
    assert VENDOR.check(account, an_event()) == YES
    assert [arrival.name for arrival in standin.received] == ["lesson_completed"]
    assert VENDOR.check(replace(account, token="other"), an_event(2)).verdict == REFUSED
    assert VENDOR.check(account, an_event(3, name="")).verdict == REFUSED
    assert len(standin.received) == 1


@pytest.mark.parametrize("token", ["quince", "quin/ce pie+ü"])
def test_the_token_is_neither_shown_nor_logged(token, standin, account, caplog):
    caplog.set_level(logging.DEBUG)
    assert repr(account) == f"MixpanelAccount(address='{standin.address}')"
    for fault in (200, 301, 400, 401, 413, 429, 500, "cut", "taken"):
        standin.fail_with(fault)
        assert "quin" not in repr(VENDOR.send(replace(account, token=token), [an_event()]))
    # A service that quotes what it was sent, also where it names an event.
    for text in (f"{token}?", json.dumps({"failed_records": [{"index": 0, "message": token}]}, ensure_ascii=False)):
        with answering(400, text) as address:
            (outcome,) = VENDOR.send(MixpanelAccount(address, token), [an_event()])
            assert "…" in outcome.sentence
            assert "quin" not in repr(outcome)
    assert "quin" not in caplog.text


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 250), st.sampled_from(["a", "日", "\x01"])), max_size=20), st.integers(0, 2100)
)
def test_every_event_arrives_once_and_in_order_whatever_the_batches(kinds, more):
    events = [
        an_event(number, params={f"p{n}": char * 255 for n in range(details)})
        for number, (details, char) in enumerate(kinds, start=1)
    ]
    events += [an_event(number) for number in range(len(kinds) + 1, len(kinds) + 1 + more)]
    batches = VENDOR.batches(events)
    assert [event for batch in batches for event in batch] == events
    assert len(batches) <= len(events) // 2000 + len(kinds) // 5 + 1
    with StandIn() as standin:
        for batch in batches:
            assert VENDOR.send(MixpanelAccount(standin.address, "standin-token"), batch) == [YES] * len(batch)
    assert standin.dropped == []
    assert [arrival.params["$insert_id"] for arrival in standin.received] == [str(event.uuid) for event in events]


def test_batches_are_as_few_as_the_limits_allow(standin, account):
    assert [len(batch) for batch in VENDOR.batches([an_event(number) for number in range(4001)])] == [2000, 2000, 1]
    large = [an_event(number, params={f"p{n}": "\x01" * 255 for n in range(250)}) for number in range(1, 13)]
    batches = VENDOR.batches(large)
    assert [len(batch) for batch in batches] == [5, 5, 2]
    assert [VENDOR.send(account, batch) for batch in batches] == [[YES] * 5, [YES] * 5, [YES] * 2]
    assert len(standin.received) == 12

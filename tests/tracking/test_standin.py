"""The stand-in holds to what the vendors document, whoever speaks to it, and `analytics_standin` tells of it."""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import requests
from django.core.management import CommandError, call_command

from tracking.management.commands.analytics_standin import Command
from tracking.standin import Arrival, Dropped, StandIn

GA4_KEYS = {"measurement_id": "G-STANDIN", "api_secret": "standin-secret"}
PARAMS = {"session_id": "5", "engagement_time_msec": 1}
GA4_EVENT = {"name": "login", "params": PARAMS}
PROPERTIES = {"time": 1618716477000, "distinct_id": "ann", "$insert_id": "a-1"}
MIXPANEL_EVENT = {"event": "Signed up", "properties": PROPERTIES}


@pytest.fixture
def standin():
    with StandIn() as standin:
        yield standin


def collect(standin, said, path="/mp/collect", **keys):
    data = said if isinstance(said, bytes) else json.dumps(said)
    return requests.post(standin.address + path, params={**GA4_KEYS, **keys}, data=data, timeout=10)


def import_events(standin, said, token="standin-token", strict="1"):
    data = said if isinstance(said, bytes) else json.dumps(said)
    return requests.post(
        f"{standin.address}/import", params={"strict": strict}, auth=(token, ""), data=data, timeout=10
    )


def micros(moment):
    return int(moment.timestamp()) * 1_000_000


# Google Analytics -------------------------------------------------------------


def test_google_says_received_and_keeps_what_is_valid(standin):
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=71)
    bad = {"name": "error", "timestamp_micros": micros(at), "params": PARAMS}
    good = {"name": "login", "timestamp_micros": micros(at), "params": {**PARAMS, "session_id": 5, "method": "x"}}
    answer = collect(standin, {"client_id": "1.2", "events": [bad, good]})
    assert (answer.status_code, answer.text) == (204, "")
    assert standin.received == [
        Arrival("ga4", "login", "1.2", at, {"session_id": 5, "engagement_time_msec": 1, "method": "x"})
    ]
    assert standin.dropped == [Dropped("ga4", "error", "The event name 'error' is reserved.")]


def test_without_a_time_it_is_now(standin):
    collect(standin, {"client_id": "1.2", "events": [GA4_EVENT]})
    (arrival,) = standin.received
    assert datetime.now(UTC) - timedelta(minutes=1) < arrival.at <= datetime.now(UTC)


@pytest.mark.parametrize("keys", [{"api_secret": "x"}, {"measurement_id": "G-X"}, {"api_secret": ""}])
def test_google_says_received_to_a_wrong_key(standin, keys):
    assert collect(standin, {"client_id": "1.2", "events": [GA4_EVENT]}, **keys).status_code == 204
    assert standin.received == []
    assert standin.dropped == [Dropped("ga4", "", "The measurement_id or the api_secret is wrong.")]


# A request of which nothing counts, where it is said to be wrong, how, and why.
GA4_REQUESTS = [
    (b"{", "", "VALUE_INVALID", "The body is no JSON object."),
    (b"\xff", "", "VALUE_INVALID", "The body is no JSON object."),
    (b'{"x": NaN}', "", "VALUE_INVALID", "The body is no JSON object."),
    ([], "", "VALUE_INVALID", "The body is no JSON object."),
    ({"x": "a" * 130_000}, "", "VALUE_OUT_OF_BOUNDS", "The body has 130 kB or more."),
    *(
        (
            {"client_id": client, "events": [GA4_EVENT]},
            "client_id",
            "VALUE_INVALID",
            "The client_id is not two positive numbers joined by a period.",
        )
        for client in (None, "", "ann", "1", "1.0", "0.1", "1.2.3", 1, "-1.2")
    ),
    (
        {"client_id": "1.2", "consent": {"ad_user_data": "no"}, "events": [GA4_EVENT]},
        "consent",
        "VALUE_INVALID",
        "Consent is either GRANTED or DENIED.",
    ),
    ({"client_id": "1.2"}, "events", "VALUE_REQUIRED", "There are no events."),
    ({"client_id": "1.2", "events": []}, "events", "VALUE_REQUIRED", "There are no events."),
    (
        {"client_id": "1.2", "events": [GA4_EVENT] * 26},
        "events",
        "EXCEEDED_MAX_ENTITIES",
        "There are more than 25 events.",
    ),
]


@pytest.mark.parametrize(("said", "where", "code", "words"), GA4_REQUESTS)
def test_requests_that_google_drops(standin, said, where, code, words):
    assert collect(standin, said).status_code == 204
    assert (standin.received, standin.dropped) == ([], [Dropped("ga4", "", words)])
    answer = collect(standin, said, "/debug/mp/collect")
    assert answer.json() == {"validationMessages": [{"fieldPath": where, "description": words, "validationCode": code}]}
    assert (len(standin.dropped), standin.received) == (1, [])


def with_params(**params):
    return {"name": "login", "params": {**PARAMS, **params}}


GA4_EVENTS = [
    (5, "NAME_INVALID", "The event name None is invalid."),
    ({"name": 5}, "NAME_INVALID", "The event name 5 is invalid."),
    ({"name": "login", "params": []}, "VALUE_INVALID", "The parameters are no JSON object."),
    ({"name": "login"}, "VALUE_INVALID", "The session_id is no positive number."),
    (with_params(session_id="x"), "VALUE_INVALID", "The session_id is no positive number."),
    (
        {"name": "login", "params": {"session_id": "5"}},
        "VALUE_REQUIRED",
        "There is no engagement_time_msec.",
    ),
    *(
        ({**GA4_EVENT, "timestamp_micros": count}, "VALUE_INVALID", "The timestamp_micros is no such number.")
        for count in ("5", True, 10**40)
    ),
    (with_params(a=True), "VALUE_INVALID", "The parameter 'a' is neither text nor a number."),
    (with_params(a=[]), "VALUE_INVALID", "The parameter 'a' is neither text nor a number."),
    (with_params(a="x" * 101), "VALUE_OUT_OF_BOUNDS", "The parameter 'a' is too long."),
    (with_params(page_title="x" * 301), "VALUE_OUT_OF_BOUNDS", "The parameter 'page_title' is too long."),
    (with_params(page_referrer="x" * 421), "VALUE_OUT_OF_BOUNDS", "The parameter 'page_referrer' is too long."),
    (with_params(page_location="x" * 1001), "VALUE_OUT_OF_BOUNDS", "The parameter 'page_location' is too long."),
]


@pytest.mark.parametrize(("event", "code", "words"), GA4_EVENTS)
def test_events_that_google_drops(standin, event, code, words):
    said = {"client_id": "1.2", "events": [event, GA4_EVENT]}
    assert collect(standin, said).status_code == 204
    assert [dropped.reason for dropped in standin.dropped] == [words]
    assert [arrival.name for arrival in standin.received] == ["login"]
    (message,) = collect(standin, said, "/debug/mp/collect").json()["validationMessages"]
    assert (message["validationCode"], message["description"]) == (code, words)


def test_the_validation_server_looks_at_no_key_and_keeps_nothing(standin):
    answer = collect(standin, {"client_id": "1.2", "events": [GA4_EVENT]}, "/debug/mp/collect", api_secret="x")
    assert (answer.status_code, answer.json()) == (200, {"validationMessages": []})
    assert (standin.received, standin.dropped) == ([], [])


# Mixpanel ---------------------------------------------------------------------


def test_mixpanel_counts_what_it_takes(standin):
    seconds = {**PROPERTIES, "time": 1618716477, "$insert_id": "a-2", "ip": "192.0.2.1", "long": "é" * 256}
    answer = import_events(standin, [MIXPANEL_EVENT, {"event": "b", "properties": seconds}])
    assert (answer.status_code, answer.json()) == (200, {"code": 200, "num_records_imported": 2, "status": "OK"})
    at = datetime(2021, 4, 18, 3, 27, 57, tzinfo=UTC)
    assert standin.received == [
        Arrival("mixpanel", "Signed up", "ann", at, {"$insert_id": "a-1"}),
        Arrival("mixpanel", "b", "ann", at, {"$insert_id": "a-2", "long": "é" * 255}),
    ]


def test_a_repeat_has_the_same_name_time_visitor_and_insert_id(standin):
    others = [
        {**MIXPANEL_EVENT, "event": "b"},
        *(
            {**MIXPANEL_EVENT, "properties": {**PROPERTIES, name: value}}
            for name, value in (("time", 1618716477001), ("distinct_id", "bob"), ("$insert_id", "a-2"))
        ),
    ]
    repeat = {"event": "Signed up", "properties": {**PROPERTIES, "more": 1}}
    answer = import_events(standin, [MIXPANEL_EVENT, *others, repeat])
    assert answer.json()["num_records_imported"] == 6
    assert len(standin.received) == 5
    assert standin.dropped == [Dropped("mixpanel", "Signed up", "It is a repeat.")]


MIXPANEL_EVENTS = [
    (5, "properties", "is required"),
    ({"event": "a"}, "properties", "is required"),
    ({"properties": PROPERTIES}, "event", "must be text of 1 to 255 bytes"),
    ({"event": "a", "properties": {**PROPERTIES, "a": [1]}}, "properties", "the stand-in takes text, numbers"),
    *(
        ({"event": "a", "properties": {**PROPERTIES, "time": time}}, "properties.time", "must be specified as seconds")
        for time in (None, "1618716477", 1.5, True, 10**40)
    ),
    ({"event": "a", "properties": {**PROPERTIES, "time": 31_535_999}}, "properties.time", "must not be before 1971"),
    ({"event": "a", "properties": {**PROPERTIES, "distinct_id": 5}}, "properties.distinct_id", "5 is not allowed"),
    ({"event": "a", "properties": {**PROPERTIES, "distinct_id": "null"}}, "properties.distinct_id", "'null' is not"),
    *(
        ({"event": "a", "properties": {**PROPERTIES, "$insert_id": insert_id}}, "properties.$insert_id", words)
        for insert_id, words in (
            (None, "must be 1 to 36 letters, digits and hyphens"),
            ("", "must be 1 to 36 letters, digits and hyphens"),
            ("a" * 37, "must be 1 to 36 letters, digits and hyphens"),
            ("a_1", "must be 1 to 36 letters, digits and hyphens"),
            ("00000000-0000-0000-0000-000000000000", "is not allowed"),
        )
    ),
]


@pytest.mark.parametrize(("event", "field", "words"), MIXPANEL_EVENTS)
def test_events_that_mixpanel_names_as_failed(standin, event, field, words):
    answer = import_events(standin, [MIXPANEL_EVENT, event])
    said = answer.json()
    (record,) = said.pop("failed_records")
    assert answer.status_code == 400
    assert said == {
        "code": 400,
        "error": "some data points in the request failed validation",
        "num_records_imported": 1,
        "status": "Bad Request",
    }
    assert (record["index"], record["field"]) == (1, field)
    assert record["message"].startswith(f"'{field}' is invalid: ")
    assert words in record["message"]
    assert [dropped.reason for dropped in standin.dropped] == [record["message"]]
    assert len(standin.received) == 1


def test_who_is_not_strict_is_not_told(standin):
    answer = import_events(standin, [MIXPANEL_EVENT, {"event": "a"}], strict="0")
    assert (answer.status_code, answer.json()["num_records_imported"]) == (200, 1)
    assert len(standin.dropped) == 1


MIXPANEL_REQUESTS = [
    (b"[", "standin-token", 400, "the request is no JSON array"),
    (b"[NaN]", "standin-token", 400, "the request is no JSON array"),
    ({}, "standin-token", 400, "the request is no JSON array"),
    ([MIXPANEL_EVENT], "other", 401, "invalid authentication credentials"),
    ([MIXPANEL_EVENT], "", 401, "invalid authentication credentials"),
    ([MIXPANEL_EVENT] * 2001, "standin-token", 413, "the request exceeds 2000 events"),
    (b" " * 10_000_001, "standin-token", 413, "the request exceeds 10 MB"),
]


@pytest.mark.parametrize(("said", "token", "status", "error"), MIXPANEL_REQUESTS)
def test_requests_that_mixpanel_refuses(standin, said, token, status, error):
    answer = import_events(standin, said, token)
    assert (answer.status_code, answer.json()["code"], answer.json()["error"]) == (status, status, error)
    assert (standin.received, standin.dropped) == ([], [Dropped("mixpanel", "", error)])


# The server -------------------------------------------------------------------


def test_the_script_is_followed_and_then_all_is_well(standin):
    standin.fail_with(500, 429, "taken")
    standin.fail_with(503, retry_after="7")
    said = {"client_id": "1.2", "events": [GA4_EVENT]}
    assert [collect(standin, said).status_code for _time in range(2)] == [500, 429]
    with pytest.raises(requests.ConnectionError):
        collect(standin, said)
    assert len(standin.received) == 1
    answer = collect(standin, said)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert collect(standin, said).status_code == 204
    assert (len(standin.received), len(standin.requests)) == (2, 5)


def test_silence_lasts_until_the_end():
    with StandIn() as standin:
        standin.fail_with("silent")
        with pytest.raises(requests.ReadTimeout):
            requests.post(f"{standin.address}/mp/collect", params=GA4_KEYS, json={}, timeout=0.2)
        assert standin.dropped == []


def test_no_such_fault(standin):
    with pytest.raises(ValueError, match="No such fault: loud, slow."):
        standin.fail_with(500, "loud", "slow")
    assert collect(standin, {"client_id": "1.2", "events": [GA4_EVENT]}).status_code == 204


def test_another_path(standin):
    assert collect(standin, {}, "/track").status_code == 404
    assert (standin.received, standin.dropped, standin.requests) == ([], [], ["/track"])


def test_many_at_once_lose_nothing():
    told = []
    with StandIn(on_arrival=told.append) as standin:

        def send(sender):
            for number in range(10):
                properties = {**PROPERTIES, "$insert_id": f"{sender}-{number}"}
                # Twice, and only one of them counts.
                for _time in range(2):
                    import_events(standin, [{"event": "a", "properties": properties}])

        threads = [threading.Thread(target=send, args=(sender,)) for sender in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    expected = {f"{sender}-{number}" for sender in range(8) for number in range(10)}
    assert len(standin.received) == 80
    assert {arrival.params["$insert_id"] for arrival in standin.received} == expected
    assert told == standin.received
    assert len(standin.dropped) == 80


# The command ------------------------------------------------------------------


class Interrupted(Command):
    """Somebody sends events and then presses Ctrl-C."""

    def wait(self, standin):
        self.standin = standin
        self.statuses = [
            import_events(standin, [MIXPANEL_EVENT]).status_code,
            import_events(standin, [{"event": "a\nb", "properties": PROPERTIES}, MIXPANEL_EVENT]).status_code,
            collect(standin, {"client_id": "1.2", "events": [{**GA4_EVENT, "timestamp_micros": 0}]}).status_code,
            collect(standin, {}, api_secret="x").status_code,
        ]
        raise KeyboardInterrupt


def test_the_command_tells_of_each_event():
    out = StringIO()
    command = Interrupted()
    call_command(command, port=0, answer=[500], stdout=out)
    assert command.statuses == [500, 200, 204, 204]
    assert out.getvalue().splitlines() == [
        f"Start the site with GA4_ADDRESS={command.standin.address} MIXPANEL_ADDRESS={command.standin.address}",
        "and save these keys under Settings > Usage tracking:",
        "Google Analytics: measurement ID G-STANDIN, key standin-secret",
        "Mixpanel: token standin-token",
        "Ctrl-C ends it.",
        "mixpanel 2021-04-18 03:27:57 a b by ann: $insert_id=a-1",
        "mixpanel 2021-04-18 03:27:57 Signed up by ann: $insert_id=a-1",
        "ga4 dropped login: The event is more than 72 hours old.",
        "ga4 dropped a request: The measurement_id or the api_secret is wrong.",
        "",
        "Requests: 4. Events for Google Analytics: 0, for Mixpanel: 2, dropped: 2.",
    ]


def test_the_port_is_given_up_at_the_end():
    command = Interrupted()
    call_command(command, port=0, stdout=StringIO())
    with pytest.raises(requests.ConnectionError):
        collect(command.standin, {})


def test_the_arguments_of_the_command():
    parser = Command().create_parser("manage.py", "analytics_standin")
    assert parser.parse_args([]).port == 8666
    assert parser.parse_args([]).answer == []
    assert parser.parse_args(["--answer", "500", "silent", "taken"]).answer == [500, "silent", "taken"]


@pytest.mark.parametrize("fault", ["loud", "99", "600", "5.5"])
def test_an_answer_that_there_is_not(fault):
    with pytest.raises(CommandError, match=f"argument --answer: invalid fault value: '{fault}'"):
        call_command(Command(), "--answer", fault, stdout=StringIO())


def test_a_port_that_is_taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        port = listener.getsockname()[1]
        with pytest.raises(CommandError, match=f"^Port {port} cannot be listened on. Name another with --port.$"):
            call_command(Command(), port=port, stdout=StringIO())

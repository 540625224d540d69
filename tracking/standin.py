"""A server that stands in for Google Analytics and Mixpanel: it holds to what they document, and to no code of ours.

Where Google would count an event wrongly or in part (too old, a detail too long), this one drops it, as Google's own
strict validation would: nothing that is cut or moved is taken for good.
"""

import base64
import json
import re
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

# A request that is read and never answered, one that is thrown away, and one that is kept: the last two are hung up on.
SILENT, CUT, TAKEN = "silent", "cut", "taken"
FAULTS = (SILENT, CUT, TAKEN)


@dataclass(frozen=True)
class Arrival:
    """An event that would count. ``params`` lacks what stands in the other fields already.

    ``visitor`` is the client_id of Google, the distinct_id of Mixpanel.
    """

    vendor: str
    name: str
    visitor: str
    at: datetime
    params: dict[str, Any]


@dataclass(frozen=True)
class Dropped:
    """An event, or a whole request without a name, that would not count, and why."""

    vendor: str
    name: str
    reason: str


@dataclass(frozen=True)
class _Reply:
    status: int
    content: Any = None


class Unfit(Exception):
    """Why something does not count. ``where`` and ``code`` are what the vendor calls it."""

    def __init__(self, where: str, code: str, words: str):
        super().__init__(words)
        self.where, self.code, self.words = where, code, words


def _no_number(name: str) -> None:
    """Python reads and writes NaN and Infinity; JSON has neither."""
    raise ValueError(name)


def _moment(count: Any, **unit: float) -> datetime:
    """``count`` times ``unit`` after the epoch; ValueError when it is no such number."""
    if isinstance(count, bool) or not isinstance(count, int):
        raise ValueError
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(**unit) * count
    except OverflowError as error:
        raise ValueError from error


# Google Analytics -------------------------------------------------------------
# https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference
# https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events

GA4_NAMES_KEPT = re.compile(
    r"ad_(activeview|click|exposure|query|reward|impression)|adunit_exposure|app_(clear_data|exception|install|remove)"
    r"|app_(store_refund|update|upgrade)|dynamic_link_(app_open|app_update|first_open)|error|firebase_campaign"
    r"|firebase_in_app_message_(action|dismiss|impression)|first_(open|visit)|in_app_purchase"
    r"|notification_(dismiss|foreground|open|receive|send)|os_update|screen_view|session_start|user_engagement"
)
GA4_PREFIXES_KEPT = re.compile(r"_|firebase_|ga_|google_|gtag\.")
GA4_LENGTHS = {"page_location": 1000, "page_referrer": 420, "page_title": 300}


def ga4_request(size: int, said: Any) -> list[Any]:
    """The events of a request; Unfit where no event of it counts."""
    if size >= 130_000:
        raise Unfit("", "VALUE_OUT_OF_BOUNDS", "The body has 130 kB or more.")
    if not isinstance(said, dict):
        raise Unfit("", "VALUE_INVALID", "The body is no JSON object.")
    if not re.fullmatch(r"[0-9]*[1-9][0-9]*\.[0-9]*[1-9][0-9]*", str(said.get("client_id", ""))):
        raise Unfit("client_id", "VALUE_INVALID", "The client_id is not two positive numbers joined by a period.")
    consent = said.get("consent", {})
    if not isinstance(consent, dict) or not all(value in ("GRANTED", "DENIED") for value in consent.values()):
        raise Unfit("consent", "VALUE_INVALID", "Consent is either GRANTED or DENIED.")
    events = said.get("events")
    if not isinstance(events, list) or not events:
        raise Unfit("events", "VALUE_REQUIRED", "There are no events.")
    if len(events) > 25:
        raise Unfit("events", "EXCEEDED_MAX_ENTITIES", "There are more than 25 events.")
    return events


def ga4_event(said: Any, visitor: str, now: datetime) -> Arrival:
    """An event that counts; Unfit otherwise."""
    name = said.get("name") if isinstance(said, dict) else None
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", name):
        raise Unfit("events.name", "NAME_INVALID", f"The event name {name!r} is invalid.")
    if GA4_NAMES_KEPT.fullmatch(name) or GA4_PREFIXES_KEPT.match(name):
        raise Unfit("events.name", "NAME_RESERVED", f"The event name {name!r} is reserved.")
    try:
        at = _moment(said["timestamp_micros"], microseconds=1) if "timestamp_micros" in said else now
    except ValueError:
        raise Unfit("events.timestamp_micros", "VALUE_INVALID", "The timestamp_micros is no such number.") from None
    if at < now - timedelta(hours=72):
        raise Unfit("events.timestamp_micros", "VALUE_INVALID", "The event is more than 72 hours old.")
    params = said.get("params", {})
    if not isinstance(params, dict):
        raise Unfit("events.params", "VALUE_INVALID", "The parameters are no JSON object.")
    if len(params) > 25:
        raise Unfit("events.params", "EXCEEDED_MAX_ENTITIES", "There are more than 25 parameters.")
    for param, value in params.items():
        where = f"events.params.{param}"
        if GA4_PREFIXES_KEPT.match(param):
            raise Unfit(where, "NAME_RESERVED", f"The parameter name {param!r} is reserved.")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", param):
            raise Unfit(where, "NAME_INVALID", f"The parameter name {param!r} is invalid.")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Unfit(where, "VALUE_INVALID", f"The parameter {param!r} is neither text nor a number.")
        if isinstance(value, str) and len(value) > GA4_LENGTHS.get(param, 100):
            raise Unfit(where, "VALUE_OUT_OF_BOUNDS", f"The parameter {param!r} is too long.")
    if not re.fullmatch(r"[1-9][0-9]*", str(params.get("session_id", ""))):
        raise Unfit("events.params.session_id", "VALUE_INVALID", "The session_id is no positive number.")
    if not isinstance(params.get("engagement_time_msec"), int | float):
        raise Unfit("events.params.engagement_time_msec", "VALUE_REQUIRED", "There is no engagement_time_msec.")
    return Arrival("ga4", name, visitor, at, params)


# Mixpanel ---------------------------------------------------------------------
# https://developer.mixpanel.com/reference/import-events

MIXPANEL_NOBODY = re.compile(
    r"00000000-0000-0000-0000-000000000000|anon(ymous)?|nil|none|null|n/a|na|undefined|unknown|<nil>|0|-1|true|false"
    r"|\[\]|\{\}|lmy47d"
)


def mixpanel_event(said: Any, now: datetime) -> tuple[Arrival, tuple[Any, ...]]:
    """An event that counts, and what makes another one its repeat; Unfit otherwise."""
    if len(json.dumps(said)) >= 1_000_000:
        raise Unfit("", "", "the event has 1 MB or more")
    properties = said.get("properties") if isinstance(said, dict) else None
    if not isinstance(properties, dict):
        raise Unfit("properties", "", "is required")
    name = said.get("event")
    if not isinstance(name, str) or not 1 <= len(name.encode("utf-8", "replace")) <= 255:
        raise Unfit("event", "", "must be text of 1 to 255 bytes")
    if len(properties) >= 255:
        raise Unfit("properties", "", "must have fewer than 255 keys")
    if not all(value is None or isinstance(value, str | int | float) for value in properties.values()):
        raise Unfit("properties", "", "the stand-in takes text, numbers and truths alone")
    time = properties.get("time")
    try:
        # Seconds do not reach this number before the year 5138.
        at = _moment(time, milliseconds=1 if isinstance(time, int) and abs(time) >= 10**11 else 1000)
    except ValueError:
        raise Unfit("properties.time", "", "must be specified as seconds or milliseconds since epoch") from None
    if at < datetime(1971, 1, 1, tzinfo=UTC):
        raise Unfit("properties.time", "", "must not be before 1971-01-01")
    if at > now + timedelta(hours=1):
        raise Unfit("properties.time", "", "must not be more than 1 hour in the future")
    visitor = properties.get("distinct_id")
    if not isinstance(visitor, str) or MIXPANEL_NOBODY.fullmatch(visitor) or len(visitor) > 255:
        raise Unfit("properties.distinct_id", "", f"{visitor!r} is not allowed")
    insert_id = properties.get("$insert_id")
    if not isinstance(insert_id, str) or not re.fullmatch(r"[A-Za-z0-9-]{1,36}", insert_id):
        raise Unfit("properties.$insert_id", "", "must be 1 to 36 letters, digits and hyphens")
    if MIXPANEL_NOBODY.fullmatch(insert_id):
        raise Unfit("properties.$insert_id", "", f"{insert_id!r} is not allowed")
    # The address of the sender is made a place of and not kept; all text is kept to 255 characters.
    params = {
        key[:255]: value[:255] if isinstance(value, str) else value
        for key, value in properties.items()
        if key not in ("time", "distinct_id", "ip")
    }
    return Arrival("mixpanel", name, visitor, at, params), (insert_id, name, visitor, time)


# The server -------------------------------------------------------------------


class StandIn:
    """Serves on 127.0.0.1 from ``with`` on. ``received`` holds what would count, ``dropped`` what would not, in order.

    ``on_arrival`` and ``on_drop`` are called with each of them, one at a time, from a thread of the server.
    """

    def __init__(
        self,
        port: int = 0,
        measurement_id: str = "G-STANDIN",
        api_secret: str = "standin-secret",  # noqa: S107
        token: str = "standin-token",  # noqa: S107
        on_arrival: Callable[[Arrival], None] | None = None,
        on_drop: Callable[[Dropped], None] | None = None,
    ):
        self.measurement_id, self.api_secret, self.token = measurement_id, api_secret, token
        self.on_arrival, self.on_drop = on_arrival, on_drop
        self.received: list[Arrival] = []
        self.dropped: list[Dropped] = []
        # The path of each request, whatever became of it.
        self.requests: list[str] = []
        self.closing = threading.Event()
        self._lock = threading.RLock()
        self._script: deque[tuple[int | str, str]] = deque()
        self._known: set[tuple[Any, ...]] = set()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.standin = self
        self.port: int = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def fail_with(self, *faults: int | str, retry_after: str = "") -> None:
        """Each of the next requests meets one of ``faults``: a status, "silent", "cut" or "taken". Then all is well."""
        unknown = [fault for fault in faults if not isinstance(fault, int) and fault not in FAULTS]
        if unknown:
            raise ValueError(f"No such fault: {', '.join(map(str, unknown))}.")
        with self._lock:
            self._script.extend((fault, retry_after) for fault in faults)

    def next_fault(self, path: str) -> tuple[int | str, str] | None:
        with self._lock:
            self.requests.append(path)
            return self._script.popleft() if self._script else None

    def answer(self, path: str, query: dict[str, str], authorization: str, body: bytes) -> _Reply:
        """Judge one request, keep what counts of it and say what the vendor would say."""
        said: Any
        try:
            said = json.loads(body, parse_constant=_no_number)
        except ValueError:
            said = None
        with self._lock:
            if path == "/mp/collect":
                self._collect(query, body, said)
                return _Reply(204)
            if path == "/debug/mp/collect":
                return _Reply(200, {"validationMessages": self._validate(body, said)})
            if path == "/import":
                return self._import(query, authorization, body, said)
        return _Reply(404)

    def _take(self, arrival: Arrival) -> None:
        self.received.append(arrival)
        if self.on_arrival:
            self.on_arrival(arrival)

    def _drop(self, vendor: str, name: object, reason: str) -> None:
        dropped = Dropped(vendor, name if isinstance(name, str) else "", reason)
        self.dropped.append(dropped)
        if self.on_drop:
            self.on_drop(dropped)

    def _collect(self, query: dict[str, str], body: bytes, said: Any) -> None:
        """Google answers the same to all of this."""
        if (query.get("measurement_id"), query.get("api_secret")) != (self.measurement_id, self.api_secret):
            self._drop("ga4", "", "The measurement_id or the api_secret is wrong.")
            return
        try:
            events = ga4_request(len(body), said)
        except Unfit as unfit:
            self._drop("ga4", "", unfit.words)
            return
        for event in events:
            try:
                self._take(ga4_event(event, said["client_id"], datetime.now(UTC)))
            except Unfit as unfit:
                self._drop("ga4", event.get("name") if isinstance(event, dict) else "", unfit.words)

    def _validate(self, body: bytes, said: Any) -> list[dict[str, str]]:
        """Looks at the events alone, not at the keys, and keeps nothing."""
        found = []
        try:
            for event in ga4_request(len(body), said):
                try:
                    ga4_event(event, said["client_id"], datetime.now(UTC))
                except Unfit as unfit:
                    found.append(unfit)
        except Unfit as unfit:
            found.append(unfit)
        return [{"fieldPath": unfit.where, "description": unfit.words, "validationCode": unfit.code} for unfit in found]

    def _import(self, query: dict[str, str], authorization: str, body: bytes, said: Any) -> _Reply:
        if authorization != "Basic " + base64.b64encode(f"{self.token}:".encode()).decode():
            return self._refusal(401, "Unauthorized", "invalid authentication credentials")
        if len(body) > 10_000_000:
            return self._refusal(413, "Request Entity Too Large", "the request exceeds 10 MB")
        if not isinstance(said, list):
            return self._refusal(400, "Bad Request", "the request is no JSON array")
        if len(said) > 2000:
            return self._refusal(413, "Request Entity Too Large", "the request exceeds 2000 events")
        failed = []
        for index, event in enumerate(said):
            try:
                arrival, known_by = mixpanel_event(event, datetime.now(UTC))
            except Unfit as unfit:
                name, properties = (
                    (event.get("event"), event.get("properties")) if isinstance(event, dict) else ("", {})
                )
                insert_id = properties.get("$insert_id") if isinstance(properties, dict) else None
                message = f"'{unfit.where}' is invalid: {unfit.words}"
                failed.append({"index": index, "insert_id": insert_id, "field": unfit.where, "message": message})
                self._drop("mixpanel", name, message)
                continue
            if known_by in self._known:
                self._drop("mixpanel", arrival.name, "It is a repeat.")
                continue
            self._known.add(known_by)
            self._take(arrival)
        imported = len(said) - len(failed)
        if not failed or query.get("strict") != "1":
            return _Reply(200, {"code": 200, "num_records_imported": imported, "status": "OK"})
        return _Reply(
            400,
            {
                "code": 400,
                "error": "some data points in the request failed validation",
                "failed_records": failed,
                "num_records_imported": imported,
                "status": "Bad Request",
            },
        )

    def _refusal(self, code: int, status: str, error: str) -> _Reply:
        self._drop("mixpanel", "", error)
        return _Reply(code, {"code": code, "error": error, "status": status})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    standin: StandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of those who hang up: they know. A mistake of ours is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    timeout = 30
    server: _Server

    def do_POST(self) -> None:
        standin = self.server.standin
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault, retry_after = standin.next_fault(url.path) or (None, "")
        if fault == SILENT:
            standin.closing.wait()
            return
        if isinstance(fault, int):
            self.reply(_Reply(fault, "This is the answer that was asked for."), retry_after)
            return
        if fault == CUT:
            return
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        reply = standin.answer(url.path, query, self.headers.get("Authorization", ""), body)
        if fault != TAKEN:
            self.reply(reply)

    def reply(self, reply: _Reply, retry_after: str = "") -> None:
        text = b"" if reply.content is None else json.dumps(reply.content).encode()
        self.send_response(reply.status)
        if retry_after:
            self.send_header("Retry-After", retry_after)
        if 300 <= reply.status <= 399:
            self.send_header("Location", self.path)
        self.send_header("Content-Type", "application/json")
        if reply.status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args: Any) -> None:
        """Nothing: the address holds a key."""

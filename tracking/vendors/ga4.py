"""Google Analytics 4, by the Measurement Protocol.

It answers "received" to everything, so what it would not count is found here before it is sent. Text that is too long
is no problem: it is sent cut, with an ellipsis.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracking.events import TrackedEvent, Value
from tracking.vendors.base import Outcome, Vendor, Verdict, packed
from tracking.vendors.http import Answer, Lost, judged, post, words_of

ADDRESS = "https://www.google-analytics.com"
EU_ADDRESS = "https://region1.google-analytics.com"

MOST_EVENTS = 25
MOST_PARAMS = 25
# The body must be smaller than 130 kB; what stands around the events takes less than 1 kB.
LARGEST_EVENTS = 129_000
OLDEST = timedelta(hours=72)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
PSEUDONYM = re.compile(r"[0-9a-f]{32}")
LONGEST_VALUE = 100
LONGEST_VALUES = {"page_location": 1000, "page_referrer": 420, "page_title": 300}
# fmt: off
RESERVED_NAMES = frozenset({
    "ad_activeview", "ad_click", "ad_exposure", "ad_query", "ad_reward", "adunit_exposure",
    "app_clear_data", "app_exception", "app_install", "app_remove", "app_store_refund", "app_update",
    "app_upgrade", "error", "first_open", "first_visit", "os_update", "session_start", "user_engagement",
    # These are for apps alone.
    "ad_impression", "in_app_purchase", "screen_view",
})
# fmt: on
RESERVED_PREFIXES = ("_", "firebase_", "ga_", "google_", "gtag.")
RESERVED_NAME_PREFIXES = (*RESERVED_PREFIXES, "dynamic_link_", "notification_")
# Google counts somebody as present only with such a time; the least one says nothing that we do not know.
LEAST_ENGAGEMENT = 1


@dataclass(frozen=True)
class GA4Account:
    """A data stream of a property, and a key to write to it."""

    address: str
    measurement_id: str
    api_secret: str = field(repr=False)


def client_id(visitor: str) -> str:
    """The form of a pseudonym that Google asks for: two positive numbers, joined by a period. No two are the same."""
    if not PSEUDONYM.fullmatch(visitor):
        return visitor
    return f"{int(visitor[:16], 16) + 1}.{int(visitor[16:], 16) + 1}"


def _mended(name: str, value: Value) -> str | int | float:
    """``value`` as Google takes it: text of the length allowed, and a truth as text, as Google's own script sends it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    # Half of a pair of surrogates is no character.
    value = value.encode("utf-8", "replace").decode()
    longest = LONGEST_VALUES.get(name, LONGEST_VALUE)
    return value if len(value) <= longest else value[: longest - 1] + "…"


def _said(event: TrackedEvent) -> dict[str, Any]:
    params = {name: _mended(name, value) for name, value in event.params.items()}
    return {
        "name": event.name,
        "timestamp_micros": (event.occurred_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1),
        "params": {"engagement_time_msec": LEAST_ENGAGEMENT, **params, "session_id": str(event.visit)},
    }


def _size(event: TrackedEvent) -> int:
    return len(json.dumps(_said(event))) + len(", ")


def _payload(batch: Sequence[TrackedEvent], **more: Any) -> bytes:
    (visitor,) = {event.visitor for event in batch}
    return json.dumps(
        {
            "client_id": client_id(visitor),
            "consent": {"ad_user_data": "DENIED", "ad_personalization": "DENIED"},
            "events": [_said(event) for event in batch],
            **more,
        }
    ).encode()


class GA4(Vendor):
    """A batch is one visitor's: the protocol knows one client in a request."""

    key = "ga4"
    label = gettext_lazy("Google Analytics")
    drops_repeats = False

    def problems(self, event: TrackedEvent) -> list[str]:
        found = []
        if not NAME.fullmatch(event.name):
            found.append(
                _("The name “%(name)s” must be a letter and up to 39 letters, digits and underscores.")
                % {"name": words_of(event.name)}
            )
        if event.name in RESERVED_NAMES or event.name.startswith(RESERVED_NAME_PREFIXES):
            found.append(_("Google keeps the name “%(name)s” for itself.") % {"name": words_of(event.name)})
        if not PSEUDONYM.fullmatch(event.visitor):
            found.append(_("The visitor is no pseudonym of 32 hexadecimal digits."))
        if event.visit < 1:
            found.append(_("The number of the visit must be positive."))
        if event.occurred_at < datetime.now(UTC) - OLDEST:
            found.append(_("The event is older than 72 hours."))
        if len(_said(event)["params"]) > MOST_PARAMS:
            found.append(_("The event says more than %(most)s things.") % {"most": MOST_PARAMS})
        for name, value in event.params.items():
            found += self._problems_of(name, value)
        return found

    def _problems_of(self, name: str, value: Value) -> list[str]:
        values = {"name": words_of(name)}
        found = []
        if not NAME.fullmatch(name):
            found.append(
                _("The detail “%(name)s” must be named by a letter and up to 39 letters, digits and underscores.")
                % values
            )
        if name.startswith(RESERVED_PREFIXES) or name == "session_id":
            found.append(_("Google keeps the name of the detail “%(name)s” for itself.") % values)
        if name == "engagement_time_msec" and isinstance(value, bool | str):
            found.append(_("The detail “%(name)s” must be a number.") % values)
        if isinstance(value, float) and not math.isfinite(value):
            found.append(_("The detail “%(name)s” is no number that can be written.") % values)
        return found

    def batches(self, events: Sequence[TrackedEvent]) -> list[list[TrackedEvent]]:
        visitors: dict[str, list[TrackedEvent]] = {}
        for event in events:
            visitors.setdefault(event.visitor, []).append(event)
        return [
            batch
            for theirs in visitors.values()
            for batch in packed(theirs, size=_size, most=MOST_EVENTS, largest=LARGEST_EVENTS)
        ]

    def send(self, account: GA4Account, batch: Sequence[TrackedEvent]) -> list[Outcome]:
        if not batch:
            return []
        answer = self._post(account, "/mp/collect", _payload(batch))
        if isinstance(answer, Lost):
            # It would count the events again.
            outcome = Outcome(Verdict.UNKNOWN if answer.is_sent else Verdict.RETRY, answer.sentence)
        else:
            outcome = judged(answer, str(self.label))
        return [outcome] * len(batch)

    def check(self, account: GA4Account, event: TrackedEvent) -> Outcome:
        """Asks the validation server first, then sends. Neither looks at the key: a wrong one is found by nobody."""
        payload = _payload([event], validation_behavior="ENFORCE_RECOMMENDATIONS")
        answer = self._post(account, "/debug/mp/collect", payload)
        if isinstance(answer, Lost):
            return Outcome(Verdict.RETRY, answer.sentence)
        outcome = judged(answer, str(self.label))
        if outcome.verdict != Verdict.ACCEPTED:
            return outcome
        try:
            messages = [str(message["description"]) for message in json.loads(answer.text)["validationMessages"]]
        except (ValueError, TypeError, KeyError):
            sentence = _("What answered does not check events as Google Analytics does. Check the address.")
            return Outcome(Verdict.REFUSED, sentence)
        if messages:
            return Outcome(
                Verdict.REFUSED,
                _("Google Analytics would not count the event: “%(words)s”.") % {"words": words_of(" ".join(messages))},
            )
        return self.send(account, [event])[0]

    def _post(self, account: GA4Account, path: str, payload: bytes) -> Answer | Lost:
        return post(
            account.address.rstrip("/") + path,
            payload,
            label=str(self.label),
            params={"measurement_id": account.measurement_id, "api_secret": account.api_secret},
            secrets=[account.api_secret],
        )

"""Mixpanel, by its import interface, which names each event that it refuses and drops repeats.

Text that is too long is no problem: it is sent cut, with an ellipsis.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracking.events import TrackedEvent, Value
from tracking.vendors.base import Outcome, Vendor, Verdict, packed
from tracking.vendors.http import Answer, Lost, judged, post, words_of

ADDRESS = "https://api.mixpanel.com"
EU_ADDRESS = "https://api-eu.mixpanel.com"

MOST_EVENTS = 2000
# Mixpanel takes 10 MB today and took 2 MB before.
LARGEST_REQUEST = 2_000_000
LARGEST_EVENT = 1_000_000
# Fewer than 255, it says.
MOST_PROPERTIES = 254
LONGEST_TEXT = 255
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD = timedelta(hours=1)
# What programs say that do not know who somebody is.
# fmt: off
NOBODY = frozenset({
    "00000000-0000-0000-0000-000000000000", "anon", "anonymous", "nil", "none", "null", "n/a", "na", "undefined",
    "unknown", "<nil>", "0", "-1", "true", "false", "[]", "{}", "lmy47d",
})
# fmt: on
OURS = frozenset({"time", "distinct_id", "$insert_id", "token"})


@dataclass(frozen=True)
class MixpanelAccount:
    """A project, by the token that may write to it."""

    address: str
    token: str = field(repr=False)


def _mended(value: Value) -> Value:
    """``value`` as Mixpanel keeps it: text of 255 bytes at most."""
    if not isinstance(value, str):
        return value
    # Half of a pair of surrogates is no character.
    encoded = value.encode("utf-8", "replace")
    if len(encoded) <= LONGEST_TEXT:
        return encoded.decode()
    return encoded[: LONGEST_TEXT - len("…".encode())].decode("utf-8", "ignore") + "…"


def _said(event: TrackedEvent) -> dict[str, Any]:
    return {
        "event": event.name,
        "properties": {
            # Without this, everybody is said to be where our server stands.
            "ip": 0,
            **{name: _mended(value) for name, value in event.params.items()},
            "time": (event.occurred_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1),
            "distinct_id": event.visitor,
            "$insert_id": str(event.uuid),
        },
    }


def _size(event: TrackedEvent) -> int:
    return len(json.dumps(_said(event))) + len(", ")


class Mixpanel(Vendor):
    key = "mixpanel"
    label = gettext_lazy("Mixpanel")
    drops_repeats = True

    def problems(self, event: TrackedEvent) -> list[str]:
        found = []
        if not event.name or len(event.name.encode("utf-8", "replace")) > LONGEST_TEXT:
            found.append(_("The name must have from 1 to %(most)s bytes.") % {"most": LONGEST_TEXT})
        if not event.visitor or event.visitor.lower() in NOBODY:
            found.append(
                _("Mixpanel takes the visitor “%(visitor)s” for nobody.") % {"visitor": words_of(event.visitor)}
            )
        if len(event.visitor.encode("utf-8", "replace")) > LONGEST_TEXT:
            found.append(_("The visitor may have at most %(most)s bytes.") % {"most": LONGEST_TEXT})
        if event.occurred_at < EARLIEST:
            found.append(_("The event is from before 1971."))
        if event.occurred_at > datetime.now(UTC) + FURTHEST_AHEAD:
            found.append(_("The event is more than an hour in the future."))
        if len(_said(event)["properties"]) > MOST_PROPERTIES:
            found.append(_("The event says more than %(most)s things.") % {"most": MOST_PROPERTIES})
        if _size(event) >= LARGEST_EVENT:
            found.append(_("The event is larger than a megabyte."))
        for name, value in event.params.items():
            found += self._problems_of(name, value)
        return found

    def _problems_of(self, name: str, value: Value) -> list[str]:
        values = {"name": words_of(name), "most": LONGEST_TEXT}
        found = []
        if not name or len(name.encode("utf-8", "replace")) > LONGEST_TEXT:
            found.append(_("The name of the detail “%(name)s” must have from 1 to %(most)s bytes.") % values)
        if name in OURS:
            found.append(_("The detail “%(name)s” means something else to Mixpanel.") % values)
        if isinstance(value, float) and not math.isfinite(value):
            found.append(_("The detail “%(name)s” is no number that can be written.") % values)
        return found

    def batches(self, events: Sequence[TrackedEvent]) -> list[list[TrackedEvent]]:
        return packed(events, size=_size, most=MOST_EVENTS, largest=LARGEST_REQUEST - len("[]"))

    def send(self, account: MixpanelAccount, batch: Sequence[TrackedEvent]) -> list[Outcome]:
        if not batch:
            return []
        answer = post(
            account.address.rstrip("/") + "/import",
            json.dumps([_said(event) for event in batch]).encode(),
            label=str(self.label),
            params={"strict": "1"},
            user=account.token,
            secrets=[account.token],
        )
        if isinstance(answer, Lost):
            return [Outcome(Verdict.RETRY, answer.sentence)] * len(batch)
        if answer.status == 400 and (refused := self._refused(answer, batch)):
            return [refused.get(index, Outcome(Verdict.ACCEPTED)) for index in range(len(batch))]
        return [self._of_all(answer)] * len(batch)

    def check(self, account: MixpanelAccount, event: TrackedEvent) -> Outcome:
        return self.send(account, [event])[0]

    def _of_all(self, answer: Answer) -> Outcome:
        if answer.status == 401:
            return Outcome(Verdict.REFUSED, _("Mixpanel does not know the token. Correct it in the settings."))
        if answer.status == 413:
            return Outcome(Verdict.REFUSED, _("Mixpanel says that the request is too large."))
        outcome = judged(answer, str(self.label))
        if outcome.verdict == Verdict.ACCEPTED and not isinstance(_read(answer), dict):
            # Somebody else's page. Once the address is right, what arrived already is not counted again.
            return Outcome(Verdict.RETRY, _("What answered does not speak as Mixpanel does. Check the address."))
        return outcome

    def _refused(self, answer: Answer, batch: Sequence[TrackedEvent]) -> dict[int, Outcome]:
        """The events that are named as refused, by their place; none when the answer does not say which."""
        places = {str(event.uuid): index for index, event in enumerate(batch)}
        refused = {}
        try:
            for record in _read(answer)["failed_records"]:
                index = record.get("index")
                if index not in range(len(batch)):
                    index = places[record.get("insert_id") or record["$insert_id"]]
                words = words_of(f"{record.get('field', '')}: {record.get('message', '')}")
                refused[index] = Outcome(
                    Verdict.REFUSED, _("Mixpanel refused the event: “%(words)s”.") % {"words": words}
                )
        except (KeyError, TypeError, AttributeError):
            return {}
        return refused


def _read(answer: Answer) -> Any:
    try:
        return json.loads(answer.text)
    except ValueError:
        return None

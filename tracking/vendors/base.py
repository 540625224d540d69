"""What an analytics service is to us."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

from django.utils.functional import Promise

from tracking.events import TrackedEvent

# Seconds to connect, and to wait for an answer.
TIMEOUT = (5, 15)


class Verdict(StrEnum):
    """What became of an event that was sent.

    ``retry``: it surely did not arrive, and may later. ``unknown``: it was sent and nobody answered. ``refused``: it
    would be refused again.
    """

    ACCEPTED = "accepted"
    RETRY = "retry"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """``sentence`` says to an administrator what the service said; empty where it accepted."""

    verdict: Verdict
    sentence: str = ""
    # How long the service asks to be left alone.
    retry_after: timedelta | None = None


class Vendor:
    """A service that events are sent to. ``account`` is the vendor's own dataclass of its address and keys."""

    key: ClassVar[str]
    label: ClassVar[str | Promise]
    # Whether the service counts an event that is told twice once.
    drops_repeats: ClassVar[bool]

    def __str__(self) -> str:
        return str(self.label)

    def problems(self, event: TrackedEvent) -> list[str]:
        """Why the service would refuse or cut ``event``, in sentences."""
        raise NotImplementedError

    def batches(self, events: Sequence[TrackedEvent]) -> list[list[TrackedEvent]]:
        """All ``events`` in as few requests as the service's limits allow; those of each visitor in the order given."""
        raise NotImplementedError

    def send(self, account: Any, batch: Sequence[TrackedEvent]) -> list[Outcome]:
        """One request; an outcome for each event of ``batch``, in its order. Raises nothing for what the network does."""
        raise NotImplementedError

    def check(self, account: Any, event: TrackedEvent) -> Outcome:
        """Whether the service would accept ``event`` with these keys, as far as it says so; for a test event."""
        raise NotImplementedError


def packed(
    events: Iterable[TrackedEvent], *, size: Callable[[TrackedEvent], int], most: int, largest: int
) -> list[list[TrackedEvent]]:
    """``events`` in their order, at most ``most`` and ``largest`` bytes together. One that is too large stands alone."""
    batches: list[list[TrackedEvent]] = []
    room = 0
    for event in events:
        needed = size(event)
        if not batches or len(batches[-1]) == most or needed > room:
            batches.append([])
            room = largest
        batches[-1].append(event)
        room -= needed
    return batches

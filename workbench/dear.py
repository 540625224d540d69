"""Results that are dear to compute and change often: computed by one, for all who ask meanwhile."""

import hashlib
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.core.cache import cache
from django.utils import timezone

from workbench.kept import count, version_of

T = TypeVar("T")
# Seconds. What is older is computed anew though nothing it is made of has changed: it may look at the clock.
OLDEST = 300
# What is over may be shown for so long, with its time, while somebody computes the next.
OLDEST_MEANWHILE = 60
# Longer than a result takes; who computes it may have died.
LONGEST = 60
PAUSE = 0.05


@dataclass(frozen=True)
class Dear(Generic[T]):
    """A result, and when it was made."""

    value: T
    made_at: datetime


def dear(name: str, key: Hashable, compute: Callable[[], T], *, of: tuple[str, ...], oldest: int = OLDEST) -> Dear[T]:
    """``compute()``, once for all who ask under this name and key until the areas it is made of change.

    While one computes, others are given the result before, if it is at most a minute old, and else wait for the new one.
    Whoever shows it says when it was made. The value is stored, so it must be one that can be pickled. ``key`` holds all
    that it depends on besides the areas: whose rows, filters, the language, the day. ``oldest`` is in seconds.
    """
    version = version_of(of)
    if version is None:
        count(name, "passed")
        return Dear(compute(), timezone.now())
    place = f"dear:{hashlib.sha256(repr((name, key)).encode()).hexdigest()}"
    asked_at, give_up = timezone.now(), time.monotonic() + LONGEST

    def is_right(found: tuple[str, Dear[T]] | None) -> bool:
        # What was begun after somebody asked has in it all that they know of, whatever was written since.
        return found is not None and (
            (found[0] == version or found[1].made_at >= asked_at)
            and timezone.now() - found[1].made_at < timedelta(seconds=oldest)
        )

    while True:
        found = read(place)
        if found and is_right(found):
            count(name, "hits")
            return found[1]
        # Only who finds the place free computes; where the cache is gone, everybody finds it so.
        if cache.add(f"{place}:taken", 1, LONGEST) or time.monotonic() > give_up:
            try:
                # Somebody may have computed it between the look and the taking.
                found = read(place)
                if found and is_right(found):
                    count(name, "hits")
                    return found[1]
                count(name, "misses")
                now = timezone.now()
                made = Dear(compute(), now)
                cache.set(place, (version, made), OLDEST)
                return made
            finally:
                cache.delete(f"{place}:taken")
        if found and timezone.now() - found[1].made_at < timedelta(seconds=OLDEST_MEANWHILE):
            count(name, "hits")
            return found[1]
        time.sleep(PAUSE)


def read(place: str) -> tuple[str, Dear[Any]] | None:
    return cache.get(place)

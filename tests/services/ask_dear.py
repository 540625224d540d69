"""Fifty threads that ask for one dear thing at once, in a process of their own; run as a script."""

import sys
import threading
import time

import django

django.setup()

from workbench.cache import ForgivingRedisCache, redis_behind_cache  # noqa: E402
from workbench.dear import dear  # noqa: E402
from workbench.tracing import trace  # noqa: E402

THREADS = 50
COMPUTED, GO = "tests:computed", "tests:go"


def compute() -> int:
    """Takes a while, and counts how often it is done."""
    number = redis_behind_cache().incr(COMPUTED)
    time.sleep(0.5)
    return number


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main(naive: bool) -> None:
    if naive:
        # The twin: everybody finds the place free.
        ForgivingRedisCache.add = lambda *_args, **_more: True
    found: list[int] = []
    barrier = threading.Barrier(THREADS + 1)

    def ask(number: int) -> None:
        trace.set(f"asker {number}")
        barrier.wait()
        found.append(dear("many", "key", compute, of=("records",)).value)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    say("ready")
    # Blocks until the test has let all processes go.
    redis_behind_cache().blpop(GO, timeout=60)
    barrier.wait()
    for thread in threads:
        thread.join()
    say(*found)


if __name__ == "__main__":
    main("naive" in sys.argv)

"""One computes, the others are given what it made; what is written ends it."""

import hashlib
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import Team
from workbench import dear as module
from workbench.dear import dear


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def ask(made: list, compute=None):
    return dear("asked", "key", compute or (lambda: made.append(1) or len(made)), of=("records",))


def test_it_is_computed_once_and_says_when(committed):
    made: list[int] = []
    first, second = ask(made), ask(made)
    assert (first.value, second, made) == (1, first, [1])


def test_what_is_written_ends_it(committed):
    made: list[int] = []
    ask(made)
    Team.objects.create(name="Works")
    # Whoever wrote it sees what is there, and shares it with nobody.
    assert (ask(made).value, ask(made).value) == (2, 3)
    committed()
    assert (ask(made).value, ask(made).value) == (4, 4)


def test_it_has_an_age_since_it_may_look_at_the_clock(committed):
    made: list[int] = []
    with time_machine.travel("2026-11-27T09:00Z", tick=False) as clock:
        ask(made)
        clock.shift(timedelta(seconds=module.OLDEST - 1))
        assert ask(made).value == 1
        clock.shift(timedelta(seconds=1))
        assert ask(made).value == 2


def test_where_it_is_read_from_a_server_that_follows_it_is_young(committed):
    made: list[int] = []
    with time_machine.travel("2026-11-27T09:00Z", tick=False) as clock:
        ask(made)
        clock.shift(timedelta(seconds=10))
        young = dear("asked", "key", lambda: 9, of=("records",), oldest=10)
        assert young.value == 9


def test_other_keys_are_other_results(committed):
    values = [dear("asked", key, lambda key=key: key, of=("records",)).value for key in ("de", "en", "de")]
    assert values == ["de", "en", "de"]


def test_what_fails_is_tried_anew(committed):
    def fail():
        raise LookupError

    for _time in range(2):
        with pytest.raises(LookupError):
            ask([], fail)
    assert ask([]).value == 1


def two_hundred_at_once(once) -> list[int]:
    """How often it was computed, where 200 ask in the same moment."""
    made: list[int] = []
    start = threading.Barrier(200)
    found: list[int] = []

    def compute() -> int:
        made.append(1)
        # Long enough that everybody has asked.
        all_asked.wait(10)
        return 7

    all_asked = threading.Event()
    asking = threading.Semaphore(0)

    def one() -> None:
        start.wait(30)
        asking.release()
        found.append(once(compute))
        connection.close()

    threads = [threading.Thread(target=one) for _number in range(200)]
    for thread in threads:
        thread.start()
    for _number in range(200):
        asking.acquire()
    all_asked.set()
    for thread in threads:
        thread.join(60)
    assert found == [7] * 200
    return made


def test_two_hundred_who_ask_at_once_cost_one(db):
    assert len(two_hundred_at_once(lambda compute: ask([], compute).value)) == 1


def test_the_twin_that_looks_and_then_computes_costs_many(db):
    def naive(compute):
        found = cache.get("naive")
        if found is None:
            found = compute()
            cache.set("naive", found)
        return found

    assert len(two_hundred_at_once(naive)) > 1


def test_while_one_computes_others_see_the_last_with_its_time(committed):
    made: list[int] = []
    with time_machine.travel("2026-11-27T09:00Z", tick=False) as clock:
        first = ask(made)
        Team.objects.create(name="Works")
        committed()
        # Somebody else has begun.
        cache.add(taken_by_somebody(), 1, 60)
        clock.shift(timedelta(seconds=59))
        assert ask(made) == first
        cache.delete(taken_by_somebody())
        assert ask(made).value == 2


def test_who_waits_takes_what_was_begun_since_they_asked_whatever_is_written_meanwhile(committed, monkeypatch):
    cache.add(taken_by_somebody(), 1, 60)

    def somebody_is_done(pause):
        # Under the version of another moment: learners write all the time.
        cache.set(stored(), ("another version", module.Dear(7, timezone.now())))

    monkeypatch.setattr(module.time, "sleep", somebody_is_done)
    made: list[int] = []
    assert (ask(made).value, made) == (7, [])


def stored() -> str:
    return taken_by_somebody().removesuffix(":taken")


def taken_by_somebody() -> str:
    return f"dear:{hashlib.sha256(repr(('asked', 'key')).encode()).hexdigest()}:taken"

"""Calls made at the same moment on connections of their own, on a database that really runs them at the same time."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

PATIENCE = 60
# PostgreSQL takes 100 connections as it comes, the tests run in two processes, and somebody else may be there.
CONNECTIONS = 40


def need_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Races are proven on PostgreSQL: set DATABASE_URL.")


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each of ``works`` returned or raised, in their order. All are released together, and as many as there are
    connections run at the same time."""
    everybody_is_here = threading.Barrier(len(works), timeout=PATIENCE)
    room, outcomes = threading.BoundedSemaphore(CONNECTIONS), [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        try:
            everybody_is_here.wait()
            with room:
                try:
                    outcomes[number] = work()
                finally:
                    connections.close_all()
        except BaseException as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return outcomes


def none_fails(*works: Callable[[], Any]) -> list[Any]:
    """What each of ``works``, called `at_once`, returned; the test fails where one raised."""
    outcomes = at_once(*works)
    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    return outcomes

"""Two hundred ask for one dear thing at once, from four processes, over a real Redis: it is computed once."""

import subprocess
import sys

import pytest
import redis
from django.conf import settings

from tests.services.ask_dear import COMPUTED, GO, THREADS

pytestmark = pytest.mark.services

PROCESSES = 4


def answers(site, *words: str) -> tuple[int, list[str]]:
    """How often it was computed, and what each of the askers got."""
    argv = [sys.executable, "-m", "tests.services.ask_dear", *words]
    askers = [
        subprocess.Popen(argv, env=site.env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
        for _number in range(PROCESSES)
    ]
    try:
        assert [asker.stdout.readline() for asker in askers] == ["ready\n"] * PROCESSES
        with redis.Redis.from_url(site.broker) as link:
            link.rpush(GO, *["go"] * PROCESSES)
            said = [asker.communicate(timeout=60)[0].split() for asker in askers]
            return int(link.get(COMPUTED)), [value for values in said for value in values]
    finally:
        for asker in askers:
            asker.kill()


def test_two_hundred_ask_and_one_computes(empty_site):
    computed, given = answers(empty_site)
    assert (computed, given) == (1, ["1"] * THREADS * PROCESSES)


def test_the_twin_that_takes_no_place_computes_again_and_again(empty_site):
    computed, given = answers(empty_site, "naive")
    assert len(given) == THREADS * PROCESSES
    assert computed > PROCESSES

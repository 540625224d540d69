"""The benchmark of pages counts the CPU time of processes, and takes no answer for good that is not the right one."""

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from itertools import cycle, repeat

import pytest
from django.db import connection

from benchmarks.pages import academy, kinds
from benchmarks.pages.cpu import seconds_of
from benchmarks.pages.load import Request, Void, drive
from benchmarks.pages.profiles import ask, counted, in_brief, queries_of
from benchmarks.pages.rounds import Pair, Window, table
from tests.factories.lms_pages import catalog, make_course

BURN = "import time\nwhile time.process_time() < 0.4: pass\n"


def test_cpu_time_of_a_process_that_ended_counts_for_the_one_that_started_it():
    before = seconds_of(os.getpid())
    subprocess.run([sys.executable, "-c", BURN], check=True)
    assert 0.3 < seconds_of(os.getpid()) - before < 2


def test_cpu_time_of_a_process_below_counts_while_it_runs():
    # The child waits for a grandchild, which has done its work and goes on living.
    below = f"{BURN}print('done', flush=True)\ninput()"
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {below!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout.readline() == "done\n"
        assert 0.3 < seconds_of(started.pid) < 2
        started.communicate("\n")
    assert seconds_of(started.pid) == 0


class Server:
    """Answers every request with the same bytes, and keeps the connection."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.connections, self.asked = answer, 0, []

    async def serve(self, reader, writer) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    (int(line.split(":")[1]) for line in head.splitlines() if line.startswith("Content-Length")), 0
                )
                self.asked.append(head + (await reader.readexactly(length)).decode())
                writer.write(self.answer)
        writer.close()


@contextlib.contextmanager
def serving(answer: bytes):
    """In a thread of its own, since `drive` runs a loop of its own."""
    server, loop, ready = Server(answer), asyncio.new_event_loop(), threading.Event()
    ports = []

    async def run(stop: asyncio.Event) -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        ports.append(listening.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        listening.close()

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=[run(stop)])
    thread.start()
    assert ready.wait(10)
    try:
        yield server, ports[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def test_requests_go_over_connections_that_are_kept():
    requests = [
        Request("/one", ("hello",), headers={"Cookie": "a=b"}),
        Request("/two", ("hello",), method="POST", body="q1=é"),
    ]
    with serving(GOOD) as (server, port):
        answers = drive(port, cycle(requests), 0.3)
    assert server.connections == 4
    assert len(answers.times) == len(server.asked) > 8
    assert answers.size == len(answers.times) * len(GOOD)
    assert min(answers.times) > 0
    ones, twos = (sum(text.startswith(start) for text in server.asked) for start in ("GET /one", "POST /two"))
    assert abs(ones - twos) <= 4
    one = next(text for text in server.asked if text.startswith("GET /one"))
    assert "Accept-Encoding: identity\r\n" in one
    assert "Cookie: a=b\r\n" in one
    two = next(text for text in server.asked if text.startswith("POST /two"))
    assert "Content-Type: application/x-www-form-urlencoded\r\n" in two
    assert two.endswith("\r\n\r\nq1=é")


@pytest.mark.parametrize(
    ("answer", "request_", "sentence"),
    [
        (GOOD, Request("/", status=302), "GET / was answered with 200, not 302."),
        (GOOD, Request("/", ("hello", "good-bye")), "The answer to GET / does not hold “good-bye”."),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", Request("/"), "GET / was answered with 500, not 200."),
        (b"HTTP/1.1 200 OK\r\n\r\n", Request("/"), "An answer did not say how long it is."),
    ],
)
def test_a_wrong_answer_makes_the_run_void(answer, request_, sentence):
    with serving(answer) as (_server, port), pytest.raises(Void) as void:
        drive(port, repeat(request_), 5)
    assert str(void.value) == sentence


def test_a_run_that_has_nothing_left_to_ask_is_void():
    with serving(GOOD) as (server, port), pytest.raises(Void, match="nothing left to ask for"):
        drive(port, iter([Request("/")] * 20), 5)
    assert len(server.asked) == 20


def window(cpu: float, *, others: float = 0) -> Window:
    return Window({"server": cpu / 2, "database": cpu / 2, "redis": 0}, [1.0, 2.0, 3.0], 2000, others)


def test_a_page_is_held_against_the_floor_of_its_own_round():
    # While the machine was busy both took twice as long.
    pairs = [Pair(window(6), window(3)), Pair(window(12), window(6)), Pair(window(8), window(4))]
    header, floor, page = table({"course": pairs}, {"floor": 6, "course": 19}, "floor")
    assert floor.split()[:4] == ["floor", "4.00", "2.00", "2.00"]
    assert page.split()[:8] == ["course", "8.00", "4.00", "4.00", "0.00", "2.00", "2.00–2.00", "19"]
    assert page.split()[-4:] == ["2.0", "3.0", "9", "2.0"]
    assert len(header.split()) > 8


def test_what_postgresql_did_for_others_is_told():
    # Half of 6 ms is the database's, for three requests: 9 ms.
    quiet, shared = (Pair(window(6, others=others), window(3)) for others in (0.45, 0.46))
    rows = list(table({"quiet": [quiet], "shared": [quiet, shared]}, {"floor": 6, "quiet": 1, "shared": 1}, "floor"))
    assert [row.endswith("*") for row in rows[2:]] == [False, True]


@pytest.mark.django_db
def test_queries_name_the_line_that_asks():
    make_course("SQL", visibility="public")
    kind = kinds.Kind("catalog", cycle([Request(catalog().url, ("SQL", "Sign in"))]))
    queries = queries_of(kind)
    assert counted(queries) == len(queries) > 5
    assert any(
        query.by.startswith("learning/selectors/courses.py:") and query.by.endswith(" lesson_sizes")
        for query in queries
    )


def test_a_query_in_brief():
    columns = ", ".join(f'"t"."column_{number}"' for number in range(9))
    assert in_brief(f'SELECT {columns}\n FROM "t" WHERE "t"."name" = \'{"x" * 50}\'') == (
        "SELECT t.column_0, t.column_1, t.column_2, t.co… (9 columns) FROM t WHERE t.name = '…'"
    )


@pytest.mark.services
@pytest.mark.django_db
def test_every_page_is_answered_as_it_is_measured(monkeypatch, settings):
    if connection.vendor != "postgresql":
        pytest.skip("The rows are made by PostgreSQL: set DATABASE_URL.")
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    monkeypatch.setattr(academy, "LEARNERS", 40)
    monkeypatch.setattr(kinds, "WRITERS", 3)
    academy.fill()
    assert academy.is_filled()
    found = kinds.Kinds().wanted(())
    assert len(found) == 9
    for kind in found:
        # Three of one turn, and the first of the next.
        for _number in range(4):
            before = kind.rows() if kind.rows else None
            ask(next(kind.requests))
            assert kind.rows is None or kind.rows() == before + 1

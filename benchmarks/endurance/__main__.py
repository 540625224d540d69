"""Half an hour of 50 learners, while Redis, a worker and PostgreSQL are each killed once: `python -m benchmarks.endurance
[minutes] [learners]`.

Starts a PostgreSQL and a Redis of its own, and the site as production does, with a worker and beat. Each of the three is
killed with SIGKILL and started again a quarter of a minute later, at a quarter, a half and three quarters of the time.
Prints every answer of 500 and above and every request that nobody answered, with when that was; compares afterwards what
people were told with what is stored, counters with rows, points with their ledger, and analytics with its source; and
prints how much memory the web server and the worker have after a sixth of the time and at the end.
"""

import contextlib
import datetime as dt
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg

from benchmarks.endurance import servers
from deploy.services import free_port, private_postgres

DOWN = 15.0
# Who is asked while a server comes back waits for it, or for its first connection.
GRACE = 10.0


def main(minutes: float, learners: int) -> int:
    with private_postgres() as database, tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        port = free_port()
        redis = servers.broker(port, folder)
        address = database.rpartition("/")[0]
        with psycopg.connect(database, autocommit=True) as link:
            for name in ("lectern", "analytics"):
                link.execute(f'CREATE DATABASE "{name}"')
        os.environ |= {
            "DATABASE_URL": f"{address}/lectern",
            "ANALYTICS_DATABASE_URL": f"{address}/analytics",
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "DATABASE_POOL": "1",
        }
        return live(servers.postgres(database), redis, stack, minutes * 60, learners)


def live(
    postgres: servers.Server, redis: servers.Server, stack: contextlib.ExitStack, seconds: float, count: int
) -> int:
    prepare()
    from cms.supervisor import processes

    port = free_port()
    web = servers.program("web", processes.web(f"127.0.0.1:{port}").argv)
    worker = servers.program("worker", processes.worker().argv)
    beat = servers.program("beat", processes.beat().argv)
    # PostgreSQL is stopped by whoever made its folder.
    for one in (web, worker, beat, redis):
        stack.callback(one.stop)
    from benchmarks.endurance.company import hire

    began, now = time.monotonic(), dt.datetime.now(dt.UTC)
    book, people = hire(port=port, count=count, until=began + seconds)
    for person in people:
        person.start()
    outages, memory = [], {}
    for victim, share in ((None, 1 / 6), (redis, 1 / 4), (worker, 1 / 2), (postgres, 3 / 4), (None, 0.995)):
        time.sleep(max(began + share * seconds - time.monotonic(), 0))
        if victim is None:
            memory[share] = [servers.megabytes(one.pid) for one in (web, worker)]
            continue
        fell = time.monotonic()
        victim.kill()
        time.sleep(DOWN)
        victim.start()
        outages.append((victim.name, fell, time.monotonic() + GRACE))
        print(f"{victim.name} was gone from {fell - began:.0f} s to {time.monotonic() - began:.0f} s.", flush=True)
    for person in people:
        person.join(90)
    # What they were at is not compared while they are at it.
    for one in (beat, worker):
        one.stop()
    return judge(book, began, now, outages, list(memory.values()))


def prepare() -> None:
    from benchmarks.pages.production import set_up

    set_up()
    import django

    django.setup()
    from django.core.management import call_command

    for alias in ("default", "analytics"):
        call_command("migrate", database=alias, verbosity=0)
    from benchmarks.pages.academy import fill
    from benchmarks.pages.servers import collect_static

    print("Filling the database …", flush=True)
    fill()
    collect_static()


def judge(book, began, now, outages, memory) -> int:
    from django.db import connection

    from benchmarks.endurance.checks import page_views, wrong_numbers
    from benchmarks.endurance.learners import by_status

    # This process knew PostgreSQL before it was killed, too.
    connection.close()
    connection.close_pool()
    bad = [one for one in book.asked if one.status == 0 or one.status >= 500]
    outside = [one for one in bad if not any(fell <= one.ended and one.began <= back for _n, fell, back in outages)]
    print(f"{len(book.asked):,} requests by status: {by_status(book.asked)}")
    for name, fell, back in outages:
        during = [one for one in bad if fell <= one.ended and one.began <= back]
        print(f"While {name} was gone, and {GRACE:.0f} s after: {len(during)} without an answer or with 500 and above")
        print(f"  {Counter((one.status, one.what.split('?')[0][:60]) for one in during).most_common(8)}")
    print(f"At other times: {len(outside)}")
    for one in outside[:20]:
        print(f"  at {one.began - began:.0f} s, {one.ended - one.began:.1f} s: {one.what} {one.status}")
    views = page_views(now)
    print(
        f"{len(book.done)} lessons and {len(book.answers)} answers acknowledged; {book.pages} pages shown, {views} counted"
    )
    wrong = list(wrong_numbers(book, now))
    print("\n".join(wrong) or "No wrong number.")
    (web, worker), (web_later, worker_later) = memory
    print(
        f"Memory: web {web:.0f} MB, at the end {web_later:.0f}; worker {worker:.0f} MB, at the end {worker_later:.0f}"
    )
    return int(bool(outside or wrong))


if __name__ == "__main__":
    asked = [float(text) for text in sys.argv[1:]]
    os.chdir(Path(__file__).resolve().parents[2])
    sys.exit(main(*(asked + [30, 50][len(asked) :])))  # type: ignore[arg-type]

"""What a page costs: `python -m benchmarks.pages [page prefixes …] [seconds]` and `… profile [page prefixes …]`.

Needs an empty, migrated PostgreSQL database in DATABASE_URL, or one that it filled before, and refuses any other; makes a
second one beside it, with `_floor` after its name; and a number of Redis in REDIS_URL that is empty, or that it used
before, which it empties. Both servers run on this machine, since their CPU time is read from /proc.

Fills the database with 20 courses and 10,000 learners who have done 10 of the 20 lessons of one of them, starts this
site and the floor, a bare Wagtail page with rich text, as production does (2 processes of 4 threads), and asks for each
page over 4 connections that are kept alive, as 16 learners by turns. In three rounds each page is measured for so many
seconds (4 unless told otherwise) beside the floor, in the first and third after it, in the second before it. Wrong
statuses and pages without their text make the run void.

CPU is user and system time of gunicorn and its workers, of all PostgreSQL processes and of Redis, by request. What is
printed is the median of the rounds, and how many times the floor of the same round that is, from least to most. A * says
that PostgreSQL worked for other databases meanwhile. Queries are those of a second visit, without BEGIN and COMMIT.

`profile` prints the queries of each page and where its time goes, in this process alone, by the clock.
"""

import os
import sys
from collections.abc import Callable, Iterator
from itertools import cycle

from benchmarks.pages.production import set_up

set_up()

import django  # noqa: E402 - Production's settings read what was set up.

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.pages.academy import fill, is_filled  # noqa: E402
from benchmarks.pages.kinds import Kind, Kinds  # noqa: E402
from benchmarks.pages.load import Request, Void, drive  # noqa: E402
from benchmarks.pages.profiles import counted, profile, queries_of  # noqa: E402
from benchmarks.pages.rounds import Pair, Window, table  # noqa: E402
from benchmarks.pages.servers import FLOOR, SITE, Meter, Server, collect_static, gunicorn, prepare_floor  # noqa: E402
from workbench.cache import redis_behind_cache  # noqa: E402

ROUNDS, SECONDS, WARM_UP = 3, 4.0, 1.0
MARK = "lectern:benchmark"


def claim_redis() -> None:
    """Empty the number of Redis that this run uses, if nobody else does."""
    redis = redis_behind_cache()
    # `migrate` said there that pages and settings have changed.
    theirs = [key for key in redis.scan_iter() if b"version:" not in key]
    if theirs and not redis.exists(MARK):
        raise SystemExit("This number of Redis holds something. Name an empty one in REDIS_URL.")
    redis.flushdb()
    redis.set(MARK, 1)


def window(
    server: Server,
    requests: Iterator[Request],
    seconds: float,
    link: psycopg.Connection,
    rows: Callable[[], int] | None = None,
) -> Window:
    drive(server.port, requests, WARM_UP)
    before = rows() if rows else 0
    meter = Meter(server, link)
    answers = drive(server.port, requests, seconds)
    taken, others = meter.read()
    count = len(answers.times)
    if rows and rows() - before != count:
        raise Void(f"{count} requests wrote {rows() - before} rows.")
    return Window({part: spent / count for part, spent in taken.items()}, answers.times, answers.size / count, others)


def measure(kinds: list[Kind], floor: Iterator[Request], seconds: float) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = {kind.name: [] for kind in kinds}
    database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    with database as link, gunicorn(FLOOR) as bare, gunicorn(SITE) as site:
        for number in range(ROUNDS):
            for kind in kinds:

                def of_page(kind: Kind = kind) -> Window:
                    return window(site, kind.requests, seconds, link, kind.rows)

                def of_floor() -> Window:
                    return window(bare, floor, seconds, link)

                if number % 2:
                    page, beside = of_page(), of_floor()
                else:
                    beside, page = of_floor(), of_page()
                found[kind.name].append(Pair(page, beside))
                print(f"round {number + 1}: {kind.name} {found[kind.name][-1].ratio:.2f}", file=sys.stderr, flush=True)
    return found


def main(arguments: list[str]) -> int:
    seconds = next((float(word) for word in arguments if word.isdecimal()), SECONDS)
    is_profile = arguments[:1] == ["profile"]
    prefixes = tuple(word for word in arguments[is_profile:] if not word.isdecimal())
    claim_redis()
    if not is_filled():
        print("Filling the database …", flush=True)
        fill()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
    collect_static()
    kinds = Kinds().wanted(prefixes)
    if not kinds:
        raise SystemExit(f"There is no such page. There are: {'; '.join(Kinds().made)}.")
    try:
        if is_profile:
            for kind in kinds:
                profile(kind)
            return 0
        bare = prepare_floor()
        queries = {kind.name: counted(queries_of(kind)) for kind in kinds}
        connection.close()
        found = measure(kinds, cycle([Request(bare["path"], ("Step",))]), seconds)
    except Void as void:
        print(f"This run says nothing. {void}", file=sys.stderr)
        return 1
    pool = "a pool of connections" if "pool" in settings.DATABASES["default"]["OPTIONS"] else "a connection a request"
    print(f"\n2 processes of 4 threads, 4 connections, {ROUNDS} rounds of {seconds:g} s, {pool}")
    print("\n".join(table(found, queries | {"floor": bare["queries"]}, "floor")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

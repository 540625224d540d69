"""What leaderboards cost: `python -m benchmarks.leaderboard [learners …]`.

Needs an empty, migrated PostgreSQL database in DATABASE_URL, or one that it filled before, and refuses any other; and a
Redis in REDIS_URL, of which it uses its own keys alone.

Fills the database up to so many learners (10,000, then 100,000, then 1,000,000 unless told otherwise) with three ledger
lines each, and times for each size: the first 20 with one's own place and two neighbors on each side, once for somebody
in the middle, from the tables and from Redis in one run, by turns, in milliseconds; the same after somebody has earned
points since; and the whole answer as a page gets it, with names. Both answers are compared, and a difference ends the run
with an error. Then what it costs to make the board, and what Redis needs for it.

Last, what an event costs: settling somebody who has 10, 100 and 500 events, beside the floor, one UPDATE of one row by its
key, committed.
"""

import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django must be set up first.
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from gamification.boards import Board, Period  # noqa: E402
from gamification.models import EntryKind, LearnerProfile, PointEntry  # noqa: E402
from gamification.selectors import boards as tables  # noqa: E402
from gamification.services.board_server import PREFIX, BoardServer, keys_of  # noqa: E402
from gamification.services.boards import board_slice, mark_changed  # noqa: E402
from gamification.services.settling import settle_learner  # noqa: E402
from learning.models import LearningEvent  # noqa: E402
from learning.verbs import Verb  # noqa: E402
from workbench.cache import redis_behind_cache  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
DOMAIN = "board.example.com"
TIMES, EVENTS = 200, (10, 100, 500)
BOARD = Board(period=Period.ALL)


def milliseconds(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = call()
    return (time.perf_counter() - began) * 1000, found


def row(what: str, times: list[float], against: float | None = None) -> None:
    middle, worst = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
    ratio = f"{against / middle:9.1f}x" if against else ""
    print(f"{what:52} {middle:10.2f} {worst:10.2f} {ratio:>11}", flush=True)


def sql(text: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def fill(learners: int) -> None:
    """People up to so many, with three lines each, of 1 to 400 points in the last 300 days."""
    there = get_user_model().objects.filter(email__endswith=f"@{DOMAIN}").count()
    sql(
        """INSERT INTO accounts_user (uuid, email, first_name, last_name, password, timezone, language, session_generation,
             is_active, is_staff, is_superuser, date_joined)
           SELECT gen_random_uuid(), n || %s, 'Learner', n, '', '', '', 0, true, false, false, now()
             FROM generate_series(%s, %s) AS n""",
        f"@{DOMAIN}", there + 1, learners,
    )  # fmt: skip
    sql(
        """INSERT INTO gamification_pointentry (uuid, learner_id, kind, points, at, recorded_at, title, reason)
           SELECT gen_random_uuid(), u.id, 'earned', 1 + hashint8(u.id * 7 + n) %% 200 + 200,
             now() - make_interval(mins => (abs(hashint8(u.id * 3 + n)::bigint) %% 432000)::int), now(), 'Lesson', ''
             FROM accounts_user u, generate_series(1, 3) AS n
            WHERE u.email LIKE %s AND NOT EXISTS (SELECT 1 FROM gamification_pointentry e WHERE e.learner_id = u.id)""",
        f"%@{DOMAIN}",
    )
    sql("INSERT INTO gamification_learnerprofile (learner_id, balance, merit, streak, longest_streak, events_seen, has_news, "
        "visibility, on_leaderboards) SELECT id, 0, 0, 0, 0, 0, false, 'colleagues', true FROM accounts_user u WHERE email "
        "LIKE %s AND NOT EXISTS (SELECT 1 FROM gamification_learnerprofile p WHERE p.learner_id = u.id)", f"%@{DOMAIN}")  # fmt: skip
    sql("VACUUM ANALYZE accounts_user")
    sql("VACUUM ANALYZE gamification_pointentry")
    sql("VACUUM ANALYZE gamification_learnerprofile")


def somebody_in_the_middle(learners: int) -> Any:
    people = get_user_model().objects.filter(email__endswith=f"@{DOMAIN}").order_by("pk")
    return people[learners // 2]


def earn(person: Any) -> None:
    PointEntry.objects.create(learner=person, kind=EntryKind.EARNED, points=1, at=timezone.now())
    mark_changed([person.pk])


def boards(learners: int) -> bool:
    redis = redis_behind_cache()
    for key in redis.scan_iter(f"{PREFIX}:*"):
        redis.delete(key)
    taken, _nothing = milliseconds(lambda: fill(learners))
    person, facts = somebody_in_the_middle(learners), tables.facts_of(BOARD)
    keeps = BoardServer(redis)

    def from_tables() -> Any:
        return tables.standings(BOARD, person.pk, facts=facts)

    def from_redis() -> Any:
        return keeps.standings(BOARD, person.pk, first=20, beside=2, facts=facts)

    print(f"\n{learners:,} learners, {PointEntry.objects.count():,} ledger lines, filled in {taken / 1000:.0f} s")
    print(f"{'':52} {'median':>10} {'95 %':>10} {'of tables':>11}   (milliseconds)")
    made, found = milliseconds(from_redis)
    if found != from_tables():
        print("NOT THE SAME: Redis and the tables", file=sys.stderr)
        return False
    ping, slow, quick, behind, whole = [], [], [], [], []
    for number in range(TIMES):
        if number < max(5, TIMES * 10_000 // learners // 4):
            slow.append(milliseconds(from_tables)[0])
        ping.append(milliseconds(redis.ping)[0])
        quick.append(milliseconds(from_redis)[0])
        earn(person)
        behind.append(milliseconds(from_redis)[0])
        whole.append(milliseconds(lambda: board_slice(board=BOARD, viewer=person))[0])
    floor = statistics.median(slow)
    row(f"tables: first 20 and own place ({len(slow)} times)", slow)
    row("floor: one PING of Redis", ping)
    row("Redis: the same", quick, floor)
    row("Redis: the same, after somebody earned points", behind, floor)
    row("Redis: with names, as a page gets it", whole, floor)
    size = sum(redis.memory_usage(key) or 0 for key in keys_of(BOARD, facts).values() if redis.exists(key)) / 1e6
    same = from_redis() == from_tables()
    words = "the same places from both" if same else "NOT THE SAME"
    print(f"made in {made / 1000:.1f} s, {size:.1f} MB in Redis; {found.total:,} on it; {words}", flush=True)
    return same


def events_of(person: Any, count: int) -> None:
    """So many lessons of one course completed, an hour apart."""
    now, course = timezone.now(), uuid.uuid4()
    LearningEvent.objects.bulk_create(
        LearningEvent(
            verb=Verb.LESSON_COMPLETED, occurred_at=now - timedelta(hours=number), learner=person, actor=person,
            course_key=course, lesson_key=uuid.uuid4(), page_title=f"Lesson {number}", data={"rule": "button"},
            idempotency_key=f"bench:{uuid.uuid4()}",
        )
        for number in range(count)
    )  # fmt: skip


def awards() -> None:
    """A learner who has so many events gets one more, and is settled."""
    print(f"\n{'what one event costs':52} {'median':>10} {'95 %':>10} {'to floor':>11}   (milliseconds)")
    profiles = LearnerProfile.objects.order_by("pk").values_list("pk", flat=True)[:50]
    touch = [
        milliseconds(lambda key=key: LearnerProfile.objects.filter(pk=key).update(longest_streak=0))[0]
        for key in profiles
    ]
    floor = statistics.median(touch)
    row("floor: one UPDATE of one row", touch)
    for count in EVENTS:
        person = get_user_model().objects.create_user(f"{uuid.uuid4().hex}@{DOMAIN}", first_name="Learner")
        events_of(person, count)
        settle_learner(learner_id=person.pk)
        taken, queries = [], 0
        for _number in range(20):
            events_of(person, 1)
            with CaptureQueriesContext(connection) as asked:
                taken.append(milliseconds(lambda person=person: settle_learner(learner_id=person.pk))[0])
            queries = len(asked)
        middle = statistics.median(taken)
        what = f"settle a learner of {count} events ({queries} queries)"
        print(f"{what:52} {middle:10.2f} {sorted(taken)[18]:10.2f} {middle / floor:10.1f}x", flush=True)


def main(arguments: list[str]) -> int:
    if connection.vendor != "postgresql" or redis_behind_cache() is None:
        print("Leaderboards are timed on PostgreSQL and Redis: name them in DATABASE_URL and REDIS_URL.")
        return 1
    if get_user_model().objects.exclude(email__endswith=f"@{DOMAIN}").exists():
        print("This database holds people. Name an empty one in DATABASE_URL.")
        return 1
    same = all(boards(size) for size in sorted(map(int, arguments)) or SIZES)
    awards()
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

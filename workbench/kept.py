"""Values that are kept until what they follow from changes.

Each area of the data (`content`, `settings` …) has a version in the cache. What is kept is kept under the versions of the
areas it follows from, so that a new version is the end of it, in every process. Versions change when a transaction that
wrote to a table of the area is committed, by whatever means it wrote: a form, an import, ``update()``, or SQL. Whoever
reads inside such a transaction, and whoever cannot ask for the versions, is given nothing that was kept.
"""

import hashlib
import logging
import re
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from uuid import uuid4

from django.core.cache import caches
from django.db import connection, models, transaction

from workbench.cache import redis_behind_cache, unreachable
from workbench.tracing import trace

log = logging.getLogger(__name__)
T = TypeVar("T")

# For what no version is the end of: a process that was killed between a commit and its word. Seconds.
KEPT_HERE, KEPT_SHARED = 300, 600
# So many values, and of texts (a lesson's is some 20 KB) so many, stay in the memory of a process.
MOST_VALUES, MOST_TEXTS = 1000, 300
# How far back a transaction's hooks are looked through for a word that is to be said already.
LOOK_BACK = 50


# Which tables belong to which area ------------------------------------------------


@dataclass(frozen=True)
class Watched:
    """An area that a table belongs to. ``only`` names the columns that count; an empty set means all."""

    area: str
    only: frozenset[str] = frozenset()
    inserts: bool = True


watched: dict[str, list[Watched]] = {}


def watch(area: str, *kinds: type[models.Model], only: Iterable[str] = (), inserts: bool = True) -> None:
    """From now on each commit of a change to rows of ``kinds``, and to what ties their rows to others, is the end of what
    was kept of ``area``. ``only``: fields; an UPDATE that sets none of them does not count. ``inserts``: whether new rows do.
    """
    for kind in kinds:
        columns = frozenset(kind._meta.get_field(name).column for name in only)
        tied = [field.remote_field.through for field in kind._meta.local_many_to_many]
        for table, entry in [
            (kind._meta.db_table, Watched(area, columns, inserts)),
            *((through._meta.db_table, Watched(area)) for through in tied if through._meta.auto_created),
        ]:
            if entry not in watched.setdefault(table, []):
                watched[table].append(entry)


def areas() -> list[str]:
    return sorted({entry.area for entries in watched.values() for entry in entries})


STATEMENT = re.compile(
    r"\s*(INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|TRUNCATE)\s+(?:\"?\w+\"?\.)?\"?(\w+)", re.IGNORECASE
)
SET_COLUMN = re.compile(r"\"?(\w+)\"?\s*=")


def changed_by(sql: str) -> set[str]:
    """The areas that a statement changes."""
    found = STATEMENT.match(sql)
    if found is None:
        return set()
    verb, table = found[1].upper(), found[2]
    if verb == "TRUNCATE":
        return set(areas())
    changed = set()
    for entry in watched.get(table, ()):
        if verb.startswith("INSERT") and not entry.inserts:
            continue
        if verb == "UPDATE" and entry.only and not entry.only.intersection(SET_COLUMN.findall(sql)):
            continue
        changed.add(entry.area)
    return changed


@dataclass(frozen=True)
class Ended:
    """What a transaction says once it is committed."""

    area: str

    def __call__(self) -> None:
        end(self.area)


def watch_statement(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """An ``execute_wrapper``: what changes an area says so when it is committed."""
    result = execute(sql, params, many, context)
    if isinstance(sql, str) and (changed := changed_by(sql)):
        link = context["connection"]
        for area in changed:
            hooks = islice(reversed(link.run_on_commit), LOOK_BACK)
            if not any(hook[1] == Ended(area) for hook in hooks):
                transaction.on_commit(Ended(area), using=link.alias)
    return result


def on_connection_created(sender: Any, connection: Any, **kwargs: Any) -> None:
    if connection.alias == "default" and watch_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch_statement)


# Versions -------------------------------------------------------------------------

# What the request or task at hand was told, so that it asks once: its name, what this process had said, and the versions.
told: ContextVar[tuple[str, dict[str, int], dict[str, str] | None]] = ContextVar("told", default=("", {}, None))
# How often this process has said the end of an area; each makes what was told of it before worthless.
said: Counter[str] = Counter()
# Areas whose end could not be said, with how often it was to be. Until it is, this process takes nothing that was kept.
owed: Counter[str] = Counter()
owing = threading.Lock()


def name_of(area: str) -> str:
    return caches["default"].make_key(f"version:{area}")


def end(area: str) -> None:
    """The end of everything that was kept of ``area``, in every process, from the moment this returns."""
    said[area] += 1
    if owed:
        # It did not answer a moment ago: nobody who writes waits for it again.
        owe([area])
        return
    try:
        write_versions([area])
    except unreachable() as error:
        log.warning("the end of what was kept of %s waits for the cache: %s", area, type(error).__name__)
        owe([area])


def owe(changed: Iterable[str]) -> None:
    """Say the end of these areas as soon as the cache answers again, from a thread of its own."""
    with owing:
        pay = not owed
        owed.update(changed)
    if pay:
        threading.Thread(target=pay_what_is_owed, daemon=True).start()


def pay_what_is_owed(pause: float = 1.0) -> None:
    while True:
        with owing:
            paid = dict(owed)
        try:
            write_versions(paid)
        except unreachable():
            time.sleep(pause)
            continue
        with owing:
            # What was owed once more meanwhile was written before that commit, and is owed still.
            for area, times in paid.items():
                if owed[area] == times:
                    del owed[area]
            if not owed:
                return


def write_versions(changed: Iterable[str]) -> None:
    new = {name_of(area): uuid4().hex for area in changed}
    redis = redis_behind_cache()
    if redis is None:
        caches["default"].set_many(new, None)
    else:
        redis.mset(new)


def read_versions() -> dict[str, str] | None:
    """The version of every area; None where they cannot be asked for, or what was kept may be wrong."""
    if owed:
        return None
    names = areas()
    try:
        found = stored_versions(names)
        if missing := [area for area in names if area not in found]:
            # A cache that was emptied. Of two who meet here one begins anew, and both go by it.
            begin(missing)
            found = stored_versions(names)
    except unreachable() as error:
        log.warning("nothing kept is taken: %s", type(error).__name__)
        # It may come back as it was some time ago.
        owe(names)
        return None
    return found if len(found) == len(names) else None


def stored_versions(names: list[str]) -> dict[str, str]:
    redis = redis_behind_cache()
    if redis is None:
        values = [caches["default"].get(name_of(area)) for area in names]
    else:
        values = [value and value.decode() for value in redis.mget([name_of(area) for area in names])]
    return {area: value for area, value in zip(names, values, strict=True) if value}


def begin(names: list[str]) -> None:
    redis = redis_behind_cache()
    for area in names:
        if redis is None:
            caches["default"].add(name_of(area), uuid4().hex, None)
        else:
            redis.set(name_of(area), uuid4().hex, nx=True)


def version_of(of: Iterable[str]) -> str | None:
    """The versions of some areas as one text; None where nothing that was kept of them may be taken."""
    if connection.run_on_commit:
        unsaid = {hook[1].area for hook in connection.run_on_commit if isinstance(hook[1], Ended)}
        if unsaid.intersection(of):
            return None
    name = trace.get()
    whose, said_then, versions = told.get()
    if not name or whose != name or any(said[area] != said_then.get(area, 0) for area in of):
        said_then = dict(said)
        versions = read_versions()
        told.set((name, said_then, versions))
    return None if versions is None else ":".join(versions[area] for area in of)


# What is kept -----------------------------------------------------------------------


class Memory:
    """The values used last, in this process."""

    def __init__(self, most: int):
        self.most = most
        self.values: OrderedDict[Hashable, tuple[Any, float]] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: Hashable) -> tuple[Any] | None:
        """The value in a tuple of one, since it may be None itself."""
        with self.lock:
            found = self.values.get(key)
            if found is None:
                return None
            if found[1] < time.monotonic():
                del self.values[key]
                return None
            self.values.move_to_end(key)
            return (found[0],)

    def set(self, key: Hashable, value: Any) -> None:
        with self.lock:
            self.values[key] = (value, time.monotonic() + KEPT_HERE)
            self.values.move_to_end(key)
            while len(self.values) > self.most:
                self.values.popitem(last=False)

    def clear(self) -> None:
        with self.lock:
            self.values.clear()


values, texts = Memory(MOST_VALUES), Memory(MOST_TEXTS)


def kept(name: str, key: Hashable, compute: Callable[[], T], *, of: tuple[str, ...] = ("content",)) -> T:
    """``compute()``, or what it gave before under this name and key, while the areas it is made of have not changed.

    The value stays in this process and is given to others as it is: nobody may change it. ``name`` is what the report of
    hit rates calls it; ``key`` holds everything else that the value depends on.
    """
    version = version_of(of)
    if version is None:
        count(name, "passed")
        return compute()
    place = (name, key, version)
    if found := values.get(place):
        count(name, "hits")
        return found[0]
    count(name, "misses")
    value = compute()
    values.set(place, value)
    return value


def kept_text(name: str, key: Hashable, compute: Callable[[], str], *, of: tuple[str, ...] = ("content",)) -> str:
    """`kept` for a text that is dear to make: all processes share it."""
    version = version_of(of)
    if version is None:
        count(name, "passed")
        return compute()
    place = (name, key, version)
    if found := texts.get(place):
        count(name, "hits")
        return found[0]
    shared = f"kept:{hashlib.sha256(repr((name, version, key)).encode()).hexdigest()}"
    text = caches["default"].get(shared)
    count(name, "misses" if text is None else "hits")
    if text is None:
        text = str(compute())
        caches["default"].set(shared, text, KEPT_SHARED)
    texts.set(place, text)
    return text


# How often it helped ------------------------------------------------------------------

COUNTS = "kept:counts"
COUNT_EVERY = 1.0
counts: Counter[tuple[str, str]] = Counter()
next_count = 0.0


def count(name: str, what: str) -> None:
    counts[name, what] += 1


def write_counts(**kwargs: Any) -> None:
    """Add what this process has counted to what all have; after each request, at most every second."""
    global next_count
    redis = redis_behind_cache()
    if redis is None or not counts or time.monotonic() < next_count:
        return
    next_count = time.monotonic() + COUNT_EVERY
    mine = dict(counts)
    try:
        with redis.pipeline(transaction=False) as pipe:
            for (name, what), times in mine.items():
                pipe.hincrby(caches["default"].make_key(COUNTS), f"{name}|{what}", times)
            pipe.execute()
    except unreachable() as error:
        log.warning("hit rates were not written: %s", type(error).__name__)
    else:
        counts.subtract(mine)
        for key in mine:
            if not counts[key]:
                del counts[key]


@dataclass(frozen=True)
class Rate:
    """How often something kept was taken, had to be made, or was passed by."""

    name: str
    hits: int
    misses: int
    passed: int

    @property
    def percent(self) -> int | None:
        asked = self.hits + self.misses
        return self.hits * 100 // asked if asked else None


def rates() -> list[Rate]:
    """By name, of all processes, since the cache was last emptied. Raises what `unreachable` names."""
    total: dict[str, Counter[str]] = {}
    for (name, what), times in counts.items():
        total.setdefault(name, Counter())[what] += times
    redis = redis_behind_cache()
    stored = redis.hgetall(caches["default"].make_key(COUNTS)) if redis is not None else {}
    for field, times in stored.items():
        name, _bar, what = field.decode().rpartition("|")
        total.setdefault(name, Counter())[what] += int(times)
    return [Rate(name, of["hits"], of["misses"], of["passed"]) for name, of in sorted(total.items())]


def forget_all() -> None:
    """Nothing that was kept in this process is taken any more; for tests."""
    values.clear()
    texts.clear()
    told.set(("", {}, None))

"""Where the time of a page goes: its queries, what its functions add up to, and what each library takes for itself."""

import cProfile
import pstats
import re
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.pages.kinds import Kind
from benchmarks.pages.load import FORM, Request

ROOT = Path(__file__).resolve().parents[2]
TIMES, WARM_UP = 60, 10
# Of the time of a request in percent: what takes less is not listed.
LEAST = 1.5
# What only hands a request on is not listed either; of Django, these parts and these functions are.
LISTED = ("django/contrib/", "django/template/response.py", "wagtail/", "allauth/")
FUNCTIONS = {
    "django/db/models/query.py _fetch_all",
    "django/db/models/sql/compiler.py as_sql",
    "django/db/backends/utils.py execute",
}
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@cache
def site() -> Client:
    """One for all requests: it loads the middleware, which a server does once."""
    return Client(enforce_csrf_checks=True)


def ask(request: Request) -> None:
    """The same request in this process, with all middleware; Void where it is answered otherwise."""
    response = site().generic(
        request.method, request.path, request.body, FORM, headers={"Host": "127.0.0.1", **request.headers}
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in response.headers.items())
    request.check(response.status_code, head.encode() + response.content)


@dataclass(frozen=True)
class Asked:
    """A query, and the lines that asked for it: the last one of this site, and of the library below where there is one."""

    sql: str
    by: str

    @property
    def is_control(self) -> bool:
        """Whether it only begins or ends a transaction."""
        return self.sql.startswith(CONTROL)


def queries_of(kind: Kind) -> list[Asked]:
    """Those of a second visit by the same person; of what writes, of the next request."""
    request = next(kind.requests)
    ask(request)
    if kind.is_write:
        request = next(kind.requests)
    askers: list[str] = []

    def note(execute: Callable[..., Any], *query: Any) -> Any:
        askers.append(asker())
        return execute(*query)

    with CaptureQueriesContext(connection) as captured, connection.execute_wrapper(note):
        ask(request)
    by = iter(askers)
    # BEGIN and COMMIT pass no wrapper.
    return [Asked(one["sql"], "" if one["sql"].startswith(CONTROL[:3]) else next(by)) for one in captured]


def asker() -> str:
    frames = [(place(frame.filename), frame) for frame in traceback.extract_stack()]
    ours = [f"{file}:{frame.lineno} {frame.name}" for file, frame in frames if is_ours(file)]
    below = [f"{file}:{frame.lineno}" for file, frame in frames if file.startswith(LISTED)]
    return ours[-1] if ours and "middleware" not in ours[-1] else (below[-1] if below else "")


def counted(queries: list[Asked]) -> int:
    return sum(not query.is_control for query in queries)


def in_brief(sql: str) -> str:
    """Without the columns it selects and the long lists it looks in."""
    sql = re.sub(r"\s+", " ", sql).replace('"', "")
    sql = re.sub(
        r"^SELECT (DISTINCT )?(.+?) FROM", lambda found: f"SELECT {found[1] or ''}{brief_columns(found[2])} FROM", sql
    )
    sql = re.sub(r"'([^']*)'", lambda found: found[0] if len(found[1]) < 40 else "'…'", sql)
    sql = re.sub(r"IN \(([^()]{60})[^()]*\)", r"IN (\1…)", sql)
    return sql if len(sql) < 420 else f"{sql[:300]} … {sql[-110:]}"


def brief_columns(columns: str) -> str:
    return columns if len(columns) < 60 else f"{columns[:40]}… ({columns.count(',') + 1} columns)"


def profile(kind: Kind) -> None:
    queries = queries_of(kind)
    for _number in range(WARM_UP):
        ask(next(kind.requests))
    # By the clock: asking for CPU time instead takes longer than most functions. Waiting for the database is built-in.
    watched = cProfile.Profile()
    for _number in range(TIMES):
        request = next(kind.requests)
        watched.enable()
        ask(request)
        watched.disable()
    found = pstats.Stats(watched)
    whole = found.total_tt
    print(f"\n== {kind.name}: {whole * 1000 / TIMES:.1f} ms under the profiler, {counted(queries)} queries")
    print("\n".join(query_lines(queries)))
    print(f"\n{'cumulative':>10} {'calls':>7}   a request")
    print("\n".join(function_lines(found, whole)))
    print(f"\n{'own':>10}   by library")
    print("\n".join(library_lines(found, whole)), flush=True)


def query_lines(queries: list[Asked]) -> Iterator[str]:
    number = 0
    for query in queries:
        number += not query.is_control
        yield f"{'-' if query.is_control else number:>3}  {in_brief(query.sql)}"
        if query.by:
            yield f"     {query.by}"


def place(file: str) -> str:
    """The path inside of this project or of the library."""
    for base in ("/site-packages/", f"{ROOT}/"):
        if base in file:
            return file.rpartition(base)[2]
    return Path(file).name


# They stand around every query and ask none: the benchmark itself, and what times queries.
AROUND = ("benchmarks/", "operations/slow_queries.py", "workbench/kept.py", "tests/query_counts.py")


def is_ours(path: str) -> bool:
    return "/" in path and not path.startswith(AROUND) and (ROOT / path).exists()


def function_lines(found: pstats.Stats, whole: float) -> Iterator[str]:
    rows = sorted(found.stats.items(), key=lambda item: -item[1][3])  # type: ignore[attr-defined]
    for (file, line, name), (_primitive, calls, _own, cumulative, _callers) in rows:
        if cumulative < whole * LEAST / 100:
            return
        path = place(file)
        is_listed = path.startswith(LISTED) or is_ours(path) or f"{path} {name}" in FUNCTIONS
        if not is_listed or path.endswith("/middleware.py"):
            continue
        yield f"{cumulative * 100 / whole:9.1f}% {calls / TIMES:7.1f}   {path}:{line} {name}"


def library_lines(found: pstats.Stats, whole: float) -> Iterator[str]:
    own: dict[str, float] = defaultdict(float)
    for (file, _line, _name), (_primitive, _calls, alone, _cumulative, _callers) in found.stats.items():  # type: ignore[attr-defined]
        parts = place(file).split("/")
        library = "built-in functions" if file.startswith("~") else "standard library"
        if len(parts) > 1:
            library = (
                "/".join(parts[:3] if parts[:2] == ["django", "db"] else parts[:2])
                if parts[0] == "django"
                else parts[0]
            )
        own[library] += alone
    for library, seconds in sorted(own.items(), key=lambda item: -item[1]):
        if seconds >= whole * LEAST / 100:
            yield f"{seconds * 100 / whole:9.1f}%   {library}"

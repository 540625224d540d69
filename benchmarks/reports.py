"""What reports cost: `python -m benchmarks.reports [rows] [only SLUG …]`, `… agree [rows]` and `… files`.

Needs an empty, migrated PostgreSQL database in DATABASE_URL, or one that it filled before, and refuses any other. Fills
it with so many enrollments (100,000 unless told otherwise), days of activity, events and answers each, then times each
shipped report, its first 200 rows with figures and summary, as a report administrator, as an instructor of a tenth of
it, and as the manager of a hundred people, beside SQL written by hand for the same answer (`report_sql`), in
milliseconds: the best of five, taken by turns, and what of the report's time the database takes. Every cell of
the two answers is compared, and a report that says anything else ends the run with an error. `agree` compares all rows
instead of 200, for two instructors, and times nothing.

`files` exports course-progress as CSV and XLSX, all rows, and as PDF, 2,000 rows, each in a process of its own, from a
database that was filled so before. Memory is that of the whole process with every app loaded. A Python that may not keep
what it compiles (PYTHONDONTWRITEBYTECODE) compiles each library anew, which takes some 15 MB more.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django must be set up first.
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.report_sql import HAND  # noqa: E402
from benchmarks.report_values import differences, hand_values  # noqa: E402
from reports.definitions import shipped  # noqa: E402
from reports.models import Format  # noqa: E402
from reports.moments import Moment  # noqa: E402
from reports.selectors.reports import report_for  # noqa: E402
from reports.selectors.results import Prepared, report_result  # noqa: E402
from reports.services.files import write_report  # noqa: E402
from workbench.days import site_zone  # noqa: E402

TIMES, ROWS = 5, 200
EXPORTED = "course-progress"


class Clock:
    """How long the database takes for what is asked while this is installed."""

    def __init__(self) -> None:
        self.queries, self.milliseconds = 0, 0.0

    def __call__(self, execute, sql, params, many, context):
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.queries += 1
            self.milliseconds += (time.perf_counter() - began) * 1000


def moment() -> Moment:
    return Moment(at=timezone.now(), zone=site_zone())


def prepared(slug: str, viewer: Any) -> Prepared:
    return Prepared(definition=report_for(slug), viewer=viewer, moment=moment())


def seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = call()
    return time.perf_counter() - began, found


def compare(slug: str, viewer: Any, who: str) -> bool:
    """Both by turns, so that a busy machine is busy for both; whether they say the same."""
    report, database, hand, lines = [], [], [], []
    for _number in range(TIMES):
        clock = Clock()
        with connection.execute_wrapper(clock):
            taken, result = seconds(lambda: report_result(prepared(slug, viewer), limit=ROWS))
        report.append(taken * 1000)
        database.append(clock.milliseconds)
        if slug in HAND:
            taken, answer = seconds(lambda: hand_values(slug, viewer, moment()))
            hand.append(taken * 1000)
    line = f"{slug:24} {who:14} {min(report):9.1f} {min(database):9.1f}"
    if slug in HAND:
        lines = list(differences(result, answer))
        line += f" {min(hand):9.1f} {min(report) / min(hand):6.2f}x {min(database) / min(hand):6.2f}x"
    else:
        line += " " * 27
    print(f"{line} {clock.queries:>3} queries, {result.table.shown} of {result.table.total} rows", flush=True)
    return not told(lines)


def told(lines: list[str]) -> bool:
    for number, line in enumerate(lines):
        print(f"    NOT THE SAME: {line}" if number < 5 else f"    and {len(lines) - 5} more", flush=True)
        if number == 5:
            break
    return bool(lines)


def agree(slug: str, viewer: Any, who: str) -> bool:
    """Whether all rows, the figures and the summary are the same."""
    result = report_result(prepared(slug, viewer), limit=10_000_000)
    lines = list(differences(result, hand_values(slug, viewer, moment(), limit="")))
    words = "the same" if not lines else "NOT THE SAME"
    print(f"{slug:24} {who:14} {result.table.shown:>9,} rows: {words}", flush=True)
    return not told(lines)


def filled(rows: int) -> dict[str, Any]:
    """The viewers; of a database that holds others, none."""
    # The factories are no part of what files are measured in.
    from benchmarks.report_rows import fill, viewers

    people = get_user_model().objects
    if people.filter(email="ada@example.com").exists():
        print("This database was filled before.")
        return viewers()
    if people.exists():
        print("This database holds people. Name an empty one in DATABASE_URL.")
        return {}
    taken, found = seconds(lambda: fill(rows))
    print(f"{rows:,} rows a table, filled in {taken:.0f} s")
    return found


def reports(rows: int, only: list[str], *, whole: bool) -> int:
    people = filled(rows)
    if not people:
        return 1
    if whole:
        good = [agree(slug, person, who) for slug in sorted(HAND) for who, person in people.items()]
    else:
        del people["rival"]
        print(f"{'':39} {'report':>9} {'its SQL':>9} {'by hand':>9}   (milliseconds; report and its SQL by hand's)")
        good = [compare(slug, person, who) for slug in sorted(only or shipped) for who, person in people.items()]
    if not all(good):
        print(f"{good.count(False)} answers are not those of the SQL written by hand.", file=sys.stderr)
    return 0 if all(good) else 1


def write(kind: str) -> None:
    viewer = get_user_model().objects.get(email="ada@example.com")
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"report.{kind}"
        began = time.perf_counter()
        shown, total = write_report(prepared=prepared(EXPORTED, viewer), kind=kind, path=path)
        taken = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = path.stat().st_size / 1e6
    print(
        f"{kind:5} {shown:>9,} of {total:,} rows {taken:7.1f} s, at most {peak:.0f} MB resident "
        f"({base:.0f} MB before it began), a file of {size:.1f} MB",
        flush=True,
    )


def main(arguments: list[str]) -> int:
    if connection.vendor != "postgresql":
        print("Reports are timed on PostgreSQL: name an empty, migrated database in DATABASE_URL.")
        return 1
    match arguments:
        case ["file", kind]:
            write(kind)
        case ["files"]:
            for kind in (Format.CSV, Format.XLSX, Format.JSON, Format.PDF):
                subprocess.run([sys.executable, "-m", "benchmarks.reports", "file", kind], check=True)
        case _:
            rows = next((int(word) for word in arguments if word.isdecimal()), 100_000)
            only = arguments[arguments.index("only") + 1 :] if "only" in arguments else []
            return reports(rows, only, whole="agree" in arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

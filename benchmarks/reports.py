"""What reports cost: `python -m benchmarks.reports [rows] [only SLUG …]` and `python -m benchmarks.reports files [rows]`.

Needs an empty, migrated PostgreSQL database in DATABASE_URL and refuses any other. Fills it with so many enrollments
(100,000 unless told otherwise), days of activity, events and answers each, then times each shipped report, its first
200 rows with figures and summary, as a report administrator and as an instructor of a tenth of it, beside SQL written by
hand for the same answer (`report_sql`), in milliseconds: the best of three, and what of such a run the database takes.

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

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django must be set up first.
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.report_sql import HAND  # noqa: E402
from lms_pages.models import CourseStaff  # noqa: E402
from reports.definitions import shipped  # noqa: E402
from reports.models import Format  # noqa: E402
from reports.moments import Moment  # noqa: E402
from reports.selectors.reports import report_for  # noqa: E402
from reports.selectors.results import Prepared, report_result  # noqa: E402
from reports.services.files import write_report  # noqa: E402
from workbench.days import site_zone  # noqa: E402

TIMES, ROWS = 3, 200
EXPORTED = "course-progress"


def best(call: Callable[[], object]) -> tuple[float, object]:
    """The shortest of some times in milliseconds, and what came out."""
    taken, found = [], None
    for _number in range(TIMES):
        began = time.perf_counter()
        found = call()
        taken.append((time.perf_counter() - began) * 1000)
    return min(taken), found


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


def prepared(slug: str, viewer) -> Prepared:
    return Prepared(definition=report_for(slug), viewer=viewer, moment=Moment(at=timezone.now(), zone=site_zone()))


def by_hand(slug: str, viewer) -> list[list[tuple]]:
    """What each statement gives."""
    today = f"DATE '{Moment(at=timezone.now(), zone=site_zone()).today}'"
    mine = "TRUE"
    if not viewer.has_perm("learning.view_all_enrollments"):
        course = CourseStaff.objects.select_related("course").get(user=viewer).course
        mine = f"(e.learner_id = {viewer.pk} OR e.course_key = '{course.translation_key}')"
    places = {
        "{mine}": mine,
        "{today}": today,
        "{zone}": site_zone().key,
        "{monday}": f"date_trunc('week', {today})::date",
    }
    found = []
    with connection.cursor() as cursor:
        for statement in HAND[slug]:
            for place, text in places.items():
                statement = statement.replace(place, text)
            cursor.execute(statement)
            found.append(cursor.fetchall())
    return found


def compare(slug: str, viewer, who: str) -> None:
    taken, result = best(lambda: report_result(prepared(slug, viewer), limit=ROWS))
    clock = Clock()
    with connection.execute_wrapper(clock):
        report_result(prepared(slug, viewer), limit=ROWS)
    line = f"{slug:24} {who:14} {taken:9.1f} {clock.milliseconds:9.1f}"
    if slug in HAND:
        hand, answers = best(lambda: by_hand(slug, viewer))
        same = len(answers[0]) == result.table.shown
        if len(result.figures) == len(answers[1][0]):
            same = same and (answers[1][0][0] or 0) == result.figures[0].value
        line += f" {hand:9.1f} {taken / hand:6.2f}x {'' if same else 'NOT THE SAME ANSWER'}"
    else:
        line += f" {'':9} {'':7}"
    print(f"{line} {clock.queries:>3} queries, {result.table.shown} of {result.table.total} rows", flush=True)


def reports(rows: int, only: list[str]) -> int:
    people = get_user_model().objects
    if people.filter(email="ada@example.com").exists():
        administrator, instructor = people.get(email="ada@example.com"), people.get(email="ina@example.com")
        print("This database was filled before.")
    elif people.exists():
        print("This database holds people. Name an empty one in DATABASE_URL.")
        return 1
    else:
        # The factories are no part of what the files are measured in.
        from benchmarks.report_rows import fill

        began = time.perf_counter()
        administrator, instructor = fill(rows)
        print(f"{rows:,} rows a table, filled in {time.perf_counter() - began:.0f} s")
    print(f"{'':39} {'report':>9} {'its SQL':>9} {'by hand':>9}   (milliseconds)")
    for slug in sorted(only or shipped):
        compare(slug, administrator, "administrator")
        compare(slug, instructor, "instructor")
    return 0


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
            return reports(rows, arguments[arguments.index("only") + 1 :] if "only" in arguments else [])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

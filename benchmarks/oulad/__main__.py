"""Loads the Open University Learning Analytics Dataset: `python -m benchmarks.oulad load FOLDER [--presentations AAA-2013J,…]`.

FOLDER holds the dataset's CSV files (https://analyse.kmi.open.ac.uk/open_dataset); studentVle.csv may be packed as .gz,
and may name the presentation in each row or leave it to the site. Modules become courses, presentations runs in
cohorts, students people at example.com, scores results, and clicks days of activity. The database is the one of
DATABASE_URL, or of LECTERN_VAR for SQLite; it must be migrated.

Everything is written in one transaction: a bad row is named with its file and line, and then nothing was loaded.
A module that is there already is refused, so loading twice never doubles anything; other modules may be added later.
"""

import argparse
import os
import resource
import sys
import time
from pathlib import Path
from typing import TextIO

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
django.setup()

from django.db import connection, transaction  # noqa: E402 - Django must be set up first.

from benchmarks.oulad.activity import add_activity  # noqa: E402
from benchmarks.oulad.dataset import Dataset  # noqa: E402
from benchmarks.oulad.files import Refused  # noqa: E402
from benchmarks.oulad.pages import ORIGIN, make_courses  # noqa: E402
from benchmarks.oulad.people import add_cohorts, add_people, add_runs  # noqa: E402
from benchmarks.oulad.progress import Progress  # noqa: E402
from benchmarks.oulad.scores import add_scores  # noqa: E402
from learning.models import ActivityDay  # noqa: E402
from lms_pages.models import CoursePage  # noqa: E402


def load(folder: Path, wanted: list[str] | None, stream: TextIO) -> None:
    """Refused where something is wrong; then the database is as it was."""
    began = time.monotonic()
    data = Dataset(folder, wanted)
    refuse_what_is_there(data)
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        # The site keeps temporary tables in memory, and this one has a row for each click.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA temp_store=FILE")
    with transaction.atomic():
        courses = make_courses(data)
        print(f"{len(courses)} courses, {len(data.picked)} presentations", file=stream, flush=True)
        people = add_people(data.registrations)
        runs = add_runs(courses, add_cohorts(courses, data.registrations), people, data.registrations)
        print(f"{len(people):,} people, {len(data.registrations):,} runs", file=stream, flush=True)
        results, empty = add_scores(data, courses, runs, Progress(stream, "scores"))
        print(f"{results:,} results; {empty:,} were handed in without a score", file=stream, flush=True)
        rows = add_activity(data, courses, runs, Progress(stream, "clicks"))
    analyze()
    taken = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{rows:,} click rows are {ActivityDay.objects.filter(enrollment__course__origin=ORIGIN).count():,} days of "
        f"activity. Loaded on {connection.vendor} in {taken:.1f} s, {rows / taken:,.0f} click rows a second, "
        f"at most {peak:.0f} MB resident.",
        file=stream,
        flush=True,
    )


def refuse_what_is_there(data: Dataset) -> None:
    modules = {presentation.module for presentation in data.picked}
    there = CoursePage.objects.filter(origin=ORIGIN, origin_key__in=modules).order_by("origin_key")
    if names := ", ".join(there.values_list("origin_key", flat=True)):
        raise Refused(f"This database holds {names} of this dataset already. Name another one in DATABASE_URL.")


def analyze() -> None:
    """Tells the planner what has come: by itself it would look a minute later."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main(arguments: list[str], stream: TextIO = sys.stdout) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oulad", description=__doc__.partition("\n")[0])
    load_parser = parser.add_subparsers(required=True, metavar="load").add_parser("load")
    load_parser.add_argument("folder", type=Path)
    load_parser.add_argument("--presentations", help="Only these, such as AAA-2013J,GGG-2014B. Without it: all.")
    options = parser.parse_args(arguments)
    wanted = options.presentations and [name.strip() for name in options.presentations.split(",")]
    try:
        load(options.folder, wanted or None, stream)
    except Refused as refused:
        print(f"Nothing was loaded.\n{refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

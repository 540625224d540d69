"""How long large imports take a worker, and how much memory: `python -m benchmarks.imports [rows] [csv|xlsx]`.

Needs an empty, migrated database (DATABASE_URL, or LECTERN_VAR for SQLite) and
refuses any other: it adds people, enrolls them and records what they completed,
then takes all of it back. Each step runs in a process of its own, as a worker's
would; memory is the peak of that process, and its CPU time leaves the database's out.
"""

import io
import os
import resource
import subprocess
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django must be set up first.
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import Team  # noqa: E402
from accounts.roles import ADMINISTRATOR  # noqa: E402
from accounts.services import create_person  # noqa: E402
from learning.models import Enrollment  # noqa: E402
from lms_pages.models import CatalogPage, CoursePage  # noqa: E402
from workbench.imports.resource import resources  # noqa: E402
from workbench.models import ImportBatch  # noqa: E402
from workbench.services import (  # noqa: E402
    choose_columns,
    confirm_batch,
    create_batch,
    request_undo,
    run_batch,
)
from workbench.sheets import write_csv, write_xlsx  # noqa: E402

User = get_user_model()
TEAMS, COURSES = 50, 20
# What stands in each kind of file: its header and the row of a number.
FILES = {
    "people": (
        ["E-mail address", "First name", "Last name", "Team", "Language", "Time zone", "May sign in"],
        lambda n: [address(n), f"First{n}", f"Last{n}", f"Team {n % TEAMS}", "de", "Europe/Berlin", "yes"],
    ),
    "enrollments": (
        ["E-mail address", "Course", "Enrolled on", "Due on"],
        lambda n: [address(n), f"Course {n % COURSES}", "2026-01-15", "2099-12-31"],
    ),
    "completions": (
        ["E-mail address", "Course", "Completed on", "Outcome"],
        lambda n: [address(n), f"Course {(n + 1) % COURSES}", "2025-11-20", "passed"],
    ),
}
KINDS = tuple(FILES)


def address(number: int) -> str:
    return f"person{number}@example.com"


def file_of(kind: str, rows: int, ending: str) -> bytes:
    header, row = FILES[kind]
    lines = (row(number) for number in range(rows))
    if ending == "xlsx":
        stream = io.BytesIO()
        write_xlsx(stream, title=kind, header=header, rows=lines)
        return stream.getvalue()
    text = io.StringIO(newline="")
    write_csv(text, header=header, rows=lines)
    return text.getvalue().encode()


def prepare() -> None:
    create_person(email="bench@example.com", first_name="Ben", last_name="Ch", roles=(ADMINISTRATOR,))
    Team.objects.bulk_create(Team(name=f"Team {n}") for n in range(TEAMS))
    catalog = CatalogPage.objects.get()
    for number in range(COURSES):
        page = CoursePage(title=f"Course {number}", summary="One of many.", live=False)
        catalog.add_child(instance=page)
        page.save_revision().publish()


def batch_of(kind: str) -> ImportBatch:
    return ImportBatch.objects.get(resource=kind)


def upload(kind: str, rows: int, ending: str) -> None:
    content = SimpleUploadedFile(f"{kind}.{ending}", file_of(kind, rows, ending))
    batch = create_batch(resource=resources[kind], upload=content, actor=User.objects.get(email="bench@example.com"))
    choose_columns(batch=batch, mapping=batch.mapping)


def check(kind: str, rows: int, ending: str) -> None:
    run_batch(batch_id=batch_of(kind).pk)


def write(kind: str, rows: int, ending: str) -> None:
    batch = batch_of(kind)
    confirm_batch(batch=batch, options={})
    run_batch(batch_id=batch.pk)


def undo(kind: str, rows: int, ending: str) -> None:
    batch = batch_of(kind)
    request_undo(batch=batch)
    run_batch(batch_id=batch.pk)


STEPS = {"upload": upload, "check": check, "write": write, "undo": undo}


def run_step(name: str, kind: str, rows: int, ending: str) -> None:
    began, busy = time.perf_counter(), time.process_time()
    STEPS[name](kind, rows, ending)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    batch = batch_of(kind)
    counts = f"{User.objects.count()} people, {Enrollment.objects.count()} runs"
    print(
        f"{kind:<12}{name:<8}{seconds:>8.1f} s{busy:>8.1f} s{peak:>8.0f} MB   {batch.state}, {counts} {batch.sentence}"
    )


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["step"]:
        _step, name, kind, rows, ending = arguments
        run_step(name, kind, int(rows), ending)
        return 0
    rows = str(next((int(word) for word in arguments if word.isdecimal()), 20_000))
    ending = "csv" if "csv" in arguments else "xlsx"
    if User.objects.exists():
        print("This database has people. Name an empty one: DATABASE_URL or LECTERN_VAR, then run migrate.")
        return 1
    prepare()
    print(f"{rows} rows of {ending} on {connection.vendor}")
    print(f"{'':<20}{'taken':>10}{'of CPU':>10}{'peak':>11}")
    connection.close()
    steps = [(step, kind) for kind in KINDS for step in ("upload", "check", "write")]
    for step, kind in steps + [("undo", kind) for kind in reversed(KINDS)]:
        command = [sys.executable, "-m", "benchmarks.imports", "step", step, kind, rows, ending]
        subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long a large import takes a worker, and how much memory: `python -m benchmarks.imports [rows] [csv|xlsx]`.

Needs an empty, migrated database (DATABASE_URL, or LECTERN_VAR for SQLite) and
refuses any other: it adds people and takes them back. Each step runs in a process
of its own, as a worker's would; memory is the peak of that process.
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
from accounts.resources import PeopleResource  # noqa: E402
from accounts.roles import ADMINISTRATOR  # noqa: E402
from accounts.services import create_person  # noqa: E402
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
HEADER = ["E-mail address", "First name", "Last name", "Team", "Language", "Time zone", "May sign in"]


def file_of(rows: int, ending: str) -> bytes:
    lines = (
        [f"person{n}@example.com", f"First{n}", f"Last{n}", f"Team {n % 50}", "de", "Europe/Berlin", "yes"]
        for n in range(rows)
    )
    if ending == "xlsx":
        stream = io.BytesIO()
        write_xlsx(stream, title="People", header=HEADER, rows=lines)
        return stream.getvalue()
    text = io.StringIO(newline="")
    write_csv(text, header=HEADER, rows=lines)
    return text.getvalue().encode()


def upload(rows: int, ending: str) -> None:
    actor = create_person(email="bench@example.com", first_name="Ben", last_name="Ch", roles=(ADMINISTRATOR,))
    Team.objects.bulk_create(Team(name=f"Team {n}") for n in range(50))
    content = SimpleUploadedFile(f"people.{ending}", file_of(rows, ending))
    batch = create_batch(resource=PeopleResource, upload=content, actor=actor)
    choose_columns(batch=batch, mapping=batch.mapping)


def check(rows: int, ending: str) -> None:
    run_batch(batch_id=ImportBatch.objects.get().pk)


def write(rows: int, ending: str) -> None:
    batch = ImportBatch.objects.get()
    confirm_batch(batch=batch, options={})
    run_batch(batch_id=batch.pk)


def undo(rows: int, ending: str) -> None:
    batch = ImportBatch.objects.get()
    request_undo(batch=batch)
    run_batch(batch_id=batch.pk)


STEPS = {"upload": upload, "check": check, "write": write, "undo": undo}


def run_step(name: str, rows: int, ending: str) -> None:
    began = time.perf_counter()
    STEPS[name](rows, ending)
    seconds, busy = time.perf_counter() - began, time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    batch = ImportBatch.objects.get()
    print(
        f"{name:<8}{seconds:>9.1f} s{busy:>9.1f} s{peak:>9.0f} MB   {batch.state}, {User.objects.count()} people {batch.sentence}"
    )


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["step"]:
        run_step(arguments[1], int(arguments[2]), arguments[3])
        return 0
    rows = next((int(word) for word in arguments if word.isdecimal()), 20_000)
    ending = "csv" if "csv" in arguments else "xlsx"
    if User.objects.exists():
        print("This database has people. Name an empty one: DATABASE_URL or LECTERN_VAR, then run migrate.")
        return 1
    print(f"{rows} rows of {ending} on {connection.vendor}")
    print(f"{'':<8}{'taken':>11}{'of CPU':>11}{'peak':>12}")
    connection.close()
    for name in STEPS:
        subprocess.run([sys.executable, "-m", "benchmarks.imports", "step", name, str(rows), ending], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What a working site needs, each looked at on its own: the doctor's list."""

import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from analytics.checks import analytics
from deploy.bootstrap import OLDEST, PANGO_PACKAGES, apt_line, missing_for_pdf
from operations.checks import Finding, background, beat, broker, cache, database, mail_server, queues, worker

LEAST_FREE = 1024**3


def python() -> Finding:
    mend = "" if sys.version_info[:2] >= OLDEST else "Install Python 3.11 or newer, remove .venv and run make again."
    return Finding("Python", f"{platform.python_version()} at {sys.executable}", not mend, mend)


def pins(text: str) -> dict[str, str]:
    """Package names and versions of a requirements file."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    pairs = (line.split("==") for line in lines if "==" in line)
    return {name.partition("[")[0]: version for name, version in pairs}


def libraries() -> Finding:
    wanted = pins((Path(settings.BASE_DIR) / "requirements.txt").read_text())
    wrong = []
    for name, version in wanted.items():
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = "missing"
        if installed != version:
            wrong.append(f"{name} is {installed}, {version} is wanted")
    if wrong:
        return Finding("Libraries", "; ".join(wrong), False, "Run: python3 deploy/bootstrap.py requirements.txt")
    return Finding("Libraries", f"{len(wanted)} packages as pinned")


def pango() -> Finding:
    missing = missing_for_pdf()
    if not missing:
        return Finding("Pango", "found, with a font: PDF reports can be drawn")
    mend = f"On Debian and Ubuntu: sudo {apt_line(PANGO_PACKAGES)}"
    return Finding("Pango", f"{', '.join(missing)} missing: no PDF reports", False, mend)


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return Finding("Migrations", f"{len(plan)} to apply", False, "Apply them: .venv/bin/python manage.py migrate")
    executor = MigrationExecutor(connections["analytics"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes("analytics"))
    if plan:
        mend = "Apply them: .venv/bin/python manage.py migrate analytics --database analytics"
        return Finding("Migrations", f"{len(plan)} to apply to the analytics database", False, mend)
    return Finding("Migrations", "all applied")


def disk() -> Finding:
    free = shutil.disk_usage(existing(settings.VAR_DIR)).free
    words = f"{free / 1024**3:.1f} GB free for {settings.VAR_DIR}"
    return Finding("Disk", words, free >= LEAST_FREE, "" if free >= LEAST_FREE else "Make room: at least 1 GB.")


def write_access() -> Finding:
    for folder in (settings.VAR_DIR, Path(settings.MEDIA_ROOT), Path(settings.PRIVATE_ROOT)):
        try:
            with tempfile.TemporaryFile(dir=existing(folder)):
                pass
        except OSError as error:
            mend = f"Give user {os.getuid()} the right to write there, or name another folder in LECTERN_VAR."
            return Finding("Write access", f"{folder}: {error.strerror}", False, mend)
    return Finding("Write access", f"{settings.VAR_DIR} can be written to")


def existing(folder: Path) -> Path:
    """``folder``, or the nearest one above it that is there."""
    return folder if folder.exists() else existing(folder.parent)


CHECKS: tuple[Callable[[], Finding], ...] = (
    python, libraries, pango, database, migrations, cache, broker, worker, queues, beat, background, mail_server, disk, write_access,
    analytics,
)  # fmt: skip

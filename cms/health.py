"""What a working site needs, each looked at on its own: the doctor's list."""

import importlib.metadata
import os
import platform
import shutil
import smtplib
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.timesince import timesince
from django_celery_beat.models import PeriodicTask
from redis.exceptions import RedisError

from cms.celery import app as celery
from cms.supervisor.processes import QUEUES
from deploy.bootstrap import OLDEST, PANGO_PACKAGES, apt_line, missing_for_pdf

LEAST_FREE = 1024**3
START = "Start the processes: make run"


@dataclass(frozen=True)
class Finding:
    """One part of the site: how it is, in words, and how to mend it where it is not well."""

    part: str
    words: str
    is_well: bool = True
    mend: str = ""


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


def database() -> Finding:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        mend = START if connection.vendor == "sqlite" else "Start the server, or mend DATABASE_URL."
        return Finding("Database", str(error).strip(), False, mend)
    if connection.vendor == "sqlite":
        return Finding("Database", f"SQLite at {connection.settings_dict['NAME']}")
    info = connection.settings_dict
    return Finding("Database", f"{connection.display_name} “{info['NAME']}” on {info['HOST'] or 'a local socket'}")


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return Finding("Migrations", f"{len(plan)} to apply", False, "Apply them: .venv/bin/python manage.py migrate")
    return Finding("Migrations", "all applied")


def cache() -> Finding:
    """Asked past the forgiving back end, which would call a dead server a miss."""
    backend: Any = caches["default"]
    client: Any = getattr(backend, "_cache", None)
    if not hasattr(client, "get_client"):
        return Finding("Cache", f"{type(backend).__name__}, in this process")
    try:
        client.get_client(write=True).ping()
    except (RedisError, OSError) as error:
        mend = "Start the server named by REDIS_URL." if settings.REDIS_URL else START
        return Finding("Cache", f"no answer ({type(error).__name__}); pages are slower without it", False, mend)
    return Finding("Cache", "answers")


def broker() -> Finding:
    try:
        with celery.connection_for_read() as link:
            link.ensure_connection(max_retries=1, timeout=2)
            where = link.as_uri()
    except Exception as error:
        mend = "Start the server named by REDIS_URL." if settings.REDIS_URL else START
        return Finding("Broker", f"no answer ({type(error).__name__}): background work waits", False, mend)
    return Finding("Broker", f"answers at {where}")


def worker() -> Finding:
    """Every queue needs somebody who reads it."""
    try:
        answers = celery.control.inspect(timeout=2).active_queues() or {}
    except Exception as error:
        return Finding("Worker", f"cannot be asked ({type(error).__name__})", False, START)
    served = {queue["name"] for queues in answers.values() for queue in queues}
    missing = [name for name in QUEUES if name not in served]
    if missing:
        return Finding("Worker", f"nobody works on: {', '.join(missing)}", False, START)
    return Finding("Worker", f"{', '.join(sorted(answers))} at work")


def beat() -> Finding:
    """The latest run of any periodic task; beat writes it down a few minutes late."""
    tasks = PeriodicTask.objects.filter(enabled=True)
    if not tasks.exists():
        return Finding("Beat", "nothing is set to run regularly", False, "Run: .venv/bin/python manage.py migrate")
    latest = tasks.exclude(last_run_at=None).order_by("-last_run_at").values_list("last_run_at", flat=True).first()
    if latest is None:
        return Finding("Beat", "has not run yet", False, f"{START}, and ask again in five minutes.")
    words = f"last ran {timesince(latest)} ago"
    if timezone.now() - latest > timedelta(minutes=15):
        return Finding("Beat", words, False, f"{START}; schedules wait until it runs.")
    return Finding("Beat", words)


def mail_server() -> Finding:
    """Greets the server and signs in; sends nothing."""
    if not settings.EMAIL_URL:
        return Finding("Mail server", "none: mail stays in the outbox page of the admin (EMAIL_URL names a server)")
    name = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
    try:
        with kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=5) as server:
            if settings.EMAIL_USE_TLS:
                server.starttls()
            if settings.EMAIL_HOST_USER:
                server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            server.noop()
    except (smtplib.SMTPException, OSError) as error:
        mend = "Check host, port, name and password in EMAIL_URL; mail waits in the outbox meanwhile."
        return Finding("Mail server", f"{name} does not take mail ({type(error).__name__})", False, mend)
    return Finding("Mail server", f"{name} takes mail")


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
    python, libraries, pango, database, migrations, cache, broker, worker, beat, mail_server, disk, write_access,
)  # fmt: skip

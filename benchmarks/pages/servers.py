"""The servers that are measured: gunicorn with this site, gunicorn with the floor, PostgreSQL and Redis."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from benchmarks.pages.cpu import process, seconds_of
from cms.supervisor.processes import web
from deploy.services import free_port, wait_until
from workbench.cache import redis_behind_cache

ROOT = Path(__file__).resolve().parents[2]
SITE, FLOOR = "cms.wsgi:application", "benchmarks.floor.wsgi:application"


@dataclass(frozen=True)
class Server:
    pid: int
    port: int

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False


@contextlib.contextmanager
def gunicorn(application: str) -> Iterator[Server]:
    """``application`` as production starts the site: the same workers and threads for both."""
    port = free_port()
    name, site, *rest = web(f"127.0.0.1:{port}").argv
    assert site == SITE
    argv = [str(Path(sys.executable).with_name(name)), application, *rest]
    started = subprocess.Popen(argv, cwd=ROOT)
    try:
        server = Server(started.pid, port)
        if not wait_until(server.answers):
            raise SystemExit(f"{application} did not start.")
        yield server
    finally:
        started.terminate()
        started.wait(20)


def collect_static() -> None:
    """As production has them, unless that was done since one of them changed."""
    made = Path(settings.STATIC_ROOT) / "staticfiles.json"
    newest = max(path.stat().st_mtime for path in (ROOT / "static").rglob("*"))
    if not made.exists() or made.stat().st_mtime < newest:
        print("Collecting static files …", flush=True)
        call_command("collectstatic", interactive=False, verbosity=0)


def prepare_floor() -> dict[str, Any]:
    """A database beside ours, reached in the same way, with its page; where that is and how many queries it takes."""
    name = f"{connection.settings_dict['NAME']}_floor"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
        if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            print("Making the floor …", flush=True)
            link.execute(f'CREATE DATABASE "{name}"')
    os.environ["FLOOR_DATABASE"] = json.dumps({**settings.DATABASES["default"], "NAME": name})
    said = subprocess.run([sys.executable, "-m", "benchmarks.floor"], cwd=ROOT, capture_output=True, text=True)
    if said.returncode:
        raise SystemExit(f"The floor could not be made.\n{said.stderr}")
    return json.loads(said.stdout)


class Meter:
    """CPU milliseconds by part since it was made: a server, all of PostgreSQL, Redis.

    ``others`` is how long PostgreSQL was busy meanwhile with databases that are not measured here.
    """

    def __init__(self, server: Server, link: psycopg.Connection) -> None:
        self.server, self.link = server, link
        backend = process(link.info.backend_pid)
        if backend is None:
            raise SystemExit("PostgreSQL runs on another machine, so its CPU time cannot be read here.")
        self.postgres = backend.parent
        self.redis = redis_behind_cache().info("server")["process_id"]
        self.others_before = self.busy_with_others()
        self.before = self.now()

    def now(self) -> dict[str, float]:
        roots = {"server": self.server.pid, "database": self.postgres, "redis": self.redis}
        return {part: seconds_of(pid) * 1000 for part, pid in roots.items()}

    def busy_with_others(self) -> float:
        ours = connection.settings_dict["NAME"]
        row = self.link.execute(
            "SELECT coalesce(sum(active_time), 0) FROM pg_stat_database WHERE datname <> %s AND datname <> %s",
            [ours, f"{ours}_floor"],
        ).fetchone()
        return float(row[0]) if row else 0.0

    def read(self) -> tuple[dict[str, float], float]:
        after = self.now()
        taken = {part: after[part] - before for part, before in self.before.items()}
        return taken, self.busy_with_others() - self.others_before

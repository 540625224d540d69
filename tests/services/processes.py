"""Starting, watching and killing real workers, beat and mail servers."""

import contextlib
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from aiosmtpd.controller import Controller
from django.conf import settings

# Two halves of the tests and the processes of both share the machine.
PATIENCE = 150


def wait_until(holds: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """The first true answer of ``holds``; AssertionError with ``what`` when it does not come."""
    end = time.monotonic() + seconds
    while True:
        answer = holds()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"Waited {seconds} s in vain for: {what}")
        time.sleep(0.05)


@dataclass
class Mailbox:
    """A mail server that accepts everything, writes down what it accepted, and may act the moment it has."""

    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    on_accept: Callable[[str], None] | None = None
    port: int = 0

    async def handle_DATA(self, server, session, envelope):
        for address in envelope.rcpt_tos:
            self.accepted.append((address, envelope.original_content or envelope.content))
            if self.on_accept:
                self.on_accept(address)
        return "250 OK"

    def count(self) -> Counter:
        return Counter(address for address, _content in self.accepted)

    def mail_to(self, address: str) -> EmailMessage:
        (content,) = [content for to, content in self.accepted if to == address]
        return message_from_bytes(content, policy=policy.default)


@contextlib.contextmanager
def mail_server():
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        mailbox.port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextlib.contextmanager
def new_database(admin: str, name: str, template: str = "template1"):
    """A copy of ``template`` until the end of the block; nobody may be connected to what is copied."""
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield named(admin, name)
    finally:
        with psycopg.connect(admin, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass
class Site:
    """One Lectern with a database, a broker number and a folder of its own."""

    database: str
    broker: str
    folder: Path
    mailbox: Mailbox
    # Seconds until the broker hands out again what was not acknowledged. Longer than any work of the test takes,
    # or two workers take it from each other without an end.
    redelivers_after: int = 4
    # The second database, where a test is about it.
    analytics: str = ""
    running: list[subprocess.Popen] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.services.settings_processes",
            "DATABASE_URL": self.database,
            "ANALYTICS_DATABASE_URL": self.analytics or f"sqlite:///{self.folder / 'analytics.sqlite3'}",
            "REDIS_URL": self.broker,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mailbox.port}",
            "LECTERN_VAR": str(self.folder),
            "LECTERN_REDELIVER_AFTER": str(self.redelivers_after),
            "PYTHONPATH": str(settings.BASE_DIR),
        }

    def start(self, *arguments: str, app: str = "cms") -> subprocess.Popen:
        log = (self.folder / f"{len(self.running)}-{arguments[0]}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", app, "--quiet", *arguments],
            env=self.env,
            cwd=settings.BASE_DIR,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A group of its own, so that a kill takes parent and children at once, as a power cut does.
            start_new_session=True,
        )
        log.close()
        self.running.append(process)
        return process

    def worker(self, *queues: str, app: str = "cms") -> subprocess.Popen:
        names = ",".join(queues or ("default", "mail", "reports"))
        options = (
            "--concurrency",
            "2",
            "--without-gossip",
            "--without-mingle",
            "--hostname",
            f"w{len(self.running)}@%h",
        )
        return self.start("worker", "--queues", names, *options, app=app)

    def beat(self) -> subprocess.Popen:
        return self.start("beat", "--pidfile=", "--max-interval=1")

    def kill(self, process: subprocess.Popen) -> None:
        """kill -9 of the process and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def close(self) -> None:
        for process in self.running:
            self.kill(process)

    def sql(self, statement: str, *values: Any) -> list[tuple]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def run_state(self) -> str:
        rows = self.sql("SELECT state FROM reports_run ORDER BY scheduled_for DESC LIMIT 1")
        return rows[0][0] if rows else ""

    def mail_states(self) -> dict[str, str]:
        return dict(self.sql("SELECT to_address, state FROM notifications_outboxmail"))

    def schedule_at(self, moment: dt.datetime, *, since: dt.datetime | None = None) -> None:
        """Switch the schedule on, every day at the time of ``moment`` (UTC)."""
        self.sql(
            "UPDATE reports_schedule SET is_enabled = true, time = %s, active_since = %s",
            moment.time().replace(tzinfo=None),
            since or dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1),
        )

    def report(self) -> list[tuple[str, str, str]]:
        """What `delivery_report` prints: period, address and result of each line."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "delivery_report", "--json"]
        done = subprocess.run(command, env=self.env, cwd=settings.BASE_DIR, capture_output=True, check=True, text=True)
        lines = json.loads(done.stdout)["deliveries"]
        return [(line["period"], line["address"], line["result"]) for line in lines]

"""`manage.py up` as a whole: its processes answer, die and stop as promised."""

import base64
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from django.conf import settings

pytestmark = pytest.mark.services
PATIENCE = 180


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Academy:
    """A site of its own: data folder, port, embedded broker and SQLite."""

    def __init__(self, var: Path):
        self.var, self.port = var, free_port()
        self.log = var.with_suffix(".log")
        self.running: subprocess.Popen | None = None

    def command(self, *arguments: str, **extra: str) -> dict:
        env = {name: value for name, value in os.environ.items() if "_URL" not in name}
        env |= {"LECTERN_VAR": str(self.var), "PORT": str(self.port), "DEMO": "0",
                "DJANGO_SETTINGS_MODULE": "cms.settings.dev", "HOME": str(self.var.parent), **extra}  # fmt: skip
        return {"args": [sys.executable, "manage.py", *arguments], "env": env, "cwd": settings.BASE_DIR}

    def start(self, **extra: str) -> None:
        """Start it and wait until it greets."""
        with self.log.open("w") as log:
            self.running = subprocess.Popen(
                **self.command("up", **extra), stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self.wait_for_line("Lectern runs at")

    def wait_for_line(self, words: str) -> None:
        end = time.monotonic() + PATIENCE
        while words not in self.log.read_text():
            assert self.running.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.running.pid).children(recursive=True)

    def process(self, word: str) -> psutil.Process:
        own = psutil.Process(self.running.pid).children()
        return next(child for child in own if any(word in part for part in child.cmdline()))

    def status(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/")
        return connection.getresponse().status

    def refused(self, **extra: str) -> str:
        """What a second start says before it gives up."""
        done = subprocess.run(
            **self.command("up", **extra), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stderr

    def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        """Seconds from the signal to the end."""
        began = time.monotonic()
        self.running.send_signal(number)
        self.running.wait(timeout=60)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A data folder after its first start; each test goes on from a copy."""
    first = Academy(tmp_path_factory.mktemp("first") / "var")
    first.start()
    first.stop()
    return first.var


@pytest.fixture
def academy(prepared, tmp_path):
    shutil.copytree(prepared, tmp_path / "var")
    found = Academy(tmp_path / "var")
    found.start()
    yield found
    if found.running.poll() is None:
        found.stop()


def gone(processes: list[psutil.Process], seconds: float) -> bool:
    return psutil.wait_procs(processes, timeout=seconds)[1] == []


def test_it_serves_refuses_a_second_copy_and_stops_within_seconds(academy):
    children = academy.children()
    assert academy.status() == 200
    assert f"process {academy.running.pid}" in academy.refused()
    other = academy.var.with_name("other")
    assert f"Port {academy.port} is in use" in academy.refused(LECTERN_VAR=str(other))
    assert academy.stop() < 15
    assert academy.running.returncode == 0
    assert gone(children, 1)
    assert not (academy.var / "run" / "valkey.sock").exists()
    assert "manage.py create_administrator" in academy.log.read_text()
    assert "Traceback" not in academy.log.read_text()


def test_flower_shows_the_worker_to_whoever_has_its_password(prepared, tmp_path):
    shutil.copytree(prepared, tmp_path / "var")
    academy, port, login = Academy(tmp_path / "var"), free_port(), "ada:only for tests"
    academy.start(FLOWER_BASIC_AUTH=login, FLOWER_PORT=str(port))
    try:
        assert f"What the workers do: http://127.0.0.1:{port}/flower/" in academy.log.read_text()
        good = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
        bad = {"Authorization": f"Basic {base64.b64encode(b'ada:another').decode()}"}
        end = time.monotonic() + PATIENCE
        while (page := flower_page(port, good))[0] != 200 or b"worker@" not in page[1]:
            assert time.monotonic() < end, page
            time.sleep(0.5)
        for headers in ({}, bad):
            status, body = flower_page(port, headers)
            assert status == 401
            assert b"worker@" not in body
    finally:
        academy.stop()


def flower_page(port: int, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and body of the list of workers; 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/flower/workers", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


def test_a_killed_child_is_started_again(academy):
    web = academy.process("gunicorn")
    web.kill()
    academy.wait_for_line("ended by signal SIGKILL; starting it again in 1 s.")
    end = time.monotonic() + PATIENCE
    while True:
        try:
            assert academy.status() == 200
            break
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.2)
    assert academy.process("gunicorn").pid != web.pid


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works(academy):
    children = academy.children()
    academy.stop(signal.SIGKILL)
    assert gone(children, 20)
    academy.start()
    assert academy.status() == 200


def test_the_doctor_finds_a_running_site_well_but_for_beats_first_run(academy):
    end = time.monotonic() + PATIENCE
    while True:
        done = subprocess.run(**academy.command("doctor"), capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        if any(line.startswith("well  Worker:") for line in lines) or time.monotonic() > end:
            break
    mend = [line for line in lines if line.startswith("mend")]
    assert [line for line in mend if not line.startswith("mend  Beat:")] == []

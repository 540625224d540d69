"""Servers that are killed and started again as they were."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from cms.supervisor.broker import find_server
from deploy.services import wait_until

ROOT = Path(__file__).resolve().parents[2]


def argv_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode().split("\0")


def below(root: int) -> list[int]:
    """``root`` and all that it started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def megabytes(root: int) -> float:
    """Memory that ``root`` and all it started have for themselves (their proportional share of what is shared)."""
    total = 0
    for pid in below(root):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


@dataclass
class Server:
    """``answers`` says whether it is there. ``who`` is the account it runs under, where that is another."""

    name: str
    pid: int
    answers: Callable[[], bool]
    who: dict[str, str] = field(default_factory=dict)
    argv: list[str] = field(default_factory=list)
    started: subprocess.Popen | None = None

    def kill(self) -> None:
        """As a power cut does: it and all it started, at once."""
        self.argv = self.argv or argv_of(self.pid)
        everybody = below(self.pid)
        for pid in everybody:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.started is not None:
            self.started.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and argv(pid) for pid in everybody))

    def start(self) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.started = subprocess.Popen(self.argv, cwd="/" if self.who else ROOT, **quiet, **self.who)  # type: ignore[call-overload]
        self.pid = self.started.pid
        if not wait_until(self.answers, 60):
            raise SystemExit(f"{self.name} did not come back.")

    def stop(self) -> None:
        if self.started is not None:
            self.started.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.started.wait(30)
            self.started.kill()


def argv(pid: int) -> list[str]:
    with contextlib.suppress(OSError):
        return [part for part in argv_of(pid) if part]
    return []


def postgres(url: str) -> Server:
    with psycopg.connect(url) as link:
        row = link.execute("SHOW data_directory").fetchone()
        assert row is not None
    pid = int((Path(row[0]) / "postmaster.pid").read_text().split()[0])

    def answers() -> bool:
        with contextlib.suppress(psycopg.Error), psycopg.connect(url, connect_timeout=2):
            return True
        return False

    return Server("PostgreSQL", pid, answers, who={"user": "nobody"} if os.geteuid() == 0 else {})


def broker(port: int, folder: str) -> Server:
    """Keeps nothing on disk, as the one that `make run` starts."""
    argv = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"]

    def answers() -> bool:
        with contextlib.suppress(redis.RedisError, OSError), redis.Redis(port=port, socket_timeout=2) as link:
            return bool(link.ping())
        return False

    server = Server("Redis", 0, answers, argv=[find_server(), *argv])
    server.start()
    return server


def program(name: str, argv: tuple[str, ...], answers: Callable[[], bool] = lambda: True) -> Server:
    """One of the site's own processes, started now."""
    first, *rest = argv
    server = Server(name, 0, answers, argv=[str(Path(sys.executable).with_name(first)), *rest])
    server.start()
    return server

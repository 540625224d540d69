"""A supervised process: started in a group of its own, its lines marked with its name."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from cms.supervisor.backoff import BackOff
from cms.supervisor.processes import Process


class Child:
    """Keeps one process running until it is told to stop."""

    def __init__(self, process: Process, *, env: Mapping[str, str], say: Callable[[str, str], None]):
        self.process = process
        self.env = dict(env)
        self.say = say
        self.backoff = BackOff()
        self.running: subprocess.Popen[str] | None = None
        self.started_at = 0.0
        self.start_again_at: float | None = None
        self.asked = 0

    @property
    def name(self) -> str:
        return self.process.name

    def start(self) -> int:
        """Start it; its process group's id."""
        program, *arguments = self.process.argv
        # Libraries' programs run with this very Python, whatever PATH says.
        argv = [program, *arguments] if Path(program).is_absolute() else [sys.executable, "-m", program, *arguments]
        self.running = subprocess.Popen(  # noqa: S603 - our own list of processes.
            argv,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.started_at = time.monotonic()
        self.start_again_at = None
        assert self.running.stdout is not None
        threading.Thread(target=self._pass_on, args=(self.running.stdout,), daemon=True).start()
        return self.running.pid

    def _pass_on(self, lines: IO[str]) -> None:
        for line in lines:
            self.say(self.name, line.rstrip())

    def has_ended(self) -> bool:
        return self.running is not None and self.running.poll() is not None

    def plan_restart(self) -> None:
        """Say that it ended by itself and when it starts again."""
        assert self.running is not None
        delay = self.backoff.delay(time.monotonic() - self.started_at)
        code = self.running.returncode
        how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        self.say(self.name, f"ended {how}; starting it again in {delay:g} s.")
        self.start_again_at = time.monotonic() + delay
        self.kill()
        self.running = None

    def is_due(self) -> bool:
        return self.start_again_at is not None and time.monotonic() >= self.start_again_at

    def ask_to_stop(self) -> None:
        """Send the next of its signals; SIGKILL to its whole group after the last."""
        self.start_again_at = None
        if self.running is None or self.running.poll() is not None:
            return
        if self.asked < len(self.process.stop):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.running.pid, self.process.stop[self.asked])
        else:
            self.kill()
        self.asked += 1

    def kill(self) -> None:
        """End whatever is left of its group."""
        if self.running is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.running.pid, signal.SIGKILL)

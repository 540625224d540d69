"""Starts the processes in order, starts again those that end, and stops all of them together."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from cms.supervisor import guard
from cms.supervisor.child import Child
from cms.supervisor.processes import Process

# Seconds a process has for each of its stop signals before the next one.
PATIENCE = 4.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLORS = {"web": 36, "worker": 35, "beat": 33, "broker": 32}


class Printer:
    """Writes whole lines, each marked with the process it came from."""

    def __init__(self, write: Callable[[str], object], *, color: bool):
        self.write = write
        self.color = color
        self.lock = threading.Lock()

    def __call__(self, name: str, line: str) -> None:
        mark = f"{name:<7}|"
        if self.color:
            mark = f"\x1b[{COLORS.get(name, 37)}m{mark}\x1b[0m"
        with self.lock:
            self.write(f"{mark} {line}\n")


class Supervisor:
    """The processes of one running copy. ``stop_requested`` counts how often somebody asked to stop."""

    def __init__(self, *, env: Mapping[str, str], say: Callable[[str, str], None], held: Sequence[int] = ()):
        self.env = env
        self.say = say
        self.children: list[Child] = []
        self.stop_requested = 0
        # The guard holds the lock's file too: a copy that was killed counts as running until its children are gone.
        self.guard = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(Path(guard.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            pass_fds=tuple(held),
            start_new_session=True,
        )

    def listen(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop_requested += 1

    def start(self, process: Process) -> Child:
        child = Child(process, env=self.env, say=self.say)
        self.children.append(child)
        self._launch(child)
        return child

    def _launch(self, child: Child) -> None:
        self._tell_guard("+", child.start())

    def _tell_guard(self, sign: str, group: int) -> None:
        assert self.guard.stdin is not None
        self.guard.stdin.write(f"{sign}{group}\n")
        self.guard.stdin.flush()

    def look_after(self) -> None:
        """One round: start again what ended by itself and whose time has come."""
        for child in self.children:
            if child.has_ended():
                assert child.running is not None
                group = child.running.pid
                child.plan_restart()
                self._tell_guard("-", group)
            elif child.is_due():
                self._launch(child)

    def run_until(self, done: Callable[[], bool], *, seconds: float | None = None) -> bool:
        """Look after the processes until ``done``; False when somebody asked to stop or the time is over."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self.stop_requested:
            if done():
                return True
            if end is not None and time.monotonic() > end:
                return False
            self.look_after()
            time.sleep(0.1)
        return False

    def stop(self) -> None:
        """Stop all, the broker last, so that workers can hand their work back. A second Ctrl-C hurries."""
        last = [child for child in self.children if child.name == "broker"]
        self._stop([child for child in self.children if child not in last])
        self._stop(last)
        for child in self.children:
            if child.running is not None:
                child.kill()
                self._tell_guard("-", child.running.pid)
        assert self.guard.stdin is not None
        self.guard.stdin.close()
        self.guard.wait(timeout=guard.PATIENCE + 2)

    def _stop(self, children: list[Child]) -> None:
        hurry = self.stop_requested
        waiting = children
        while waiting:
            for child in waiting:
                child.ask_to_stop()
            until = time.monotonic() + PATIENCE
            while waiting and time.monotonic() < until:
                waiting = [child for child in waiting if child.running is not None and not child.has_ended()]
                if self.stop_requested > max(hurry, 1):
                    for child in waiting:
                        child.kill()
                time.sleep(0.05)

"""How much CPU time processes took, as Linux counts it: user and system, of a process and of all that it started."""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """``own`` seconds of all its threads, and ``ended`` of the processes it started that ended."""

    pid: int
    parent: int
    own: float
    ended: float


def process(pid: int) -> Process | None:
    """None where it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name before the last parenthesis may hold anything.
    fields = text.rpartition(")")[2].split()
    user, system, ended_user, ended_system = (int(field) / TICK for field in fields[11:15])
    return Process(pid, int(fields[1]), user + system, ended_user + ended_system)


def seconds_of(root: int) -> float:
    """CPU seconds of ``root`` and all below it, those that ended by now included."""
    below: dict[int, list[Process]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (one := process(int(entry.name))):
            below[one.parent].append(one)
    first = process(root)
    total, rest = 0.0, [first] if first else []
    while rest:
        one = rest.pop()
        total += one.own + one.ended
        rest += below[one.pid]
    return total

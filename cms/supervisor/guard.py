"""Ends the children of a supervisor that was killed outright.

Started by the supervisor as a script of its own. It is told of each child over
standard input (``+123`` or ``-123``, the id of its process group). When that
input ends, the supervisor is gone, and whoever is left is asked to stop and,
after a few seconds, killed.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Collection, Iterable

PATIENCE = 6


def is_running(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def end(groups: Collection[int], patience: float = PATIENCE) -> None:
    """Ask the leader of each group to stop, then kill what is left of it."""
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    until = time.monotonic() + patience
    while time.monotonic() < until and any(is_running(group) for group in groups):
        time.sleep(0.1)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def main(lines: Iterable[str]) -> None:
    groups: set[int] = set()
    for line in lines:
        sign, group = line[0], int(line[1:])
        if sign == "+":
            groups.add(group)
        else:
            groups.discard(group)
    end(groups)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    main(sys.stdin)

"""One running copy per data folder."""

import fcntl
import json
import os
from pathlib import Path


class AlreadyRunning(Exception):
    """Another copy holds the lock; ``pid`` and ``address`` say which, as far as known."""

    def __init__(self, pid: int, address: str):
        super().__init__(pid, address)
        self.pid = pid
        self.address = address

    @property
    def is_alive(self) -> bool:
        """False while the helpers of a copy that was killed are still being ended."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return self.pid > 0


class Lock:
    """A lock that the system drops with the last process that holds its file, so that none is ever stale."""

    def __init__(self, path: Path):
        self.path = path
        self.handle: int | None = None

    def take(self, address: str) -> int:
        """The open file, for the guard to hold as well. AlreadyRunning while somebody else has it."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(*self._read(handle)) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "address": address}).encode(), 0)
        self.handle = handle
        return handle

    def release(self) -> None:
        if self.handle is not None:
            os.ftruncate(self.handle, 0)
            os.close(self.handle)
            self.handle = None

    def _read(self, handle: int) -> tuple[int, str]:
        with os.fdopen(handle, "rb") as file:
            try:
                found = json.loads(file.read())
                return int(found["pid"]), str(found["address"])
            except (ValueError, KeyError, TypeError):
                return 0, ""

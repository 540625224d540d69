"""Where the supervisor keeps what belongs to one running copy."""

import hashlib
import os
from pathlib import Path

# A unix socket's path may hold about 107 bytes; macOS allows 103.
LONGEST_SOCKET_PATH = 100


class UnsafeFolder(Exception):
    """A folder that should be private belongs to somebody else."""


def broker_socket(var: Path) -> Path:
    """The embedded broker's socket for a data folder. Settings and the supervisor both ask here.

    In ``var/run``, or, where that path is too long for a socket, in a private
    folder below /tmp that is named after the data folder and its owner.
    """
    inside = var / "run" / "valkey.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    mark = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    # The folder's owner and mode are checked before it is used (make_private), so a guessable name is safe.
    return Path("/tmp") / f"lectern-{os.getuid()}-{mark}" / "valkey.sock"  # noqa: S108


def make_private(folder: Path) -> None:
    """Make ``folder`` for its owner alone. UnsafeFolder when somebody else made it or can open it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise UnsafeFolder(f"{folder} belongs to somebody else. Remove it, or name another data folder in LECTERN_VAR.")
    folder.chmod(0o700)

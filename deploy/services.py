"""Runs a command with a real PostgreSQL and Redis: those that answer here, else private ones until it ends.

    .venv/bin/python deploy/services.py .venv/bin/python -m pytest -m services

The command finds them in DATABASE_URL, ANALYTICS_DATABASE_URL and REDIS_URL.
Databases of this run's own are used, and of Redis a number that held nothing; REDIS_URLS has as many
of them as WORKERS says, one for each process of the tests. Mail servers are
started by the tests that need them.
"""

import contextlib
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import redis

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from cms.supervisor.broker import NoServer, find_server

MARK = "lectern:tests"
CONFIGURATION = Path(__file__).parent / "postgres" / "postgresql.conf"
CLAIM = """
if redis.call("DBSIZE") > 0 then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "EX", 86400)
return 1
"""


class Missing(Exception):
    """A service that neither answers nor can be started here; the message says how to get it."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_until(works: Callable[[], object], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not works():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def postgres_answers(url: str) -> bool:
    """Whether somebody may create databases there; the tests make one of their own."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return bool(row and row[0])
    except psycopg.Error:
        return False


def postgres_here() -> Iterator[str]:
    """Addresses worth trying, the ones somebody named first."""
    named = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    if named.startswith("postgres"):
        yield named
    person = os.environ.get("PGUSER") or getpass.getuser()
    password = os.environ.get("PGPASSWORD", "")
    login = urllib.parse.quote(person) + (f":{urllib.parse.quote(password)}" if password else "")
    host, port = os.environ.get("PGHOST", "127.0.0.1"), os.environ.get("PGPORT", "5432")
    if not host.startswith("/"):
        yield f"postgres://{login}@{host}:{port}/postgres"


def own_database(url: str) -> str:
    """The same server, and a database that only this run uses (Django puts test_ before its name)."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(path=f"/lectern_{os.getpid()}"))


def postgres_programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    folders = [*versions, *([Path(on_path).resolve().parent] if on_path else [])]
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise Missing(
        "These tests need PostgreSQL: none answers on 127.0.0.1:5432 and none is installed. On Debian and Ubuntu: "
        "sudo apt-get install postgresql   Or name one that may create databases in TEST_DATABASE_URL."
    )


@contextlib.contextmanager
def private_postgres() -> Iterator[str]:
    """A server in a folder of its own. It refuses to run as root, so root lends it another account."""
    programs, port = postgres_programs(), free_port()
    who: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="lectern-pg-") as folder:
        if who:
            shutil.chown(folder, "nobody")
        data = f"{folder}/data"
        quiet: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, "check": True, **who}
        subprocess.run([programs / "initdb", "-D", data, "-U", "lectern", "-A", "trust", "-E", "UTF8", "-N"], **quiet)
        # The tests' server is set as the one of docker-compose, but for its place and for speed.
        shutil.copy(CONFIGURATION, f"{folder}/lectern.conf")
        options = f"-c config_file={folder}/lectern.conf -p {port} -k {folder} -c listen_addresses=127.0.0.1"
        options += " -c fsync=off -c max_connections=300"
        control = [str(programs / "pg_ctl"), "-D", data, "-w"]
        subprocess.run([*control, "-l", f"{folder}/log", "-o", options, "start"], **quiet)
        try:
            yield f"postgres://lectern@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet)


def redis_answers(url: str) -> bool:
    with contextlib.suppress(redis.RedisError, OSError), redis.Redis.from_url(url, socket_connect_timeout=2) as link:
        return bool(link.ping())
    return False


@contextlib.contextmanager
def claimed_redis(url: str) -> Iterator[str | None]:
    """``url`` with the number of a database that held nothing and is now this run's alone, or None.

    Looking and marking are one step on the server, so that two runs that start at once get two numbers. It is
    emptied at the end; the mark of a run that was killed goes after a day.
    """
    base, token, claimed = url.rsplit("/", 1)[0] if url.count("/") > 2 else url, secrets.token_hex(8), None
    with contextlib.suppress(redis.RedisError, OSError):
        for number in range(15, 0, -1):
            with redis.Redis.from_url(f"{base}/{number}", socket_connect_timeout=2) as link:
                if link.eval(CLAIM, 1, MARK, token):
                    claimed = f"{base}/{number}"
                    break
    try:
        yield claimed
    finally:
        if claimed:
            with contextlib.suppress(redis.RedisError, OSError), redis.Redis.from_url(claimed) as link:
                if link.get(MARK) == token.encode():
                    link.flushdb()


def clear_redis(url: str) -> None:
    """Delete what is in a claimed database, but not the mark by which other runs leave it alone."""
    with redis.Redis.from_url(url) as link:
        for key in link.scan_iter():
            if key != MARK.encode():
                link.delete(key)


@contextlib.contextmanager
def private_redis() -> Iterator[str]:
    try:
        program = find_server()
    except NoServer as missing:
        raise Missing(str(missing)) from None
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="lectern-redis-") as folder:
        argv = [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            folder,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as server:
            try:
                if not wait_until(lambda: redis_answers(f"redis://127.0.0.1:{port}")):
                    raise Missing("A private Redis was started but does not answer.")
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                server.terminate()


def brokers_for(count: int, stack: contextlib.ExitStack) -> list[str]:
    """Addresses of as many numbers of Redis, all of one server, until ``stack`` is closed."""
    here = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379"
    claimed = [stack.enter_context(claimed_redis(here)) for _number in range(count)]
    brokers = [broker for broker in claimed if broker]
    if len(brokers) == count:
        print("Redis: one that answers here", flush=True)
        return brokers
    print("Redis: a private one", flush=True)
    private = stack.enter_context(private_redis())
    return [private, *(f"{private.rsplit('/', 1)[0]}/{number}" for number in range(1, count))]


def run(command: list[str]) -> int:
    with contextlib.ExitStack() as stack:
        database = next(filter(postgres_answers, postgres_here()), None)
        whose = "one that answers here" if database else "a private one"
        database = own_database(database or stack.enter_context(private_postgres()))
        print(f"PostgreSQL: {whose}")
        brokers = brokers_for(int(os.environ.get("WORKERS") or 1), stack)
        env = dict(os.environ, DATABASE_URL=database, ANALYTICS_DATABASE_URL=f"{database}_analytics")
        env |= {"REDIS_URL": brokers[0], "REDIS_URLS": " ".join(brokers)}
        return subprocess.run(command, env=env, check=False).returncode


def main(command: list[str]) -> int:
    try:
        return run(command)
    except Missing as missing:
        print(missing)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

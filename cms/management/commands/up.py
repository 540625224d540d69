"""`make run`: prepares the data, then runs web, worker, beat and broker together until Ctrl-C."""

import logging
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from redis import Redis
from redis.exceptions import RedisError

from cms.demo_accounts import ACCOUNTS, PASSWORD, DemoAccount
from cms.supervisor.address import LOCAL_HOSTS, Address, AddressProblem
from cms.supervisor.broker import NoServer, answers, broker, find_server
from cms.supervisor.first_start import FirstStart
from cms.supervisor.lock import AlreadyRunning, Lock
from cms.supervisor.places import UnsafeFolder, make_private
from cms.supervisor.processes import on_one_machine
from cms.supervisor.supervisor import Printer, Supervisor


def accounts_with_public_password() -> list[DemoAccount]:
    """The demo accounts that exist and still have the password the README prints."""
    emails = [account.email for account in ACCOUNTS]
    people = get_user_model().objects.filter(email__in=emails, is_active=True)
    hashes = dict(people.values_list("email", "password"))
    # The demo hashes its password once; each different hash is checked once.
    public = {known for known in set(hashes.values()) if check_password(PASSWORD, known)}
    return [account for account in ACCOUNTS if hashes.get(account.email) in public]


@contextmanager
def no_broker_yet() -> Iterator[None]:
    """The broker is started after the data is there: that it does not answer is no news to somebody who has just begun.
    What could not be queued is found by the first sweep."""
    loggers = [logging.getLogger(name) for name in ("workbench.queue", "workbench.cache", "workbench.kept")]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger in loggers:
            logger.setLevel(logging.NOTSET)


def flower_port(env: Mapping[str, str]) -> int | None:
    """Where Flower is to answer; None where nobody asked for it. CommandError where it would stand open."""
    guard = env.get("FLOWER_BASIC_AUTH", "")
    if not guard:
        return None
    name, _colon, password = guard.partition(":")
    if not name or len(password) < 8:
        raise CommandError(
            "FLOWER_BASIC_AUTH has to be name:password, the password of 8 characters or more: Flower shows what the "
            "workers do and can stop them. Leave it out to start without Flower."
        )
    port = env.get("FLOWER_PORT", "5555")
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        raise CommandError(f"FLOWER_PORT is {port}, which is no port. Name one between 1 and 65535, or leave it out.")
    return int(port)


def environment_for_children(address: Address) -> dict[str, str]:
    """What the processes know: all that this one does, its settings, and the address they serve."""
    env = dict(os.environ, PYTHONUNBUFFERED="1")
    # Celery warns whoever is root, at length; a demo in a container is.
    env.setdefault("PYTHONWARNINGS", "ignore:You're running the worker")
    env.setdefault("WAGTAILADMIN_BASE_URL", address.url.rstrip("/"))
    if not address.is_local:
        env.setdefault("ALLOWED_HOSTS", ",".join([*LOCAL_HOSTS[:2], "[::1]", address.host, socket.gethostname()]))
    return env


class Command(BaseCommand):
    help = "Runs the whole site on this machine: web, worker, beat and, unless REDIS_URL is set, a private broker."

    def handle(self, **options):
        try:
            self.run()
        except (AddressProblem, NoServer, UnsafeFolder) as problem:
            raise CommandError(str(problem)) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped before the site was up. The next start goes on from here.") from None

    def run(self):
        self.with_demo = os.environ.get("DEMO", "1") not in ("0", "no", "false") and settings.LECTERN_DEMO_ALLOWED
        address = Address.from_environment(os.environ)
        self.flower_port = flower_port(os.environ)
        self.make_folders()
        lock = Lock(settings.VAR_DIR / "run" / "up.lock")
        handle = self.take(lock, address)
        try:
            address.require_free()
            self.check_broker()
            self.prepare_data(address)
            self.refuse_public_passwords(address)
            connections.close_all()
            self.supervise(address, handle)
        finally:
            lock.release()

    def make_folders(self):
        try:
            for name in ("run", "valkey", "static", "media", "private"):
                (settings.VAR_DIR / name).mkdir(parents=True, exist_ok=True)
            probe = settings.VAR_DIR / "run" / "probe"
            probe.write_text("")
            probe.unlink()
        except OSError as error:
            raise CommandError(
                f"{settings.VAR_DIR} cannot be written to ({error.strerror}), and the site keeps its data there. "
                "Give yourself the right to write, or name another folder: LECTERN_VAR=/path/to/folder make run"
            ) from None

    def take(self, lock: Lock, address: Address) -> int:
        """The lock's file. A copy that was killed gets a few seconds to end its processes."""
        until = time.monotonic() + 15
        while True:
            try:
                return lock.take(address.url)
            except AlreadyRunning as other:
                if other.is_alive:
                    raise CommandError(
                        f"Lectern already runs here (process {other.pid}) at {other.address}. Use that one, stop it "
                        f"with: kill {other.pid}, or give this one a folder and a port of its own: "
                        f"LECTERN_VAR=/path/to/folder PORT={address.port + 1} make run"
                    ) from None
                if time.monotonic() > until:
                    raise CommandError(
                        f"Processes of an earlier run still hold {lock.path}. End them, then start again: "
                        f"fuser -k {lock.path}"
                    ) from None
            time.sleep(0.2)

    def check_broker(self):
        """REDIS_URL must answer now; otherwise a server program must be there to start."""
        if not settings.REDIS_URL:
            self.server = find_server()
            return
        try:
            Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3, socket_timeout=3).ping()
        except (RedisError, OSError, ValueError) as error:
            raise CommandError(
                f"The server named by REDIS_URL does not answer ({type(error).__name__}). Start it, mend the address, "
                "or leave REDIS_URL out: a private one is then started."
            ) from None

    def prepare_data(self, address: Address):
        first_start = FirstStart(settings.VAR_DIR)
        try:
            is_new = not MigrationRecorder(connection).has_table()
        except DatabaseError as error:
            raise CommandError(
                f"The database cannot be opened: {str(error).strip()}. Mend DATABASE_URL, or leave it out: "
                "a file in the data folder is then used."
            ) from None
        if is_new:
            first_start.begin()
            self.stdout.write("First start: preparing the database …")
        elif first_start.broke_off:
            self.stdout.write("The first start did not finish; going on with it …")
        with no_broker_yet():
            call_command("migrate", interactive=False, verbosity=0)
            self.prepare_analytics()
        people = get_user_model().objects
        if not people.exists() and self.with_demo:
            if not address.is_local:
                raise CommandError(
                    f"HOST={address.host} would let others in with the demo's public passwords. Start clean instead: "
                    f"DEMO=0 HOST={address.host} make run, or leave HOST out."
                )
            if "load_demo" in get_commands():
                first_start.clear_leftovers(media=Path(settings.MEDIA_ROOT), var=settings.VAR_DIR)
                self.stdout.write("Loading the demo academy (once; DEMO=0 starts without) …")
                with no_broker_yet():
                    call_command("load_demo", stdout=self.stdout, stderr=self.stderr)
        first_start.finish()
        if not people.exists():
            self.stdout.write(
                "Nobody can sign in yet. Make the first person: .venv/bin/python manage.py create_administrator"
            )

    def prepare_analytics(self):
        """A site without its second database works; what happens meanwhile is taken in once it is there."""
        try:
            call_command("migrate", "analytics", database="analytics", interactive=False, verbosity=0)
        except DatabaseError as error:
            self.stderr.write(
                f"The analytics database cannot be opened: {str(error).strip()}. Start its server or mend "
                "ANALYTICS_DATABASE_URL, then: manage.py migrate analytics --database analytics"
            )

    def refuse_public_passwords(self, address: Address):
        self.public = accounts_with_public_password()
        if self.public and not address.is_local:
            raise CommandError(
                f"HOST={address.host} would let others in with the demo's public password: "
                f"{', '.join(account.email for account in self.public)}. Change these passwords or switch these "
                "accounts off in the admin under People, or leave HOST out to serve this computer only."
            )

    def supervise(self, address: Address, handle: int):
        say = Printer(self.write_line, color=sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
        supervisor = Supervisor(env=environment_for_children(address), say=say, held=[handle])
        supervisor.listen()
        try:
            self.start(supervisor, address)
            if not supervisor.stop_requested:
                self.greet(address)
            supervisor.run_until(lambda: False)
        finally:
            self.stdout.write("\nStopping …")
            self.stdout.flush()
            supervisor.stop()
            if not settings.REDIS_URL:
                settings.REDIS_SOCKET.unlink(missing_ok=True)
            self.stdout.write("Stopped. Nothing is lost; the next start goes on from here.")

    def start(self, supervisor: Supervisor, address: Address):
        if not settings.REDIS_URL:
            path = settings.REDIS_SOCKET
            make_private(path.parent)
            path.unlink(missing_ok=True)
            data = settings.VAR_DIR / "valkey"
            supervisor.start(broker(self.server, path=path, data=data))
            if not supervisor.run_until(lambda: answers(path), seconds=60) and not supervisor.stop_requested:
                raise CommandError(
                    f"The embedded broker did not start; {data / 'broker.log'} says why. If its data is damaged, move "
                    f"{data} away: only background work that was waiting is lost."
                )
        for process in on_one_machine(address.bind, self.flower_port):
            supervisor.start(process)
        status = None

        def has_answered():
            nonlocal status
            status = address.status()
            return status is not None

        if not supervisor.run_until(has_answered, seconds=120):
            if not supervisor.stop_requested:
                raise CommandError("The site did not answer within 2 minutes; the lines marked “web” say why.")
        elif status >= 500:
            raise CommandError("The site runs but its front page fails; the lines marked “web” say why.")

    def greet(self, address: Address):
        lines = ["", f"Lectern runs at {address.url} and its admin at {address.url}admin/   (Ctrl-C stops it)"]
        if self.flower_port:
            lines.append(f"What the workers do: http://127.0.0.1:{self.flower_port}/flower/")
        if self.public:
            lines.append(f"Demo accounts, all with the password {PASSWORD}:")
            lines += [f"  {account.email:<28}{account.can}" for account in self.public]
        self.stdout.write("\n".join([*lines, ""]))
        self.stdout.flush()

    def write_line(self, text: str):
        sys.stdout.write(text)
        sys.stdout.flush()

"""What the site hangs on, each asked on its own: the same facts for the doctor, for Check connections and for Background work."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass

from celery import current_app
from django.conf import settings
from django.core.cache import caches
from django.db import Error as DatabaseError
from django.db import connection
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from operations.models import ProcessKind
from operations.selectors.work import processes, queue_names, recent_failures, stuck_queues, work_states
from workbench.cache import redis_behind_cache, unreachable


@dataclass(frozen=True)
class Finding:
    """One part of the site: how it is, in words, and how to mend it where it is not well."""

    part: str
    words: str
    is_well: bool = True
    mend: str = ""


def start() -> str:
    return _("Start the processes: make run")


def start_server() -> str:
    return _("Start the server named by REDIS_URL.") if settings.REDIS_URL else start()


def database() -> Finding:
    part = _("Database")
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        mend = start() if connection.vendor == "sqlite" else _("Start the server, or mend DATABASE_URL.")
        return Finding(part, str(error).strip(), False, mend)
    if connection.vendor == "sqlite":
        return Finding(part, _("SQLite at %s") % connection.settings_dict["NAME"])
    info = connection.settings_dict
    return Finding(
        part,
        _("%(kind)s “%(name)s” on %(host)s")
        % {"kind": connection.display_name, "name": info["NAME"], "host": info["HOST"] or _("a local socket")},
    )


def cache() -> Finding:
    """Asked past the forgiving back end, which would call a dead server a miss."""
    part = _("Cache")
    server = redis_behind_cache()
    if server is None:
        return Finding(part, _("%s, in this process") % type(caches["default"]).__name__)
    try:
        server.ping()
    except unreachable() as error:
        words = _("no answer (%s); pages are slower without it") % type(error).__name__
        return Finding(part, words, False, start_server())
    return Finding(part, _("answers"))


def broker() -> Finding:
    part = _("Broker")
    try:
        with current_app.connection_for_read() as link:
            link.ensure_connection(max_retries=1, timeout=2)
            where = link.as_uri()
    except Exception as error:
        words = _("no answer (%s): background work waits") % type(error).__name__
        return Finding(part, words, False, start_server())
    return Finding(part, _("answers at %s") % where)


def last_words(kind: ProcessKind) -> str:
    """When a process of this kind was heard from last, as the end of a sentence."""
    seen = [process.seen_at for process in processes() if process.kind == kind]
    return _(", last heard from %s ago") % timesince(max(seen)) if seen else ""


def worker() -> Finding:
    """Every queue needs somebody who reads it; the workers are asked themselves."""
    part = _("Worker")
    try:
        answers = current_app.control.inspect(timeout=2).active_queues() or {}
    except Exception as error:
        return Finding(part, _("cannot be asked (%s)") % type(error).__name__, False, start())
    served = {queue["name"] for queues in answers.values() for queue in queues}
    missing = [name for name in queue_names() if name not in served]
    if missing:
        words = _("nobody works on: %s") % ", ".join(missing)
        return Finding(part, words + ("" if answers else last_words(ProcessKind.WORKER)), False, start())
    return Finding(part, _("%s at work") % ", ".join(sorted(answers)))


def queues() -> Finding:
    """Whether every queue moves; the workers may answer and yet hang on a task."""
    part = _("Queues")
    stuck = stuck_queues()
    if not stuck:
        return Finding(part, _("%s move") % ", ".join(queue_names()))
    words = ", ".join(_("%(name)s for %(time)s") % {"name": name, "time": timesince(at)} for name, at in stuck.items())
    return Finding(part, _("stand still: %s") % words, False, _("See what their workers do; start them anew."))


def beat() -> Finding:
    """Beat's own signs of life, one every half minute."""
    part = _("Beat")
    found = [process for process in processes() if process.kind == ProcessKind.BEAT]
    alive = [process for process in found if process.is_alive]
    if len(alive) > 1:
        names = ", ".join(process.name for process in alive)
        words = _("%(n)d at once (%(names)s): regular tasks run several times") % {"n": len(alive), "names": names}
        return Finding(part, words, False, _("Stop all but one of them."))
    if alive:
        return Finding(part, _("heard from %s ago") % timesince(alive[0].seen_at))
    words = _("not running") + last_words(ProcessKind.BEAT)
    return Finding(part, words, False, _("%s; schedules wait until it runs.") % start())


def background() -> Finding:
    """What background work left behind. A mail to a wrong address is no fault of the site, so this only tells."""
    part = _("Background work")
    failed = [f"{state.label}: {state.failed}" for state in work_states() if state.failed]
    failures = recent_failures()
    if failures.total:
        failed.append(
            _("tasks that failed in the last %(days)d days: %(n)d") % {"days": failures.days, "n": failures.total}
        )
    if failed:
        mend = _("Look at them in the admin, under Settings, Background work.")
        return Finding(part, "; ".join(failed), mend=mend)
    waiting = sum(state.waiting for state in work_states())
    return Finding(part, _("nothing failed, %d waiting") % waiting)


def mail_server() -> Finding:
    """Greets the server and signs in; sends nothing."""
    part = _("Mail server")
    if not settings.EMAIL_URL:
        return Finding(part, _("none: mail stays in the outbox page of the admin (EMAIL_URL names a server)"))
    name = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
    try:
        with kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=5) as server:
            if settings.EMAIL_USE_TLS:
                server.starttls()
            if settings.EMAIL_HOST_USER:
                server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            server.noop()
    except (smtplib.SMTPException, OSError) as error:
        words = _("%(name)s does not take mail (%(why)s)") % {"name": name, "why": type(error).__name__}
        mend = _("Check host, port, name and password in EMAIL_URL; mail waits in the outbox meanwhile.")
        return Finding(part, words, False, mend)
    return Finding(part, _("%s takes mail") % name)


CONNECTIONS: tuple[Callable[[], Finding], ...] = (database, cache, broker, worker, queues, beat, mail_server)


def findings(checks: tuple[Callable[[], Finding], ...]) -> list[Finding]:
    """Each check's answer; one that fails itself hides no other."""
    return [look(check) for check in checks]


def look(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:
        part = check.__name__.replace("_", " ").capitalize()
        return Finding(part, f"{type(error).__name__}: {error}", False)

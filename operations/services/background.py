"""Starting background work by hand, and writing down signs of life."""

import ast
import json
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from operations.exceptions import NotRepeatable, NotRunnable, NoWorker
from operations.models import Heartbeat, ProcessKind, QueueMovement, SiteSettings
from operations.registries import task_words
from operations.selectors.work import sign_in_target
from workbench.queue import enqueue

# A process that was killed leaves its row; after this long nobody asks about it any more.
FORGET_AFTER = timedelta(days=1)

SIGN_IN_FAILED, UNKNOWN_ADDRESS = "operations.sign_in_failed", "operations.sign_in_unknown"
# Failures of one kind from one address within this time are one entry with a count.
ONE_ENTRY_FOR = timedelta(minutes=10)


def registered_task(name: str) -> Any:
    """The task of that name. NotRunnable where this version of the site has none, or none that may be started."""
    task = current_app.tasks.get(name)
    if task is None or name not in task_words:
        raise NotRunnable(name)
    return task


def run_entry_now(*, entry: PeriodicTask) -> None:
    """Hand the task of ``entry`` to a worker once, without waiting for its time; its rhythm stays as it is.

    NotRunnable for a task that is not registered, NoWorker where the broker cannot be reached.
    """
    try:
        args, kwargs = json.loads(entry.args or "[]"), json.loads(entry.kwargs or "{}")
    except ValueError:
        raise NotRepeatable from None
    start(registered_task(entry.task), args, kwargs)


def repeat_task(*, result: TaskResult) -> None:
    """Hand the task behind ``result`` to a worker once more, with what it was given then.

    Every task of ours takes ids and finds nothing to do where the work is done, so a repeat does no harm.
    NotRunnable, NotRepeatable or NoWorker, and nothing was started.
    """
    task = registered_task(result.task_name or "")
    start(task, given(result.task_args, ()), given(result.task_kwargs, {}))


def start(task: Any, args: Any, kwargs: Any) -> None:
    # Tasks take plain ids, by their place.
    if kwargs:
        raise NotRepeatable
    if not enqueue(task, *args):
        raise NoWorker


def given(stored: str | None, default: Any) -> Any:
    """What a result says its task was given: JSON around Python's own spelling. NotRepeatable where it was cut short."""
    if not stored:
        return default
    try:
        value = json.loads(stored)
        value = ast.literal_eval(value) if isinstance(value, str) else value
    except (ValueError, SyntaxError):
        raise NotRepeatable from None
    if not isinstance(value, type(default) | list):
        raise NotRepeatable
    return value


def record_heartbeat(
    *, kind: ProcessKind, name: str, started_at: datetime, queues: tuple[str, ...] = (), now: datetime | None = None
) -> None:
    """Write down that a process is alive, and forget those that were last heard from a day ago."""
    now = now or timezone.now()
    Heartbeat.objects.update_or_create(
        kind=kind,
        name=name[:200],
        defaults={"started_at": started_at, "seen_at": now, "queues": sorted(queues)},
    )
    Heartbeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()


def forget_process(*, kind: ProcessKind, name: str) -> None:
    """A process that ends in order takes its row with it."""
    Heartbeat.objects.filter(kind=kind, name=name[:200]).delete()


def record_movement(*, queue: str, now: datetime | None = None) -> None:
    """Write down that a worker has just finished something from ``queue``."""
    QueueMovement.objects.update_or_create(queue=queue, defaults={"moved_at": now or timezone.now()})


def record_sign_in_failure(*, address: str, ip: str = "", now: datetime | None = None) -> None:
    """Write a failed sign-in into the audit log: about the person whose address it was, or about the site.

    What was typed is kept nowhere, since people type passwords into the wrong field. Many tries from one address
    become one entry with a count, so that nobody floods the log.
    """
    now = now or timezone.now()
    person = sign_in_target(address)
    target, action = (person, SIGN_IN_FAILED) if person else (SiteSettings.load(), UNKNOWN_ADDRESS)
    entry = (
        ModelLogEntry.objects.for_instance(target)
        .filter(action=action, timestamp__gte=now - ONE_ENTRY_FOR, data__ip=ip)
        .order_by("-timestamp")
        .first()
    )
    if entry is None:
        log(instance=target, action=action, data={"ip": ip, "times": 1}, timestamp=now)
        return
    entry.data = {"ip": ip, "times": entry.data.get("times", 1) + 1}
    entry.save(update_fields=["data"])

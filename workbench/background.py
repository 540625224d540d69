"""Rows of background work: claimed by one worker at a time, woken by a message, and heard of while a worker is at them.

A model of such work has ``uuid``, ``state``, ``fence``, ``lease_until``, ``task_id`` and ``woken_at``. What a worker says while
its transaction is open it cannot say through the database, where nobody would see it: that goes through the cache. A
cache that is gone costs the bar its movement, and a cancel some time; nothing else.
"""

from datetime import timedelta
from typing import Any

from celery import Task
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from workbench.queue import enqueue

WAKE_AGAIN = timedelta(minutes=10)
# How long a word in the cache lives, in seconds: longer than any work.
KEPT = 3600


def lease_time() -> timedelta:
    """Longer than a worker may live with one task: whoever holds an expired lease is gone."""
    return timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)


def claim(work: Any, *, state: str, task_id: str, lease: timedelta | None = None, **values: Any) -> bool:
    """Take ``work``, as it was read, into ``state`` with a fence nobody else holds. Committed on return.

    False where somebody else was faster. Must not run inside a transaction.
    """
    with transaction.atomic(durable=True):
        mine = type(work)._default_manager.filter(pk=work.pk, state=work.state, fence=work.fence)
        claimed = mine.update(
            state=state,
            fence=F("fence") + 1,
            lease_until=timezone.now() + (lease or lease_time()),
            task_id=task_id,
            **values,
        )
    return bool(claimed)


def wake(task: Task, model: type[Model], work_id: int) -> None:
    """Put a row of ``model`` on the queue; where the broker is gone, the sweep does it later."""
    row = model._default_manager.filter(pk=work_id)
    row.update(woken_at=timezone.now())
    if not enqueue(task, work_id):
        row.update(woken_at=None)


def forgotten(waiting: QuerySet) -> list[int]:
    """Those of the rows that wait which no message woke, or whose message got lost."""
    unheard = Q(woken_at=None) | Q(woken_at__lt=timezone.now() - WAKE_AGAIN)
    return list(waiting.filter(unheard).order_by("pk").values_list("pk", flat=True))


# While a worker is at it ----------------------------------------------------------


def name_of(work: Any, what: str) -> str:
    return f"work:{work.uuid}:{work.fence}:{what}"


def tell_progress(work: Any, done: int, total: int | None = None) -> None:
    """``total`` where nobody could know it before the work began."""
    cache.set(name_of(work, "done"), done, KEPT)
    if total is not None:
        cache.set(name_of(work, "total"), total, KEPT)


def heard_progress(work: Any) -> int:
    """How much the worker said is done; 0 before it says anything."""
    return cache.get(name_of(work, "done")) or 0


def heard_total(work: Any) -> int:
    """How much there is to do; 0 before the worker says so."""
    return cache.get(name_of(work, "total")) or 0


def ask_to_stop(work: Any) -> None:
    cache.set(name_of(work, "stop"), 1, KEPT)


def is_asked_to_stop(work: Any) -> bool:
    return bool(cache.get(name_of(work, "stop")))

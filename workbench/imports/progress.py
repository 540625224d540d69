"""What a worker says while its transaction is open. It cannot say it through the database, where nobody would see it.

A cache that is gone costs the bar its movement, and a cancel some time; nothing else.
"""

from typing import Any

from django.core.cache import cache

from workbench.models import ImportBatch

KEPT = 3600


def name_of(work: Any, what: str) -> str:
    """``work`` is a row with a uuid, and a fence that grows with each worker that takes it."""
    return f"work:{work.uuid}:{work.fence}:{what}"


def tell_progress(work: Any, done: int) -> None:
    cache.set(name_of(work, "done"), done, KEPT)


def heard_progress(work: Any) -> int:
    """How much the worker said is done; 0 before it says anything."""
    return cache.get(name_of(work, "done")) or 0


def told_progress(batch: ImportBatch) -> int:
    """Rows done so far, by the worker's word or by the row's."""
    return max(batch.rows_done, heard_progress(batch))


def ask_to_stop(batch: ImportBatch) -> None:
    cache.set(name_of(batch, "stop"), 1, KEPT)


def is_asked_to_stop(batch: ImportBatch) -> bool:
    return bool(cache.get(name_of(batch, "stop")))

"""What a worker says while its transaction is open. It cannot say it through the database, where nobody would see it.

A cache that is gone costs the bar its movement, and a cancel some time; nothing else.
"""

from django.core.cache import cache

from workbench.models import ImportBatch

KEPT = 3600


def name_of(batch: ImportBatch, what: str) -> str:
    return f"import:{batch.uuid}:{batch.fence}:{what}"


def tell_progress(batch: ImportBatch, done: int) -> None:
    cache.set(name_of(batch, "done"), done, KEPT)


def told_progress(batch: ImportBatch) -> int:
    """Rows done so far, by the worker's word or by the row's."""
    return max(batch.rows_done, cache.get(name_of(batch, "done")) or 0)


def ask_to_stop(batch: ImportBatch) -> None:
    cache.set(name_of(batch, "stop"), 1, KEPT)


def is_asked_to_stop(batch: ImportBatch) -> bool:
    return bool(cache.get(name_of(batch, "stop")))

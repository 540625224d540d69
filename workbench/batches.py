"""Many changes that count as one: what must follow each of them follows once, at the end."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_waiting: ContextVar[dict[Hashable, Callable[[], object]] | None] = ContextVar("batch", default=None)


@contextmanager
def one_batch() -> Iterator[None]:
    """Put off whatever is asked for with `once` until the end of the block; an error drops it.

    Stands inside the transaction of the changes, so that what follows is part of it. A
    batch within a batch belongs to the outer one.
    """
    if _waiting.get() is not None:
        yield
        return
    waiting: dict[Hashable, Callable[[], object]] = {}
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for follow in waiting.values():
        follow()


def once(key: Hashable, follow: Callable[[], object]) -> None:
    """Call ``follow`` now, or once for ``key`` at the end of the batch that is open."""
    waiting = _waiting.get()
    if waiting is None:
        follow()
    else:
        waiting[key] = follow

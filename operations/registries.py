"""What upper apps tell this one in their ``ready()``: what their background work is called, and how it stands."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class WorkState:
    """How one kind of background work stands: rows that wait, that are under way, and that failed for good.

    ``failed`` counts what nobody has mended yet; ``url`` leads to the list, ``failed_url`` to its failed rows.
    """

    label: str | Promise
    waiting: int
    running: int
    failed: int
    url: str
    failed_url: str


# Key -> function without arguments. Each asks a fixed number of queries.
work: dict[str, Callable[[], WorkState]] = {}

# Full name of a task -> what it does, in words. Only what stands here is offered to run, and to run again.
task_words: dict[str, str | Promise] = {}


def words_of(task: str | None) -> str:
    """What ``task`` does, or its bare name where no app says."""
    return str(task_words.get(task or "", task or ""))

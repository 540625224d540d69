"""What upper apps tell this one in their ``ready()``: what their background work is called, how it stands, which tables wear."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Model
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

# What upper apps find out about their own connections; each gives an `operations.checks.Finding`.
checks: list[Callable[[], Any]] = []

# Full name of a task -> what it does, in words. Only what stands here is offered to run, and to run again.
task_words: dict[str, str | Promise] = {}


def words_of(task: str | None) -> str:
    """What ``task`` does, or its bare name where no app says."""
    return str(task_words.get(task or "", task or ""))


class Wear(StrEnum):
    """How a table changes so much that the database's defaults look after it too late."""

    # Its rows are written again and again, and each time leave a dead one behind.
    REWRITTEN = "rewritten"
    # It only grows, so that what the planner knows of it is soon about another table.
    GROWING = "growing"


# The tables that wear, and how.
hot_tables: dict[type[Model], Wear] = {}

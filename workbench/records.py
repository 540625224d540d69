"""What other apps say about a record: links to the rows that hang on it, and what happened to it, in words.

A lower app's inspect page shows what upper apps know without importing them: they
fill `related` and `timelines` in their ``ready()``.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

# How many moments a timeline shows; what is left out is said.
TIMELINE_LENGTH = 50


@dataclass(frozen=True)
class Related:
    """Rows of another list that belong to a record: "12 enrollments", and where they are listed."""

    label: str | Promise
    url: str
    count: int


@dataclass(frozen=True, order=True)
class Moment:
    """Something that happened at an aware time ``at``, told in ``words`` (escaped on render); ``url`` leads to its record."""

    at: datetime
    words: str = ""
    url: str = ""
    icon: str = "history"


# Model -> functions (viewer, record) -> links. Only rows that ``viewer`` may list are counted.
related: dict[type[Model], list[Callable[[Any, Any], Iterable[Related]]]] = {}

# Model -> functions (viewer, record, limit) -> (the newest ``limit`` moments that ``viewer`` may know of, newest
# first; how many there are in all).
timelines: dict[type[Model], list[Callable[[Any, Any, int], tuple[list[Moment], int]]]] = {}


@dataclass(frozen=True)
class Timeline:
    """The newest moments of a record, newest first, and how many there are in all."""

    moments: list[Moment]
    total: int


def related_to(viewer: Any, record: Any) -> list[Related]:
    """All links that apps offer for ``record``, in the order of the apps."""
    return [link for links in related.get(type(record), []) for link in links(viewer, record)]


def timeline_of(viewer: Any, record: Any, limit: int = TIMELINE_LENGTH) -> Timeline | None:
    """What happened to ``record`` as far as ``viewer`` may know; None where no app tells of this kind of record."""
    sources = timelines.get(type(record))
    if not sources:
        return None
    told = [source(viewer, record, limit) for source in sources]
    newest = heapq.nlargest(limit, (moment for moments, _total in told for moment in moments), key=lambda one: one.at)
    return Timeline(newest, sum(total for _moments, total in told))

"""What a dashboard counts, as plain data: which rows a number stands for, and the numbers themselves."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from reports.periods import Period, Stretch

# A chart names this many courses or teams; what is left is one bar of its own.
MOST_NAMED = 12


class What(StrEnum):
    """What a number counts; the value stands in the address of its rows."""

    ENROLLMENTS = "enrollments"
    COMPLETIONS = "completions"
    FINISHED = "finished"
    ACTIVE = "active"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Cut:
    """Which rows: those of the period, of one of its weeks or months, or of the stretch before it."""

    what: What
    period: Period
    # None is every course, or everybody whatever their team; a team that is None is "in no team".
    courses: Collection[uuid.UUID] | None = None
    teams: Collection[uuid.UUID | None] | None = None
    day: dt.date | None = None
    is_earlier: bool = False

    @property
    def stretch(self) -> Stretch:
        """KeyError for a day that begins no part of the period, and for what lies before the beginning."""
        if self.day is not None:
            return self.period.part(self.day)
        if not self.is_earlier:
            return self.period.whole
        if self.period.earlier is None:
            raise KeyError("earlier")
        return self.period.earlier


@dataclass(frozen=True)
class CourseFigures:
    """One course's counts. ``ever`` is every counted run, whenever it began."""

    key: uuid.UUID
    title: str
    ever: int
    enrolled: int
    finished: int
    completed: int
    overdue: int
    enrolled_before: int = 0
    completed_before: int = 0


@dataclass(frozen=True)
class TeamFigures:
    """``key`` is None for people who are in no team."""

    key: uuid.UUID | None
    name: str
    overdue: int


@dataclass(frozen=True)
class Figures:
    """Every number of a dashboard as of ``period.now``, for all courses or for the chosen one."""

    period: Period
    choices: tuple[tuple[uuid.UUID, str], ...]
    courses: tuple[CourseFigures, ...]
    teams: tuple[TeamFigures, ...]
    active: int
    active_before: int | None
    # One value for each of the period's days, zeros included.
    enrolled_by_day: tuple[int, ...]
    completed_by_day: tuple[int, ...]
    active_by_day: tuple[int, ...]

    def total(self, field: str) -> int:
        return sum(getattr(course, field) for course in self.courses)


@dataclass(frozen=True)
class KeyFigures:
    active: int
    enrolled: int
    completed: int
    overdue: int


Entry = TypeVar("Entry")


def named_and_rest(entries: Iterable[Entry], size: Callable[[Entry], int]) -> tuple[list[Entry], list[Entry]]:
    """The dozen biggest, biggest first, and the others; what has nothing to show is in neither."""
    ranked = sorted((entry for entry in entries if size(entry)), key=size, reverse=True)
    return ranked[:MOST_NAMED], ranked[MOST_NAMED:]


def overdue_of(entry: CourseFigures | TeamFigures) -> int:
    return entry.overdue


def percent(part: int, whole: int) -> int:
    """Whole percent; 0 only for none and 100 only for all."""
    if not whole or part in (0, whole):
        return 100 if whole and part else 0
    return min(max(round(100 * part / whole), 1), 99)

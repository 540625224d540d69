"""What has to be done for a badge, as a tree, and when a learner's history first met it. Pure: no database, no clock.

`earned_at` is a function of the history alone. More of a history never takes a badge away and never moves it to a later
time, so it does not matter in which order, or how often, its parts arrive.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

# More than anybody reads; a tree this large is a mistake.
MOST_NODES = 50
BEGINNING = datetime.min.replace(tzinfo=UTC)


class Node(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CourseCompleted(Node):
    kind: Literal["course"] = "course"
    course_key: UUID


class CoursesCompleted(Node):
    """So many different courses, all of one topic where one is named."""

    kind: Literal["courses"] = "courses"
    count: Annotated[int, Field(ge=1, le=1000)]
    topic: int | None = None


class QuizScore(Node):
    """A quiz, or any where none is named, with so many percent of its points or more."""

    kind: Literal["quiz"] = "quiz"
    quiz_key: UUID | None = None
    percent: Annotated[Decimal, Field(ge=0, le=100)]
    first_try: bool = False


class StreakReached(Node):
    kind: Literal["streak"] = "streak"
    days: Annotated[int, Field(ge=2, le=3660)]


class PointsReached(Node):
    """So many points earned, whether or not they are spent. A level is the points it begins with."""

    kind: Literal["points"] = "points"
    points: Annotated[int, Field(ge=1)]


class Group(Node):
    """All of its parts, any of them, or at least ``least``."""

    kind: Literal["group"] = "group"
    match: Literal["all", "any", "some"]
    least: Annotated[int, Field(ge=1)] = 1
    parts: Annotated[tuple["Criterion", ...], Field(min_length=1)]

    @model_validator(mode="after")
    def can_be_met(self) -> "Group":
        if self.match == "some" and self.least > len(self.parts):
            raise ValueError(f"{self.least} of {len(self.parts)} parts cannot be met")
        return self


Criterion = Annotated[
    CourseCompleted | CoursesCompleted | QuizScore | StreakReached | PointsReached | Group, Field(discriminator="kind")
]


def nodes_of(tree: Node) -> Iterator[Node]:
    """The tree's nodes, itself first."""
    yield tree
    if isinstance(tree, Group):
        for part in tree.parts:
            yield from nodes_of(part)


def leaves_of(tree: Node) -> Iterator[Node]:
    """What has to be done, in the order in which it was written."""
    return (node for node in nodes_of(tree) if not isinstance(node, Group))


def kinds_of(tree: Node) -> frozenset[str]:
    """The kinds of the tree's leaves: what it listens to."""
    return frozenset(leaf.kind for leaf in leaves_of(tree))  # type: ignore[attr-defined]


TREES: TypeAdapter[Node] = TypeAdapter(Criterion)


def tree_from(data: Any) -> Node | None:
    """The tree that was dumped as ``data``; None where it is none, as for a badge that was given by hand."""
    try:
        return TREES.validate_python(data)
    except ValidationError:
        return None


@dataclass(frozen=True, order=True)
class Completion:
    at: datetime
    course_key: UUID
    topics: frozenset[int] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, order=True)
class QuizTaken:
    """One graded attempt; ``percent`` of its points, ``number`` 1 for the first in its run."""

    at: datetime
    quiz_key: UUID
    percent: Decimal
    number: int = 1


@dataclass(frozen=True, order=True)
class ActiveDay:
    """A day of the learner's calendar on which they learned, and when they began on it."""

    day: date
    at: datetime


@dataclass(frozen=True, order=True)
class Gain:
    at: datetime
    points: int


@dataclass(frozen=True)
class History:
    """What one learner has done, each part in the order of time."""

    completions: Sequence[Completion] = ()
    quizzes: Sequence[QuizTaken] = ()
    days: Sequence[ActiveDay] = ()
    gains: Sequence[Gain] = ()


def earned_at(tree: Node, history: History) -> datetime | None:
    """When ``history`` first met ``tree``; None while it does not."""
    match tree:
        case CourseCompleted():
            return min((one.at for one in history.completions if one.course_key == tree.course_key), default=None)
        case CoursesCompleted():
            return nth_course(tree, history.completions)
        case QuizScore():
            return min((one.at for one in history.quizzes if reaches(tree, one)), default=None)
        case StreakReached():
            return end_of_streak(tree.days, history.days)
        case PointsReached():
            return crossing(tree.points, history.gains)
        case Group():
            return of_group(tree, [earned_at(part, history) for part in tree.parts])
    raise TypeError(f"{type(tree).__name__} is no criterion")


def reaches(wanted: QuizScore, taken: QuizTaken) -> bool:
    return (
        (wanted.quiz_key is None or wanted.quiz_key == taken.quiz_key)
        and taken.percent >= wanted.percent
        and (taken.number == 1 or not wanted.first_try)
    )


def nth_course(wanted: CoursesCompleted, completions: Sequence[Completion]) -> datetime | None:
    seen: set[UUID] = set()
    for one in sorted(completions):
        if wanted.topic is None or wanted.topic in one.topics:
            seen.add(one.course_key)
            if len(seen) == wanted.count:
                return one.at
    return None


def end_of_streak(length: int, days: Sequence[ActiveDay]) -> datetime | None:
    run, before = 0, None
    for one in sorted(days):
        if one.day == before:
            continue
        run = run + 1 if before is not None and one.day - before == timedelta(days=1) else 1
        before = one.day
        if run == length:
            return one.at
    return None


def crossing(points: int, gains: Sequence[Gain]) -> datetime | None:
    total = 0
    for gain in sorted(gains):
        total += gain.points
        if total >= points:
            return gain.at
    return None


def of_group(group: Group, moments: Iterable[datetime | None]) -> datetime | None:
    """When as many parts as ``group`` asks for were met, each of them at its one of ``moments``."""
    met = sorted(at for at in moments if at is not None)
    needed = {"all": len(group.parts), "any": 1, "some": group.least}[group.match]
    return met[needed - 1] if len(met) >= needed else None


def points_allow(tree: Node, gains: Sequence[Gain]) -> datetime | None:
    """The earliest moment at which ``gains`` alone would let ``tree`` be met, were all else done from the beginning.

    None where they never do. Points are the one part of a history that more events can make smaller: by a cap, an
    event that comes late may leave less for those after it.
    """
    match tree:
        case PointsReached():
            return crossing(tree.points, gains)
        case Group():
            return of_group(tree, [points_allow(part, gains) for part in tree.parts])
    return BEGINNING

"""Which happenings earn which points, and how days add up to streaks. Pure: no database, no clock."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

OncePer = Literal["event", "question", "lesson", "course"]
# What takes back the points of a lesson: it counts as not done until it is done again.
RESET = "lesson:reset"
LESSON_DONE = ("lesson:completed",)


@dataclass(frozen=True, order=True)
class Happening:
    """One event of one learner as rules see it. They are ordered by time, and by key where two have the same."""

    at: datetime
    key: int
    verb: str = ""
    recorded_at: datetime | None = None
    # The learner's own calendar day.
    day: date | None = None
    run: int | None = None
    course_key: UUID | None = None
    lesson_key: UUID | None = None
    # The question that was answered.
    object_uuid: UUID | None = None
    topics: frozenset[int] = frozenset()
    # Points got of points there were, 0 to 100; None for what has no score.
    percent: Decimal | None = None


@dataclass(frozen=True)
class Terms:
    """A point rule as it stood for what was recorded from ``since`` until ``until`` (None: open on that side)."""

    key: int
    rule: int
    verb: str
    points: int
    once_per: OncePer = "event"
    course_key: UUID | None = None
    topic: int | None = None
    min_percent: Decimal | None = None
    per_day: int | None = None
    per_course: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    is_active: bool = True
    since: datetime | None = None
    until: datetime | None = None

    def covers(self, happening: Happening) -> bool:
        """Whether these are the terms that were in force when the happening was recorded."""
        at = happening.recorded_at or happening.at
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def fits(self, happening: Happening) -> bool:
        """Whether the happening meets every condition; caps are looked at afterwards."""
        day = happening.day or happening.at.date()
        return (
            self.is_active
            and self.verb == happening.verb
            and (self.course_key is None or self.course_key == happening.course_key)
            and (self.topic is None or self.topic in happening.topics)
            and (self.min_percent is None or (happening.percent is not None and happening.percent >= self.min_percent))
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True)
class Award:
    """Points that a rule gives for an event; below zero where the event takes back what another gave."""

    rule: int
    terms: int
    event: int
    points: int


def object_of(happening: Happening, once_per: OncePer) -> tuple[Any, ...]:
    """What a rule gives points for once: this event, or this question, lesson or course in this run."""
    match once_per:
        case "question":
            return (happening.run, happening.object_uuid)
        case "lesson":
            return (happening.run, happening.lesson_key)
        case "course":
            return (happening.run, happening.course_key)
    return (happening.key,)


def awards_of_rule(
    happenings: Sequence[Happening], versions: Collection[Terms], kept: Mapping[int, Award]
) -> list[Award]:
    """What one rule gives for all ``happenings`` of one learner, in their order, whatever the order they came in.

    ``versions`` are the rule's terms over time. An event that has an award in ``kept`` meets the conditions by it, with
    the points of then: what was earned is not judged anew because a course changed its topic. Caps are counted in
    points by the terms of each event; the award that reaches a cap gets what is left of it. A lesson that was reset gives
    its points back, and may earn them again; what was given back still counts towards the caps.
    """
    found: list[Award] = []
    by_key = {terms.key: terms for terms in versions}
    given: set[tuple[Any, ...]] = set()
    # What each lesson has earned since it was last reset, and for what place.
    of_lesson: dict[tuple[Any, ...], list[tuple[tuple[Any, ...], Award]]] = defaultdict(list)
    by_day: dict[date, int] = defaultdict(int)
    by_course: dict[UUID | None, int] = defaultdict(int)
    for happening in sorted(happenings):
        if happening.verb == RESET:
            if undone := of_lesson.pop((happening.run, happening.lesson_key), []):
                given -= {place for place, _award in undone}
                last, points = undone[-1][1], sum(award.points for _place, award in undone)
                found.append(Award(last.rule, last.terms, happening.key, -points))
            continue
        before = kept.get(happening.key)
        terms = by_key.get(before.terms) if before is not None else None
        # Terms that do not cover it were read while the rule was being changed: it is judged by those that do.
        if terms is None or not terms.covers(happening):
            terms = next((one for one in versions if one.covers(happening) and one.fits(happening)), None)
        if terms is None:
            continue
        place = object_of(happening, terms.once_per)
        if place in given:
            continue
        day = happening.day or happening.at.date()
        points = min(
            terms.points,
            terms.points if terms.per_day is None else terms.per_day - by_day[day],
            terms.points if terms.per_course is None else terms.per_course - by_course[happening.course_key],
        )
        if points <= 0:
            continue
        award = Award(terms.rule, terms.key, happening.key, points)
        found.append(award)
        by_day[day] += points
        by_course[happening.course_key] += points
        given.add(place)
        if happening.verb in LESSON_DONE:
            of_lesson[(happening.run, happening.lesson_key)].append((place, award))
    return found


@dataclass(frozen=True)
class Streak:
    """Days in a row up to ``last``, and the longest such row there ever was."""

    current: int = 0
    longest: int = 0
    last: date | None = None


def streak_of(days: Collection[date]) -> Streak:
    """The streaks in a set of calendar days. Days are dates of the learner's calendar, so a day of 23 or 25 hours is one."""
    run, longest, before = 0, 0, None
    for day in sorted(set(days)):
        run = run + 1 if before is not None and day - before == timedelta(days=1) else 1
        longest = max(longest, run)
        before = day
    return Streak(run, longest, before)


def current_streak(last: date | None, length: int, today: date) -> int:
    """How long a streak that ended on ``last`` is today: it lives until a whole day passes without activity."""
    return length if last is not None and today - last <= timedelta(days=1) else 0

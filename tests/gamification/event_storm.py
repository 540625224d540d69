"""Thousands of events of many learners: written in any order, delivered by many threads, and what comes of them."""

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connections
from django.utils import timezone

from gamification.boards import Board, Period, Standings
from gamification.models import BadgeAward, LearnerProfile, PointEntry
from gamification.receivers import on_events_recorded
from gamification.selectors import boards as tables
from gamification.services.settling import FROM_EVENTS
from learning.models import LearningEvent
from learning.verbs import DATA_MODELS, Verb
from tests.races import none_fails

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
DAYS = 12
# Learners whose events come in one request.
TOGETHER = 5
IN_A_REQUEST = 25
TIMES = 3
THREADS = 8


@dataclass
class Storm:
    """Requests, each with a few events of a few learners, and what has to happen before one of them is delivered."""

    requests: list[list[LearningEvent]]
    chance: random.Random
    written: set[int] = field(default_factory=set)
    locks: list[threading.Lock] = field(default_factory=list)

    def __post_init__(self):
        self.locks = [threading.Lock() for _request in self.requests]

    def write(self, number: int) -> None:
        """Write the events of a request, once, as what they are at that moment."""
        with self.locks[number]:
            if number not in self.written:
                now = timezone.now()
                for event in self.requests[number]:
                    event.recorded_at = event.recorded_at or now
                LearningEvent.objects.bulk_create(self.requests[number])
                self.written.add(number)

    def deliver(self, number: int) -> None:
        self.write(number)
        events = list(self.requests[number])
        on_events_recorded(sender=LearningEvent, events=tuple(events))

    def rage(self, meanwhile: list[Callable[[], Any]]) -> None:
        """Deliver every request three times, in random order, from eight threads; ``meanwhile`` is done on the way."""
        jobs: list[Callable[[], Any]] = [partial(self.deliver, number) for number in range(len(self.requests))] * TIMES
        self.chance.shuffle(jobs)
        for place, job in enumerate(meanwhile, start=1):
            jobs.insert(place * len(jobs) // (len(meanwhile) + 1), job)
        next_job, failures = iter(jobs), []
        taking = threading.Lock()

        def work() -> None:
            while True:
                with taking:
                    job = next(next_job, None)
                if job is None:
                    return
                try:
                    job()
                except BaseException as error:
                    failures.append(error)
                    return
                finally:
                    connections["default"].close_if_unusable_or_obsolete()

        none_fails(*[work] * THREADS)
        assert failures == []

    def again_in_order(self) -> None:
        """Forget all that came of the events, and the events, and let them come once, in the order of time."""
        forget()
        LearningEvent.objects.all().delete()
        for learners in buckets({event.learner_id for request in self.requests for event in request}):
            events = sorted(
                (event for request in self.requests for event in request if event.learner_id in learners),
                key=lambda event: event.occurred_at,
            )
            for start in range(0, len(events), IN_A_REQUEST):
                some = events[start : start + IN_A_REQUEST]
                for event in some:
                    event.pk = None
                LearningEvent.objects.bulk_create(some)
                on_events_recorded(sender=LearningEvent, events=tuple(some))


def buckets(learners: set[int]) -> list[set[int]]:
    ordered = sorted(learners)
    return [set(ordered[start : start + TOGETHER]) for start in range(0, len(ordered), TOGETHER)]


def make_storm(learners: list[Any], courses: list[Any], each: int, seed: int = 6) -> Storm:
    """``each`` events of every learner, at moments of their own within twelve days, cut into requests at random."""
    chance = random.Random(seed)
    requests = []
    for bucket in buckets({person.pk for person in learners}):
        events = [event for learner in sorted(bucket) for event in events_of(learner, courses, each, chance)]
        chance.shuffle(events)
        requests += [events[start : start + IN_A_REQUEST] for start in range(0, len(events), IN_A_REQUEST)]
    chance.shuffle(requests)
    return Storm(requests, chance)


LESSON = {"rule": "button", "completed": 1, "required": 9}
RESET = {
    "reason": "x",
    "was_rule": "button",
    "was_completed_at": START,
    "was_revision_id": None,
    "completed": 0,
    "required": 9,
}
VERBS = (
    (Verb.LESSON_COMPLETED, 40, LESSON),
    (Verb.LESSON_RESET, 8, RESET),
    (Verb.QUESTION_ANSWERED, 25, {"question_type": "single_choice", "block_id": "b", "attempt": 1, "is_right": True}),
    (Verb.QUIZ_STARTED, 5, {"attempt": 1, "questions": 2}),
    (Verb.QUIZ_GRADED, 12, None),
    (Verb.COURSE_ENROLLED, 5, {}),
    (Verb.COURSE_COMPLETED, 5, {"lessons": []}),
)


def events_of(learner: int, courses: list[Any], each: int, chance: random.Random) -> list[LearningEvent]:
    moments = chance.sample(range(DAYS * 24 * 60), each)
    kinds = chance.choices(VERBS, weights=[weight for _verb, weight, _data in VERBS], k=each)
    return [
        event_of(learner, verb, data, minute, courses, chance)
        for (verb, _weight, data), minute in zip(kinds, moments, strict=True)
    ]


def event_of(
    learner: int, verb: Verb, data: Any, minute: int, courses: list[Any], chance: random.Random
) -> LearningEvent:
    course = chance.choice(courses)
    score = None
    if verb == Verb.QUIZ_GRADED:
        score = chance.choice((40, 79, 80, 90, 100))
        cause = {"score": str(score), "max_score": "100", "passed": None, "cause": "submission"}
        data = {"attempt": chance.choice((1, 2)), **cause}
    if verb == Verb.QUESTION_ANSWERED:
        score = chance.choice((0, 1))
    lesson = uuid.UUID(int=course.pk * 100 + chance.randrange(6))
    is_of_lesson = verb not in (Verb.COURSE_ENROLLED, Verb.COURSE_COMPLETED)
    return LearningEvent(
        verb=verb,
        occurred_at=START + timedelta(minutes=minute),
        recorded_at=None,
        learner_id=learner,
        actor_id=learner,
        course_key=course.translation_key,
        lesson_key=lesson if is_of_lesson else None,
        object_uuid=uuid.UUID(int=chance.randrange(8)) if verb == Verb.QUESTION_ANSWERED else None,
        page_title=f"{course.title}, {lesson.int % 100}",
        score=score,
        data=DATA_MODELS[(verb, 1)].model_validate(data).model_dump(mode="json"),
        source="web",
        idempotency_key=f"{learner}:{minute}",
    )


def forget() -> None:
    """Delete every row that follows from events."""
    PointEntry.objects.filter(kind__in=FROM_EVENTS).delete()
    BadgeAward.objects.filter(reason="", revoked_at=None).delete()
    LearnerProfile.objects.all().delete()


def outcome() -> dict[str, list[tuple]]:
    """All that follows from events, by names that outlive the rows: the ledger, the badges, and where each learner stands."""
    ledger = PointEntry.objects.values_list(
        "learner", "rule", "event__idempotency_key", "kind", "points", "terms", "at", "course_key", "title"
    )
    badges = BadgeAward.objects.values_list("learner", "badge__name", "earned_at", "expires_on", "criteria__kind")
    standing = LearnerProfile.objects.values_list(
        "learner", "balance", "merit", "streak", "longest_streak", "last_active_on", "events_seen"
    )
    return {
        "ledger": sorted(ledger, key=str),
        "badges": sorted(badges, key=str),
        "standing": sorted(standing, key=str),
        "ranks": ranks(tables.standings),
    }


# By points, over all time and over four of the twelve days: completions and scores are read from the events themselves.
BOARDS = (
    Board(period=Period.ALL),
    Board(period=Period.DATES, first=START.date() + timedelta(days=3), last=START.date() + timedelta(days=6)),
)


def ranks(standings: Callable[..., Standings]) -> list[tuple]:
    """Who stands where on each board, by what ``standings`` says."""
    return [
        (board.period, place.learner, place.value, place.rank)
        for board in BOARDS
        for place in standings(board, 0, first=1_000).places
    ]

"""Points, badges and rewards, made by the services, and learners' events at chosen moments."""

import uuid
from datetime import UTC, datetime
from itertools import count
from typing import Any

from gamification.models import Badge, LearnerProfile, Redemption, Reward
from gamification.services.points import adjust_points
from gamification.services.rewards import request_reward
from learning.models import Enrollment, LearningEvent
from learning.verbs import DATA_MODELS, Verb
from lms_pages.models import CoursePage, QuizPage
from tests.factories.accounts import make_person

_numbers = count(1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def part(kind: str, **value: Any) -> dict:
    """One criterion as a stream stores it."""
    return {
        "type": kind,
        "id": str(uuid.uuid4()),
        "value": {name: getattr(one, "pk", one) for name, one in value.items()},
    }


def group(match: str, *parts: dict, least: int | None = None) -> dict:
    return part("group", match=match, least=least, parts=list(parts))


def as_stream(*parts: dict) -> Any:
    return Badge._meta.get_field("criteria").stream_block.to_python(list(parts))


def make_badge(*parts: dict, live: bool = True, **fields: Any) -> Badge:
    """A badge for ``parts`` (ten points where there are none), published the way editors publish unless not ``live``."""
    fields.setdefault("name", f"Badge {next(_numbers)}")
    fields.setdefault("description", "For something done well.")
    badge = Badge(criteria=as_stream(*(parts or [part("points", points=10)])), live=False, **fields)
    badge.save()
    revision = badge.save_revision()
    if live:
        revision.publish()
    badge.refresh_from_db()
    return badge


def happen(
    learner: Any, verb: Verb, *, at: datetime = NOON, course: CoursePage | None = None, page: Any = None, **extra: Any
) -> LearningEvent:
    """One event row of ``learner``, as if it had been written at the moment it happened. No bell rings."""
    extra.setdefault("source", "web")
    data = DATA_MODELS[(verb, 1)].model_validate(extra.pop("data", {})).model_dump(mode="json")
    extra.setdefault("recorded_at", at)
    enrollment = Enrollment.objects.filter(learner=learner, course=course).first() if course else None
    return LearningEvent.objects.create(
        verb=verb,
        occurred_at=at,
        learner=learner,
        actor=extra.pop("actor", learner),
        enrollment=enrollment,
        course_key=course.translation_key if course else None,
        page=page or course,
        page_title=(page or course).title if page or course else "",
        lesson_key=page.translation_key if page else None,
        idempotency_key=str(uuid.uuid4()),
        data=data,
        **extra,
    )


def complete_course(learner: Any, course: CoursePage, at: datetime = NOON) -> LearningEvent:
    return happen(learner, Verb.COURSE_COMPLETED, at=at, course=course, data={"lessons": []})


def grade_quiz(
    learner: Any,
    quiz: QuizPage,
    percent: int,
    at: datetime = NOON,
    *,
    attempt: int = 1,
    course: CoursePage | None = None,
) -> LearningEvent:
    data = {"attempt": attempt, "score": str(percent), "max_score": "100", "passed": None, "cause": "submission"}
    return happen(learner, Verb.QUIZ_GRADED, at=at, course=course, page=quiz, score=percent, data=data)


def learn(learner: Any, at: datetime = NOON) -> LearningEvent:
    """A sign that somebody learned at this moment, worth no points by itself."""
    data = {"attempt": 1, "questions": 1}
    return happen(learner, Verb.QUIZ_STARTED, at=at, data=data)


def make_reward(name: str = "", *, cost: int = 100, teams: tuple = (), **extra) -> Reward:
    """On offer for everybody, as many as are asked for, with approval; unless ``extra`` says otherwise."""
    reward = Reward.objects.create(name=name or f"Reward {next(_numbers)}", cost=cost, **extra)
    reward.teams.set(teams)
    return reward


def give_points(learner: Any, points: int, reason: str = "A gift of the test") -> None:
    adjust_points(learner=learner, points=points, reason=reason, actor=None)


def make_redemption(learner: Any = None, reward: Reward | None = None) -> Redemption:
    """Asked for by somebody who had just the points for it."""
    learner, reward = learner or make_person(), reward or make_reward()
    give_points(learner, reward.cost)
    return request_reward(learner=learner, reward=reward)


def balance_of(learner: Any) -> int:
    return LearnerProfile.objects.get(learner=learner).balance

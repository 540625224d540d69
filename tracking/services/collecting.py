"""Finding in the learning record what services are to be told: lessons, quizzes, courses and badges.

The record is the letter: nothing is told from within the request that wrote it. Looking again changes nothing, since an
event goes to a service once.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from gamification.models import BadgeAward
from learning.models import LearningEvent
from learning.verbs import Verb
from lms_pages.selectors import titles_of
from tracking.events import Value
from tracking.models import Collected, Dispatch
from tracking.services.noting import about_course, visit_of

# A row has the moment it was made, and can be read once its transaction ends.
OVERLAP = timedelta(minutes=2)
BATCH = 1_000
# What is told of the learning record, by what it is called there, and which of its details.
TOLD: dict[str, tuple[str, tuple[str, ...]]] = {
    Verb.COURSE_ENROLLED: ("course_enrolled", ("policy", "run")),
    Verb.LESSON_COMPLETED: ("lesson_completed", ("rule", "completed", "required")),
    Verb.QUIZ_SUBMITTED: ("quiz_submitted", ("attempt", "answered", "questions")),
}
AGREED = Q(learner__tracking_consent__agreed=True)


def collect(vendor: str, *, back: timedelta = OVERLAP) -> int:
    """Put what was recorded since the last look, and ``back`` before it, on its way to ``vendor``; returns how many events
    were looked at.

    Only of people who had agreed when it happened, and only what happened since the service was switched on.
    """
    now = timezone.now()
    state, _new = Collected.objects.get_or_create(vendor=vendor, defaults={"since": now, "until": now})
    since, read = max(state.until - back, state.since), 0
    found = found_since(vendor, since=since, begun=state.since)
    while some := list(islice(found, BATCH)):
        Dispatch.objects.bulk_create(some, ignore_conflicts=True)
        read += len(some)
    Collected.objects.filter(vendor=vendor, until__lt=now).update(until=now)
    return read


def found_since(vendor: str, *, since: datetime, begun: datetime) -> Iterator[Dispatch]:
    """Rows that are not saved yet: of the events, then of the badges."""
    agreed_at = F("learner__tracking_consent__decided_at")
    events = LearningEvent.objects.filter(
        AGREED, Q(occurred_at__gte=agreed_at), verb__in=TOLD, recorded_at__gte=since, occurred_at__gte=begun
    ).order_by("recorded_at", "pk")
    values = ("uuid", "verb", "occurred_at", "course_key", "lesson_key", "page_title", "data")
    rows = events.values(*values, pseudonym=F("learner__tracking_consent__pseudonym"))
    for some in batches(rows.iterator(chunk_size=BATCH)):
        titles = titles_of(row["course_key"] for row in some)
        for row in some:
            name, details = TOLD[row["verb"]]
            params = {key: row["data"][key] for key in details if row["data"].get(key) not in (None, "")}
            params |= about_course(row["course_key"], titles.get(row["course_key"], ""))
            if row["lesson_key"]:
                params |= {"lesson_id": str(row["lesson_key"]), "lesson": row["page_title"]}
            yield dispatch(vendor, row["uuid"], name, row["occurred_at"], row["pseudonym"], params)
    awards = BadgeAward.objects.filter(
        AGREED, Q(awarded_at__gte=agreed_at), awarded_at__gte=since, earned_at__gte=begun, revoked_at=None
    ).order_by("awarded_at", "pk")
    for row in awards.values("uuid", "awarded_at", "badge_name", pseudonym=F("learner__tracking_consent__pseudonym")):
        params = {"badge": row["badge_name"]}
        yield dispatch(vendor, row["uuid"], "badge_earned", row["awarded_at"], row["pseudonym"], params)


def dispatch(vendor: str, uuid: Any, name: str, at: datetime, pseudonym: str, params: dict[str, Value]) -> Dispatch:
    visit = visit_of(pseudonym, at)
    return Dispatch(vendor=vendor, uuid=uuid, name=name, at=at, pseudonym=pseudonym, visit=visit, params=params)


def batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while some := list(islice(rest, BATCH)):
        yield some

"""What the site's own database has to tell: learning events and days of activity, with the labels of now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import TeamMembership
from analytics.models import NONE, ActivityFact, EventFact, ViewFact
from learning.models import ActivityDay, CohortMembership, LearningEvent
from learning.verbs import Verb
from lms_pages.selectors import titles_of
from tracking.models import PageView
from workbench.days import site_day

# A row as it was read: where it stands in the feed, and the fact it makes.
EVENT_VALUES = (
    "pk", "uuid", "verb", "occurred_at", "recorded_at", "learner_id", "learner__uuid", "enrollment_id", "enrollment__uuid",
    "course_key",
    "lesson_key", "page_title", "score", "data", "source",
)  # fmt: skip
VIEW_VALUES = (
    "pk", "uuid", "at", "kind", "title", "course_key", "lesson_key", "language", "is_signed_in", "weight",
)  # fmt: skip
ACTIVITY_VALUES = (
    "pk", "changed_at", "day", "lesson_key", "hits", "clicks", "seconds", "enrollment_id", "enrollment__uuid",
    "enrollment__course_key",
    "enrollment__learner_id", "enrollment__learner__uuid",
)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Rows of a feed in its order. ``at`` and ``pk`` are the place of the last one."""

    facts: list[Any] = field(default_factory=list)
    at: datetime | None = None
    pk: int = 0


def after(name: str, at: datetime | None, pk: int) -> Q:
    """Rows of a feed behind a place in it; all where ``at`` is None."""
    if at is None:
        return Q()
    return Q(**{f"{name}__gte": at}) & ~Q(**{name: at, "pk__lte": pk})


def read_events(*, at: datetime | None, pk: int = 0, limit: int) -> Batch:
    """The facts of the next events that were recorded, in the order of being recorded. Three queries more."""
    rows = list(
        LearningEvent.objects.filter(after("recorded_at", at, pk))
        .order_by("recorded_at", "pk")
        .values(*EVENT_VALUES)[:limit]
    )
    if not rows:
        return Batch()
    days = [site_day(row["occurred_at"]) for row in rows]
    teams = Teams(row["learner_id"] for row in rows)
    cohorts = Cohorts(row["enrollment_id"] for row in rows)
    titles = titles_of(row["course_key"] for row in rows)
    facts = [event_fact(row, day, teams, cohorts, titles) for row, day in zip(rows, days, strict=True)]
    return Batch(facts, rows[-1]["recorded_at"], rows[-1]["pk"])


def event_fact(
    row: dict[str, Any], day: date, teams: "Teams", cohorts: "Cohorts", titles: dict[UUID, str]
) -> EventFact:
    team, team_name = teams.on(row["learner_id"], day)
    cohort, cohort_name = cohorts.on(row["enrollment_id"], day)
    data = row["data"]
    return EventFact(
        occurred_at=row["occurred_at"],
        uuid=row["uuid"],
        recorded_at=row["recorded_at"],
        day=day,
        verb=row["verb"],
        learner=row["learner__uuid"] or NONE,
        team=team,
        team_name=team_name,
        cohort=cohort,
        cohort_name=cohort_name,
        enrollment=row["enrollment__uuid"] or NONE,
        course_key=row["course_key"] or NONE,
        course_title=titles.get(row["course_key"], ""),
        lesson_key=row["lesson_key"] or NONE,
        lesson_title=row["page_title"] if row["lesson_key"] else "",
        completed=data.get("completed"),
        required=data.get("required"),
        share=share_of(row),
        cause=data.get("cause", ""),
        source=row["source"],
    )


def share_of(row: dict[str, Any]) -> Decimal | None:
    """Which part of the points was earned, from 0 to 1: the score of a graded quiz is in points."""
    if row["verb"] != Verb.QUIZ_GRADED:
        return row["score"]
    try:
        share = Decimal(row["data"]["score"]) / Decimal(row["data"]["max_score"])
    except (DivisionByZero, InvalidOperation):
        # A quiz of no points, and one that is not graded yet.
        return None
    return round(share, 4)


def read_activity(*, at: datetime | None, pk: int = 0, limit: int) -> Batch:
    """The facts of the next days of activity that changed, in the order of their changes. Three queries more."""
    rows = list(
        ActivityDay.objects.filter(after("changed_at", at, pk))
        .order_by("changed_at", "pk")
        .values(*ACTIVITY_VALUES)[:limit]
    )
    if not rows:
        return Batch()
    teams = Teams(row["enrollment__learner_id"] for row in rows)
    cohorts = Cohorts(row["enrollment_id"] for row in rows)
    titles = titles_of(key for row in rows for key in (row["enrollment__course_key"], row["lesson_key"]))
    facts = [activity_fact(row, teams, cohorts, titles) for row in rows]
    return Batch(facts, rows[-1]["changed_at"], rows[-1]["pk"])


def activity_fact(row: dict[str, Any], teams: "Teams", cohorts: "Cohorts", titles: dict[UUID, str]) -> ActivityFact:
    team, team_name = teams.on(row["enrollment__learner_id"], row["day"])
    cohort, cohort_name = cohorts.on(row["enrollment_id"], row["day"])
    course = row["enrollment__course_key"]
    return ActivityFact(
        day=row["day"],
        enrollment=row["enrollment__uuid"],
        lesson_key=row["lesson_key"],
        lesson_title=titles.get(row["lesson_key"], ""),
        learner=row["enrollment__learner__uuid"],
        team=team,
        team_name=team_name,
        cohort=cohort,
        cohort_name=cohort_name,
        course_key=course,
        course_title=titles.get(course, ""),
        hits=row["hits"],
        clicks=row["clicks"],
        seconds=row["seconds"],
    )


def read_views(*, at: datetime | None, pk: int = 0, limit: int) -> Batch:
    """The facts of the next page views, in their order. One query more."""
    rows = list(PageView.objects.filter(after("at", at, pk)).order_by("at", "pk").values(*VIEW_VALUES)[:limit])
    if not rows:
        return Batch()
    titles = titles_of(row["course_key"] for row in rows)
    facts = [
        ViewFact(
            occurred_at=row["at"],
            uuid=row["uuid"],
            day=site_day(row["at"]),
            kind=row["kind"],
            title=row["title"],
            course_key=row["course_key"] or NONE,
            course_title=titles.get(row["course_key"], ""),
            lesson_key=row["lesson_key"] or NONE,
            lesson_title=row["title"] if row["lesson_key"] else "",
            language=row["language"],
            is_signed_in=row["is_signed_in"],
            weight=row["weight"],
        )
        for row in rows
    ]
    return Batch(facts, rows[-1]["at"], rows[-1]["pk"])


class Teams:
    """In which primary team people were on a day."""

    def __init__(self, people: Iterable[int | None]) -> None:
        self.memberships: dict[int, list[tuple[date, date | None, UUID, str]]] = {}
        rows = TeamMembership.objects.filter(is_primary=True, user__in={person for person in people if person})
        values = ("user", "since", "until", "team__uuid", "team__name")
        for person, since, until, team, name in rows.order_by("since", "pk").values_list(*values):
            self.memberships.setdefault(person, []).append((since, until, team, name))

    def on(self, person: int | None, day: date) -> tuple[UUID, str]:
        """The team and its name; `NONE` and no name for whoever was in none. Of two, the one that began later."""
        found = (NONE, "")
        for since, until, team, name in self.memberships.get(person or 0, ()):
            if since <= day and (until is None or day <= until):
                found = (team, name)
        return found


class Cohorts:
    """In which cohort runs take place: the one they were in on a day, else the last one before it, else the first."""

    def __init__(self, runs: Iterable[int | None]) -> None:
        self.memberships: dict[int, list[tuple[date, UUID, str]]] = {}
        rows = CohortMembership.objects.filter(enrollment__in={run for run in runs if run})
        values = ("enrollment", "since", "cohort__uuid", "cohort__name")
        for run, since, cohort, name in rows.order_by("since", "pk").values_list(*values):
            self.memberships.setdefault(run, []).append((since, cohort, name))

    def on(self, run: int | None, day: date) -> tuple[UUID, str]:
        """The cohort and its name; `NONE` and no name for a run without one."""
        memberships = self.memberships.get(run or 0, [])
        found = (NONE, "")
        for number, (since, cohort, name) in enumerate(memberships):
            if since <= day or number == 0:
                found = (cohort, name)
        return found

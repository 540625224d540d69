"""Who has met criteria: what a badge would give, asked before it gives anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts.policies import visible_to
from gamification.criteria import Gain, History, Node, earned_at, kinds_of
from gamification.models import Badge, BadgeAward, EntryKind, PointEntry
from gamification.selectors.happenings import ACTIVE_VERBS, Deeds, deeds_of, events_that_count
from learning.verbs import Verb

AT_ONCE = 200
SHOWN = 50
# A request that takes longer than a minute is ended by the server.
SECONDS = 25
# The events that a kind of criterion looks at; points look at the ledger.
EVENTS_OF = {
    "course": (Verb.COURSE_COMPLETED,),
    "courses": (Verb.COURSE_COMPLETED,),
    "quiz": (Verb.QUIZ_GRADED,),
    "streak": ACTIVE_VERBS,
}


@dataclass
class DryRun:
    """How many people have met criteria, and how many of them have the badge or had it taken back.

    ``people`` are the first of those the viewer may see, each with the moment; ``in_scope`` is how many they may see.
    ``looked_at`` of ``total`` learners were looked at before the time was over.
    """

    met: int = 0
    have: int = 0
    revoked: int = 0
    in_scope: int = 0
    people: list[tuple[Any, datetime]] = field(default_factory=list)
    looked_at: int = 0
    total: int = 0

    @property
    def is_whole(self) -> bool:
        return self.looked_at == self.total

    @property
    def new(self) -> int:
        return self.met - self.have - self.revoked


def learners_to_ask(tree: Node) -> list[int]:
    """Whoever has an event, or a line in the ledger, that ``tree`` looks at. At most two queries."""
    found: set[int] = set()
    if verbs := verbs_of(tree):
        found |= set(
            events_that_count().filter(verb__in=verbs).order_by().values_list("learner_id", flat=True).distinct()
        )
    if "points" in kinds_of(tree):
        lines = PointEntry.objects.filter(kind=EntryKind.EARNED, learner__isnull=False).order_by()
        found |= set(lines.values_list("learner_id", flat=True).distinct())
    return sorted(found)


def verbs_of(tree: Node) -> set[str]:
    return {verb for kind in kinds_of(tree) for verb in EVENTS_OF.get(kind, ())}


def histories_of(learners: list[int], tree: Node, at: datetime) -> dict[int, History]:
    """What ``learners`` have done as far as ``tree`` looks at it, with the points the ledger says. At most five queries."""
    gains: dict[int, list[Gain]] = {learner: [] for learner in learners}
    kept: set[Any] = set()
    # Results of quizzes count where they have earned points, also once their quiz hides them.
    if {"points", "quiz"} & kinds_of(tree):
        lines = PointEntry.objects.filter(learner__in=learners, kind=EntryKind.EARNED)
        for learner, moment, points, event in lines.values_list("learner", "at", "points", "event"):
            gains[learner].append(Gain(moment, points))
            kept.add(event)
    verbs = verbs_of(tree)
    deeds = deeds_of(learners, kept=kept, at=at, verbs=verbs) if verbs else {}
    found = {}
    for learner in learners:
        done = deeds.get(learner) or Deeds()
        found[learner] = History(done.completions, done.quizzes, done.days, gains[learner])
    return found


def people_who_met(tree: Node, learners: list[int] | None = None) -> Iterator[dict[int, datetime]]:
    """Whoever has met ``tree``, with the moment, 200 learners at a time: at most five queries for each time."""
    now = timezone.now()
    learners = learners_to_ask(tree) if learners is None else learners
    for start in range(0, len(learners), AT_ONCE):
        histories = histories_of(learners[start : start + AT_ONCE], tree, now)
        moments = {learner: earned_at(tree, history) for learner, history in histories.items()}
        yield {learner: at for learner, at in moments.items() if at is not None}


def dry_run(*, badge: Badge, tree: Node, viewer: Any, seconds: float = SECONDS) -> DryRun:
    """What giving ``badge`` by the criteria ``tree`` would do. Changes nothing; the queries grow by eight at most with each 200 learners.

    Begins no further 200 once ``seconds`` are over.
    """
    began, learners, run = monotonic(), learners_to_ask(tree), DryRun()
    run.total = len(learners)
    for met in people_who_met(tree, learners):
        run.looked_at = min(run.looked_at + AT_ONCE, run.total)
        run.met += len(met)
        if met:
            count(run, badge, met, viewer)
        if monotonic() - began > seconds:
            break
    return run


def count(run: DryRun, badge: Badge, met: dict[int, datetime], viewer: Any) -> None:
    awards = dict(BadgeAward.objects.filter(badge=badge, learner__in=met).values_list("learner_id", "revoked_at"))
    run.have += sum(revoked is None for revoked in awards.values())
    run.revoked += sum(revoked is not None for revoked in awards.values())
    new = [learner for learner in met if learner not in awards]
    seen = visible_to(viewer, get_user_model().objects.filter(pk__in=new))
    run.in_scope += seen.count()
    if room := SHOWN - len(run.people):
        first = seen.order_by("last_name", "first_name", "pk")[:room]
        run.people += [(person, met[person.pk]) for person in first]

"""Bringing learners up to date with their events: points, streak, badges.

What is earned follows from all of a learner's events and the rules, so settling somebody again, after any number of
events in any order, ends in the same rows. Nothing here needs to know which event rang.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone

from gamification.criteria import Gain, History, earned_at, points_allow
from gamification.models import BadgeAward, EntryKind, LearnerProfile, PointEntry
from gamification.models.points import MERITS
from gamification.rules import LESSON_DONE, RESET, Award, Terms, awards_of_rule, streak_of
from gamification.selectors.badges import Earnable, earnable_badges
from gamification.selectors.happenings import (
    Deeds,
    by_rule,
    counted_events,
    deeds_of,
    events_that_count,
    point_terms,
    zone_named,
)
from gamification.selectors.site import switches
from gamification.services.boards import mark_changed
from learning.models import LearningEvent
from workbench.days import site_day

AT_ONCE = 200
FROM_EVENTS = (EntryKind.EARNED, EntryKind.REVERSED)


@dataclass
class Settled:
    """How many learners were looked at, and the lines and badges that were new, changed or went; of one transaction, also
    which events (ids) were taken in."""

    learners: int = 0
    entries: int = 0
    awards: int = 0
    events: frozenset[int] = frozenset()

    def add(self, other: "Settled") -> None:
        self.learners += other.learners
        self.entries += other.entries
        self.awards += other.awards


# What this thread settled last: the events that were taken in.
last_taken_in = threading.local()


def has_taken_in(events: Collection[int]) -> bool:
    """Whether the last settling of this thread saw all of ``events`` (ids): where one request writes several, the ring of
    the first has brought its learner up to date with the others."""
    return getattr(last_taken_in, "events", frozenset()).issuperset(events)


def hold_profiles(learners: Collection[int]) -> dict[int, LearnerProfile]:
    """The profiles of ``learners``, made where there are none, locked until the transaction ends, in one order.

    Their people are locked first, as a merge of two accounts does: whoever held a profile and then wrote a line for a
    person that is being merged would wait for the merge, which waits for the profile.
    """
    hold_people(learners)
    return profiles_of_held(learners)


def profiles_of_held(learners: Collection[int]) -> dict[int, LearnerProfile]:
    # Whoever holds several profiles holds their people first, so nobody who has one of these waits for another.
    found = lock_profiles(learners)
    if missing := sorted(set(learners) - found.keys()):
        LearnerProfile.objects.bulk_create(
            [LearnerProfile(learner_id=learner) for learner in missing], ignore_conflicts=True
        )
        found |= lock_profiles(missing)
    return found


def hold_people(learners: Collection[int]) -> dict[int, ZoneInfo]:
    """Lock these people until the transaction ends, in one order; the zone of each one's calendar."""
    people = get_user_model().objects.filter(pk__in=learners).order_by("pk").select_for_update(no_key=True)
    return {pk: zone_named(name) for pk, name in people.values_list("pk", "timezone")}


def lock_profiles(learners: Collection[int]) -> dict[int, LearnerProfile]:
    rows = LearnerProfile.objects.filter(learner__in=learners).order_by("learner_id").select_for_update(no_key=True)
    return {row.learner_id: row for row in rows}


def settle_learner(*, learner_id: int) -> Settled:
    """`settle_learners` for one, telling them of what is new the next time they look."""
    return settle_learners(learner_ids=[learner_id])


def settle_learners(*, learner_ids: Iterable[int], is_news: bool = True) -> Settled:
    """Bring these learners' points, streaks and badges up to date with their events, 200 in a transaction each.

    ``is_news`` is off where history is replayed: then nobody is told of it. Parts that the site switched off stay as they
    are, and follow from all events once they are on again.
    """
    total = Settled()
    for some in batches(learner_ids):
        with transaction.atomic():
            settled = settle_some(some, is_news)
        last_taken_in.events = settled.events
        total.add(settled)
    return total


def batches(keys: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(dict.fromkeys(keys))
    while some := sorted(islice(rest, AT_ONCE)):
        yield some


def settle_some(learners: list[int], is_news: bool) -> Settled:
    now, on, settled = timezone.now(), switches(), Settled(len(learners))
    zones = hold_people(learners)
    profiles = profiles_of_held(learners)
    # Read while the profiles are held: who waited for them must not judge by rules of before.
    terms, badges = point_terms(), earnable_badges()
    lines = ledger_of(learners)
    kept_events = {place_of(line)[1] for own in lines.values() for line in own}
    deeds = deeds_of(learners, kept=kept_events, at=now, zones=zones)
    settled.events = frozenset(one.key for done in deeds.values() for one in done.happenings)
    news: set[int] = set()
    if on.points:
        changed = write_lines(deeds, lines, terms)
        settled.entries = sum(changed.values())
        news |= changed.keys()
    # Whatever is switched off: lines by hand and for rewards may have come with another account.
    add_up(profiles)
    for learner, profile in profiles.items():
        streak = streak_of([one.day for one in deeds[learner].days])
        profile.streak, profile.longest_streak, profile.last_active_on = streak.current, streak.longest, streak.last
        profile.events_seen = deeds[learner].events
    if on.badges and badges:
        given = award_badges(deeds, lines, badges)
        settled.awards = sum(given.values())
        news |= given.keys()
    for learner in news if is_news else ():
        profiles[learner].has_news = True
    LearnerProfile.objects.bulk_update(
        profiles.values(),
        ["balance", "merit", "streak", "longest_streak", "last_active_on", "events_seen", "has_news"],
    )

    transaction.on_commit(lambda: mark_changed(learners))
    return settled


def ledger_of(learners: Collection[int]) -> dict[int, list[PointEntry]]:
    """The lines of ``learners`` that follow from events which are still there."""
    found: dict[int, list[PointEntry]] = {learner: [] for learner in learners}
    for line in PointEntry.objects.filter(learner__in=learners, kind__in=FROM_EVENTS, event__isnull=False):
        found[cast(int, line.learner_id)].append(line)
    return found


def place_of(line: PointEntry) -> tuple[int, int]:
    """Rule and event of a line that follows from an event."""
    return cast(int, line.rule_id), cast(int, line.event_id)


def wanted_awards(deeds: Deeds, lines: Sequence[PointEntry], rules: dict[int, list[Terms]]) -> list[Award]:
    """What all rules give for what one learner has done."""
    kept: dict[int, dict[int, Award]] = defaultdict(dict)
    for line in lines:
        if line.kind == EntryKind.EARNED:
            rule, event = place_of(line)
            kept[rule][event] = Award(rule, cast(int, line.terms_id), event, line.points)
    found: list[Award] = []
    for rule, versions in rules.items():
        verbs = {versions[0].verb, *((RESET,) if versions[0].verb in LESSON_DONE else ())}
        happenings = [one for one in deeds.happenings if one.verb in verbs]
        found += awards_of_rule(happenings, versions, kept[rule])
    return found


def write_lines(deeds: dict[int, Deeds], lines: dict[int, list[PointEntry]], terms: Sequence[Terms]) -> dict[int, int]:
    """Make the ledger say what the rules give, and ``lines`` with it; returns how many lines changed for whom.

    Lines of events that are not among the deeds stay as they are.
    """
    rules, changed = by_rule(terms), defaultdict[int, int](int)
    new: list[PointEntry] = []
    other: list[PointEntry] = []
    gone: list[PointEntry] = []
    for learner, done in deeds.items():
        at = {one.key: one for one in done.happenings}
        there = {place_of(line): line for line in lines[learner] if line.event_id in at}
        for award in wanted_awards(done, lines[learner], rules):
            line = there.pop((award.rule, award.event), None)
            if line is None:
                happening = at[award.event]
                line = PointEntry(
                    learner_id=learner,
                    kind=EntryKind.EARNED if award.points > 0 else EntryKind.REVERSED,
                    points=award.points,
                    at=happening.at,
                    rule_id=award.rule,
                    terms_id=award.terms,
                    event_id=award.event,
                    course_key=happening.course_key,
                )
                new.append(line)
                lines[learner].append(line)
                changed[learner] += 1
            elif (line.points, line.terms_id) != (award.points, award.terms):
                line.points, line.terms_id = award.points, award.terms
                other.append(line)
                changed[learner] += 1
        if there:
            gone += there.values()
            lines[learner] = [line for line in lines[learner] if place_of(line) not in there]
            changed[learner] += len(there)
    titles = dict(LearningEvent.objects.filter(pk__in=[line.event_id for line in new]).values_list("pk", "page_title"))
    for line in new:
        line.title = titles[place_of(line)[1]]
    PointEntry.objects.bulk_create(new)
    PointEntry.objects.bulk_update(other, ["points", "terms"])
    PointEntry.objects.filter(pk__in=[line.pk for line in gone]).delete()
    return dict(changed)


def add_up(profiles: dict[int, LearnerProfile]) -> None:
    """Set the sums of ``profiles`` from the ledger. Call while they are held."""
    rows = PointEntry.objects.filter(learner__in=profiles.keys()).order_by().values_list("learner")
    sums = {
        learner: (balance, merit or 0)
        for learner, balance, merit in rows.annotate(
            balance=Sum("points"), merit=Sum("points", filter=Q(kind__in=MERITS))
        )
    }
    for learner, profile in profiles.items():
        profile.balance, profile.merit = sums.get(learner, (0, 0))


def history_of(deeds: Deeds, lines: Sequence[PointEntry]) -> History:
    gains = sorted(Gain(line.at, line.points) for line in lines if line.kind == EntryKind.EARNED)
    return History(deeds.completions, deeds.quizzes, deeds.days, gains)


def award_badges(
    deeds: dict[int, Deeds], lines: dict[int, list[PointEntry]], badges: Sequence[Earnable]
) -> dict[int, int]:
    """Give each badge to whoever has met its criteria and does not have it; returns how many are new for whom.

    One that was earned by the same criteria follows the history where an event came late (see `earned_by_now`). One that
    was taken back, or given by hand, stays as it is.
    """
    there = {
        (award.badge_id, award.learner_id): award
        for award in BadgeAward.objects.filter(learner__in=deeds.keys(), badge__in=[one.badge for one in badges])
    }
    criteria = {one.badge.pk: one.tree.model_dump(mode="json") for one in badges}
    new: list[BadgeAward] = []
    moved: list[BadgeAward] = []
    gone: list[BadgeAward] = []
    for learner, done in deeds.items():
        history = history_of(done, lines[learner])
        for one in badges:
            award = there.get((one.badge.pk, learner))
            if award is not None and (award.is_settled or award.criteria != criteria[one.badge.pk]):
                continue
            at = earned_at(one.tree, history)
            if award is None:
                if at is not None and not was_over_before(one, at):
                    new.append(new_award(one, learner, at, criteria[one.badge.pk]))
                continue
            at = earned_by_now(one, award, history, at)
            if at is None:
                gone.append(award)
            elif at != award.earned_at:
                award.earned_at, award.expires_on = at, one.badge.last_day(at)
                moved.append(award)
    BadgeAward.objects.bulk_create(new)
    BadgeAward.objects.bulk_update(moved, ["earned_at", "expires_on"])
    BadgeAward.objects.filter(pk__in=[award.pk for award in gone]).delete()
    counts, today = defaultdict[int, int](int), site_day()
    for award in new:
        counts[cast(int, award.learner_id)] += not award.is_over(today)
    return {learner: count for learner, count in counts.items() if count}


def earned_by_now(one: Earnable, award: BadgeAward, history: History, at: datetime | None) -> datetime | None:
    """When ``award`` was earned, now that its criteria are met at ``at``; None where the points for it went.

    A late event moves it to an earlier day. Only where the points it rests on are others by now, since a late event took
    their place under a cap, may it move to a later day or go: as the lines of the ledger do. A course that lost its
    topic, or a quiz that hides its points today, takes nothing away.
    """
    by_points = points_allow(one.tree, history.gains)
    if by_points is None:
        return None
    if at is not None and (at < award.earned_at or by_points > award.earned_at):
        return at
    return max(award.earned_at, by_points)


def was_over_before(one: Earnable, at: datetime) -> bool:
    """Whether the badge would have been over before it was there: what was done so long ago gives none."""
    last = one.badge.last_day(at)
    return last is not None and last < site_day(one.badge.first_published_at or one.badge.created_at)


def new_award(one: Earnable, learner: int, at: datetime, criteria: dict[str, Any]) -> BadgeAward:
    return BadgeAward(
        badge=one.badge,
        badge_name=one.badge.name,
        learner_id=learner,
        earned_at=at,
        criteria=criteria,
        revision_id=one.badge.live_revision_id,
        expires_on=one.badge.last_day(at),
    )


def settle_behind(*, since: datetime | None = None) -> Settled:
    """Settle those who have an event of theirs not taken in yet, among events recorded from ``since`` on (None: ever).

    What a lost ring, an import or another process left behind.
    """
    events = events_that_count()
    if since is not None:
        events = events.filter(recorded_at__gte=since)
    total = Settled()
    for some in batches(events.order_by().values_list("learner_id", flat=True).distinct().iterator()):
        if behind := learners_behind(some):
            total.add(settle_learners(learner_ids=behind))
    return total


def learners_behind(learners: Collection[int]) -> list[int]:
    """Those of ``learners`` whose profile does not take in all of their events. Two queries."""
    seen = dict(LearnerProfile.objects.filter(learner__in=learners).values_list("learner_id", "events_seen"))
    return [learner for learner, count in counted_events(learners).items() if seen.get(learner) != count]


def everybody(*, after: int = 0, limit: int | None = None) -> list[int]:
    """Ids above ``after`` of all who have events that count, or a profile, in order; the first ``limit`` of them."""
    people = get_user_model().objects.filter(pk__gt=after)
    has_events = Exists(events_that_count().filter(learner=OuterRef("pk")))
    has_profile = Exists(LearnerProfile.objects.filter(learner=OuterRef("pk")))
    return list(people.filter(has_events | has_profile).order_by("pk").values_list("pk", flat=True)[:limit])


def rebuild(*, learner_ids: Iterable[int] | None = None) -> Settled:
    """Settle everybody, or these, anew, and tell nobody. Two runs end in the same rows."""
    return settle_learners(learner_ids=everybody() if learner_ids is None else learner_ids, is_news=False)

"""Taking feeds into facts. It may be done any number of times, by any number of processes, and stop anywhere."""

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from analytics.exceptions import Held
from analytics.models import DATABASE, ActivityFact, EventFact, FoldState, StalePeriod, ViewFact
from analytics.partitions import ensure_partitions
from analytics.periods import Grain, start_of
from analytics.rollups import Feed
from analytics.selectors.feeds import Batch, read_activity, read_events, read_views

# A row gets its moment when it is made, and can be read when its transaction ends: each time the last minutes are read
# again. What took longer, or bore a moment of a clock that was wrong, is found by the hourly look at a whole day.
OVERLAP = timedelta(minutes=2)
BATCH = 2_000
# Facts that never change once they are there.
ONLY_ADDED: dict[Feed, type[EventFact] | type[ViewFact]] = {Feed.EVENTS: EventFact, Feed.VIEWS: ViewFact}
READ = {Feed.EVENTS: read_events, Feed.ACTIVITY: read_activity, Feed.VIEWS: read_views}


def fold(feed: Feed, *, back: timedelta = OVERLAP, seconds: float = 240) -> int:
    """Take in what came since the last time, and what may have come late; returns how many rows were read.

    Goes on for ``seconds`` at most; the next one continues where it stopped. Where somebody else is at it, it leaves the
    rest to them.
    """
    make_states()
    state = FoldState.objects.get(feed=feed)
    place = Batch(at=state.position, pk=state.position_id)
    if place.at and not state.is_behind:
        place = Batch(at=place.at - back)
    read, stop_at = 0, time.monotonic() + seconds
    while True:
        try:
            with transaction.atomic(using=DATABASE):
                place = fold_batch(feed, place)
        except Held:
            return read
        read += len(place.facts)
        if len(place.facts) < BATCH or time.monotonic() > stop_at:
            return read


def fold_batch(feed: Feed, place: Batch) -> Batch:
    """Take in the rows behind ``place``, in the caller's transaction; returns them with their own place. `Held`."""
    state = hold(feed)
    batch = READ[feed](at=place.at, pk=place.pk, limit=BATCH)
    write_facts(feed, batch.facts)
    now = timezone.now()
    if batch.at:
        # A row from a clock that is fast would hide what comes until then.
        reached = (min(batch.at, now), batch.pk)
        if state.position is None or reached > (state.position, state.position_id):
            state.position, state.position_id = reached
    state.is_behind, state.folded_at = len(batch.facts) == BATCH, now
    state.save()
    return batch


def make_states() -> None:
    """Rows to hold, where there are none yet. Before the transaction that holds one: others would wait for a row that is
    not committed."""
    FoldState.objects.bulk_create([FoldState(feed=feed) for feed in Feed], ignore_conflicts=True)


def hold(feed: Feed, *, wait: bool = False) -> FoldState:
    """The feed's state (see `make_states`), so that nobody else takes it in or adds it up until the transaction ends. `Held` where somebody
    does right now: a worker has other things to do than to ``wait`` until all of it is made anew."""
    states = FoldState.objects.filter(feed=feed)
    if connections[DATABASE].features.has_select_for_update:
        states = states.select_for_update(skip_locked=not wait)
    state = states.first()
    if state is None:
        raise Held
    return state


def write_facts(feed: Feed, facts: list[Any]) -> None:
    """Write facts, those that are there already once more, and note which periods are to be added up."""
    if not facts:
        return
    if feed in ONLY_ADDED:
        model = ONLY_ADDED[feed]
        ensure_partitions(model, {fact.occurred_at.astimezone(UTC).date() for fact in facts})
        model.objects.bulk_create(facts, ignore_conflicts=True)
    else:
        ensure_partitions(ActivityFact, {fact.day for fact in facts})
        ActivityFact.objects.bulk_create(
            facts,
            update_conflicts=True,
            unique_fields=["day", "enrollment", "lesson_key"],
            update_fields=["hits", "clicks", "seconds"],
        )
    note_stale(feed, {fact.day for fact in facts})


def note_stale(feed: Feed, days: Iterable[date]) -> None:
    periods = {(grain, start_of(grain, day)) for day in days for grain in Grain}
    rows = [StalePeriod(feed=feed, grain=grain, start=start) for grain, start in periods]
    StalePeriod.objects.bulk_create(rows, ignore_conflicts=True)


def start_again(feed: Feed, at: datetime | None = None) -> None:
    """Let the next fold read from ``at`` on, or everything."""
    state = hold(feed)
    state.position, state.position_id, state.is_behind = at, 0, False
    state.save()

"""Rollups from facts: each period whose facts changed is added up anew, as a whole."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import DateField, F, Max, Q
from django.db.models.functions import TruncMonth, TruncWeek

from analytics.exceptions import Held
from analytics.models import DATABASE, ActivityFact, EventFact, Rollup, StalePeriod, ViewFact
from analytics.periods import Grain, end_of
from analytics.rollups import CALLED, MEASURES, Feed, Keys, Measure, by_of
from analytics.services.folding import hold, make_states

# So many periods are added up in one transaction.
STEP = 31
FACTS: dict[Feed, type[models.Model]] = {
    Feed.EVENTS: EventFact,
    Feed.ACTIVITY: ActivityFact,
    Feed.VIEWS: ViewFact,
}
# The facts that go by moments, and so do the parts of their tables.
BY_MOMENT = frozenset({Feed.EVENTS, Feed.VIEWS})
START = {
    Grain.DAY: F("day"),
    Grain.WEEK: TruncWeek("day", output_field=DateField()),
    Grain.MONTH: TruncMonth("day", output_field=DateField()),
}


def add_up(*, grains: Iterable[Grain] = tuple(Grain)) -> int:
    """Make the rollups of all periods that are noted as changed; returns how many periods that were. What somebody else is
    at stays noted."""
    make_states()
    done = 0
    for feed in Feed:
        for grain in grains:
            while True:
                try:
                    with transaction.atomic(using=DATABASE):
                        made = add_up_some(feed, grain)
                except Held:
                    break
                done += made
                if made < STEP:
                    break
    return done


def add_up_some(feed: Feed, grain: Grain, most: int = STEP) -> int:
    """The first ``most`` changed periods, in the caller's transaction; returns how many there were. `Held`."""
    hold(feed)
    stale = StalePeriod.objects.filter(feed=feed, grain=grain).order_by("start")[:most]
    starts = [period.start for period in stale]
    if starts:
        for measure in MEASURES.values():
            if measure.feed == feed and grain in measure.grains:
                make_rollups(measure, grain, starts)
        StalePeriod.objects.filter(pk__in=[period.pk for period in stale]).delete()
    return len(starts)


def make_rollups(measure: Measure, grain: Grain, starts: list[date]) -> None:
    Rollup.objects.filter(measure=measure.key, grain=grain, start__in=starts).delete()
    for keys in measure.keys:
        Rollup.objects.bulk_create(
            [rollup_of(measure, grain, keys, row) for row in added_up(measure, grain, keys, starts)], batch_size=2_000
        )


def added_up(measure: Measure, grain: Grain, keys: Keys, starts: list[date]) -> Iterable[dict[str, Any]]:
    """``start``, the keys, their names as ``called_…`` and ``value`` of each group of facts. Where somebody changed a name
    within the period, one of the two."""
    first, end = min(starts), end_of(grain, max(starts))
    within = Q(day__gte=first, day__lt=end)
    if measure.feed in BY_MOMENT:
        # Names the parts of the table to look into: no zone is further from UTC than a day.
        within &= Q(
            occurred_at__gte=midnight(first) - timedelta(days=1), occurred_at__lt=midnight(end) + timedelta(days=1)
        )
    return (
        FACTS[measure.feed]
        ._default_manager.filter(within, measure.where)
        .annotate(start=START[grain])
        .filter(start__in=starts)
        .values("start", *keys)
        .annotate(value=measure.value(), **{f"called_{key}": Max(CALLED[key]) for key in keys})
        .order_by()
    )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def rollup_of(measure: Measure, grain: Grain, keys: Keys, row: dict[str, Any]) -> Rollup:
    return Rollup(
        measure=measure.key,
        grain=grain,
        start=row["start"],
        by=by_of(keys),
        value=round(row["value"]),
        **{key: row[key] for key in keys},
        **{CALLED[key]: row[f"called_{key}"] for key in keys},
    )

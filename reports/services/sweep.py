"""The sweep: which periods are due, and which runs somebody has to take up again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from reports.models import Run, RunKind, RunState, Schedule
from reports.services.delivery import finish_runs
from reports.timing import Occurrence, due_between


@dataclass(frozen=True)
class Sweep:
    """What is to be enqueued now. A message too many does no harm: claims decide."""

    to_render: tuple[int, ...]
    to_deliver: tuple[int, ...]


def sweep_schedules(*, now: datetime | None = None) -> Sweep:
    """Write a row for every period that has fallen due, and name every run that waits for a worker.

    Any number of sweeps at once, or a sweep an hour late, write the same rows: a unique key per
    schedule and period settles who was first.
    """
    now = now or timezone.now()
    rows = [run for schedule, since in _enabled() for run in _due_runs(schedule, since, now)]
    Run.objects.bulk_create(rows, ignore_conflicts=True)
    finish_runs()
    waiting = Q(state=RunState.DUE, next_attempt_at__lte=now) | Q(state=RunState.RENDERING, lease_until__lt=now)
    return Sweep(
        to_render=tuple(Run.objects.filter(waiting).order_by("pk").values_list("pk", flat=True)),
        to_deliver=tuple(Run.objects.filter(state=RunState.READY).order_by("pk").values_list("pk", flat=True)),
    )


def _enabled() -> list[tuple[Schedule, datetime]]:
    """Enabled schedules, each with the moment after which something can be due."""
    runs = Run.objects.filter(schedule=OuterRef("pk"), kind=RunKind.SCHEDULED).order_by("-scheduled_for")
    # One look at an index for each schedule, however long its history.
    last = Subquery(runs.values("scheduled_for")[:1])
    return [
        (schedule, max(schedule.active_since, schedule.last_due or datetime.min.replace(tzinfo=UTC)))
        for schedule in Schedule.objects.enabled().annotate(last_due=last).order_by("pk")
    ]


def _due_runs(schedule: Schedule, since: datetime, now: datetime) -> list[Run]:
    due = due_between(schedule.recurrence, after=since, now=now)
    found = [(entry, RunState.MISSED) for entry in due.missed]
    if due.send:
        found.append((due.send, RunState.DUE))
    if not found:
        return []
    taken = _days_taken(schedule, [entry for entry, _state in found])
    return [
        Run(
            schedule=schedule,
            period=entry.period,
            kind=RunKind.SCHEDULED,
            scheduled_for=entry.at,
            next_attempt_at=now,
            state=state,
            finished_at=now if state == RunState.MISSED else None,
        )
        for entry, state in found
        if entry.day not in taken
    ]


def _days_taken(schedule: Schedule, entries: list[Occurrence]) -> set:
    """Days that already had a run: other days of the week change the form of the key, and a day is sent once."""
    days = {entry.day for entry in entries}
    ranges = [
        Q(
            scheduled_for__gte=datetime.combine(day, datetime.min.time(), tzinfo=schedule.tz),
            scheduled_for__lte=datetime.combine(day, datetime.max.time(), tzinfo=schedule.tz),
        )
        for day in days
    ]
    runs = Run.objects.filter(reduce(or_, ranges), schedule=schedule, kind=RunKind.SCHEDULED)
    return {moment.astimezone(schedule.tz).date() for moment in runs.values_list("scheduled_for", flat=True)}

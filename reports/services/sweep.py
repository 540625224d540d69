"""The sweep: which periods are due, and which runs somebody has to take up again."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import ngettext

from reports.models import Run, RunKind, RunState, Schedule
from reports.services.delivery import finish_runs
from reports.timing import Occurrence, due_between, is_free

log = logging.getLogger(__name__)


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
    rows: list[Run] = []
    for schedule, since in _enabled():
        try:
            rows += _due_runs(schedule, since, now)
        except Exception:
            # Such as a zone this machine does not know: the others are due all the same.
            log.exception("what is due of schedule %s could not be told", schedule.pk)
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
    free = is_free(schedule.recurrence, _handled(schedule, found[0][0]))
    runs = [
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
        if free(entry)
    ]
    if due.more and runs:
        runs[0].error = ngettext(
            "%(count)d earlier one was missed as well and is not listed.",
            "%(count)d earlier ones were missed as well and are not listed one by one.",
            due.more,
        ) % {"count": due.more}
    return runs


def _handled(schedule: Schedule, first: Occurrence) -> list[tuple[str, datetime]]:
    """Periods and moments of the runs that may stand in the way of ``first`` and what came after it."""
    runs = Run.objects.filter(
        schedule=schedule, kind=RunKind.SCHEDULED, scheduled_for__gte=first.at - timedelta(days=2)
    )
    return list(runs.values_list("period", "scheduled_for"))

"""Entries of beat and results of tasks."""

import datetime as dt
import json
from itertools import count

from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from operations.models import Upkeep, UpkeepKind

_numbers = count(1)
SWEEP = "notifications.tasks.sweep_mail"


def make_interval(every: int = 5, period: str = IntervalSchedule.MINUTES) -> IntervalSchedule:
    return IntervalSchedule.objects.create(every=every, period=period)


def make_clock_times(**fields) -> CrontabSchedule:
    """Every day at four in Berlin, unless told otherwise."""
    return CrontabSchedule.objects.create(**{"minute": "0", "hour": "4", "timezone": "Europe/Berlin", **fields})


def make_entry(name: str = "", *, task: str = SWEEP, **fields) -> PeriodicTask:
    if not {"interval", "crontab"} & set(fields):
        fields["interval"] = make_interval()
    return PeriodicTask.objects.create(name=name or f"Entry {next(_numbers)}", task=task, **fields)


def make_result(*, task: str = SWEEP, status: str = "SUCCESS", args: tuple = (), why: str = "", **fields) -> TaskResult:
    """A result as a worker writes it: what the task was given is JSON around Python's own spelling."""
    number = next(_numbers)
    result = json.dumps({"exc_type": "ValueError", "exc_message": [why]}) if status == "FAILURE" else "null"
    return TaskResult.objects.create(
        task_id=f"task-{number}",
        task_name=task,
        status=status,
        task_args=json.dumps(repr(args)),
        task_kwargs=json.dumps("{}"),
        result=result,
        content_type="application/json",
        content_encoding="utf-8",
        worker="worker@here",
        **fields,
    )


def make_upkeep(kind: UpkeepKind = UpkeepKind.VACUUM, **fields) -> Upkeep:
    """A table that was cleaned up on a night of its own, unless told otherwise."""
    night = dt.date(2026, 1, 1) + dt.timedelta(days=next(_numbers))
    found = {"rows": 1200, "dead_before": 90, "dead_after": 0, "bytes": 512_000, "milliseconds": 340}
    values = {"night": night, "table": "learning_enrollment", "started_at": dt.datetime.now(dt.UTC), **found, **fields}
    return Upkeep.objects.create(kind=kind, **values)

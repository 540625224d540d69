"""What beat wakes up again and again. Apps name their entries in ``ready()``; `migrate` writes them to the database.

Beat only says "look again": whether something is due is decided by the rows of the app it wakes.
"""

from dataclasses import dataclass

from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask


@dataclass(frozen=True)
class PeriodicEntry:
    """Run ``task`` (its full name) every ``every`` seconds."""

    task: str
    every: int
    description: str


# Name in the list of periodic tasks -> entry. Filled in the ready() of the app that owns the task.
periodic_tasks: dict[str, PeriodicEntry] = {}


def interval_of(seconds: int) -> IntervalSchedule:
    """The shared interval row; the table does not forbid twins, so the first is taken."""
    values = {"every": seconds, "period": IntervalSchedule.SECONDS}
    return IntervalSchedule.objects.filter(**values).order_by("pk").first() or IntervalSchedule.objects.create(**values)


@transaction.atomic
def sync_periodic_tasks() -> list[str]:
    """Create the entries that are missing, by name, and return their names.

    What an administrator changed on an entry (paused it, another interval) stays. Only the name of the task follows
    the code, since an entry with an old one can never run.
    """
    created = []
    for name, entry in periodic_tasks.items():
        row, is_new = PeriodicTask.objects.get_or_create(
            name=name,
            defaults={
                "task": entry.task,
                "interval": interval_of(entry.every),
                # Sweeps that nobody took while the workers were down are worthless.
                "expire_seconds": entry.every,
                "description": entry.description,
            },
        )
        if is_new:
            created.append(name)
        elif row.task != entry.task:
            row.task = entry.task
            row.save(update_fields=["task"])
    return created

"""How the site is set, and how its background work stands."""

import json

from celery import current_app, states
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult

from operations.registries import task_words
from workbench.periodic import periodic_tasks

# celery-beat writes this entry itself; it throws old task results away.
CLEANUP_ENTRY = CLEANUP_TASK = "celery.backend_cleanup"


def is_system_entry(entry: PeriodicTask) -> bool:
    """Whether the site itself needs this entry, so that it is neither deleted nor renamed."""
    return entry.name in periodic_tasks or entry.name == CLEANUP_ENTRY


def regular_tasks() -> list[str]:
    """Names of the tasks that may run regularly: those that apps wake by beat, as far as this version has them."""
    names = [CLEANUP_TASK, *(entry.task for entry in periodic_tasks.values())]
    return [name for name in dict.fromkeys(names) if name in current_app.tasks and name in task_words]


def why_failed(result: TaskResult) -> str:
    """What a failed task said last: the kind of error and its message; empty for any other."""
    if result.status != states.FAILURE:
        return ""
    try:
        error = json.loads(result.result or "")
    except ValueError:
        error = None
    if not isinstance(error, dict):
        return _("The worker died in the middle of it, or left no reason.")
    message = error.get("exc_message", "")
    if isinstance(message, list):
        message = " ".join(str(part) for part in message)
    return f"{error.get('exc_type', _('Error'))}: {message}".rstrip(": ")

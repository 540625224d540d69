"""What runs, what waits, what failed and why."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app, states
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult

from operations.models import Heartbeat, ProcessKind, QueueMovement
from operations.policies import VIEW_BACKGROUND
from operations.registries import WorkState, task_words, work
from workbench.matters import Matter
from workbench.models import WAITING, WORKING, BatchState, ImportBatch
from workbench.periodic import periodic_tasks

# A process that writes a sign of life every 30 seconds is taken for dead after this long.
SILENT_AFTER = timedelta(seconds=120)
FAILURES_SHOWN = 10
FAILURES_COUNT_FOR = timedelta(days=7)
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


def queue_names() -> tuple[str, ...]:
    """Every queue that something is sent to."""
    routed = (route["queue"] for route in settings.CELERY_TASK_ROUTES.values())
    return tuple(sorted({settings.CELERY_TASK_DEFAULT_QUEUE, *routed}))


@dataclass(frozen=True)
class Process:
    """A worker or beat as its last sign of life tells."""

    name: str
    kind: ProcessKind
    started_at: datetime
    seen_at: datetime
    queues: tuple[str, ...]
    is_alive: bool


def processes(*, now: datetime | None = None) -> list[Process]:
    """All processes heard from within a day, beat first."""
    now = now or timezone.now()
    return [
        Process(
            name=row.name,
            kind=ProcessKind(row.kind),
            started_at=row.started_at,
            seen_at=row.seen_at,
            queues=tuple(row.queues),
            is_alive=now - row.seen_at < SILENT_AFTER,
        )
        for row in Heartbeat.objects.order_by("kind", "name")
    ]


def unserved_queues(found: Iterable[Process]) -> list[str]:
    """Queues that no living worker reads."""
    served = {queue for process in found if process.is_alive for queue in process.queues}
    return [name for name in queue_names() if name not in served]


def stuck_queues(*, now: datetime | None = None) -> dict[str, datetime]:
    """Queues that no worker has finished anything from for QUEUE_STUCK_AFTER seconds though beat sent pulses down them,
    and since when. Nothing while beat is not there, or has not been there for that long. Two queries."""
    now, patience = now or timezone.now(), timedelta(seconds=settings.QUEUE_STUCK_AFTER)
    beats = Heartbeat.objects.filter(kind=ProcessKind.BEAT, seen_at__gt=now - SILENT_AFTER)
    began = min(beats.values_list("started_at", flat=True), default=None)
    if began is None or now - began < patience:
        return {}
    moved = dict(QueueMovement.objects.values_list("queue", "moved_at"))
    since = {name: max(moved.get(name, began), began) for name in queue_names()}
    return {name: moment for name, moment in since.items() if now - moment >= patience}


def queues_that_stand_still(viewer: Any) -> Matter | None:
    """The alarm on the admin's home, for those who may do something about it."""
    if not viewer.has_perm(VIEW_BACKGROUND):
        return None
    count = len(stuck_queues())
    words = ngettext("queue of background work stands still", "queues of background work stand still", count)
    return Matter(count, words, reverse("operations_background"), is_trouble=True)


def tries_of(result: TaskResult) -> int:
    """How often a task was tried, with the last time."""
    try:
        return int(json.loads(result.meta or "{}").get("tries", 1))
    except (ValueError, AttributeError, TypeError):
        return 1


def queue_lengths() -> dict[str, int] | None:
    """How many messages wait on each queue; None where the broker cannot be asked."""
    try:
        with current_app.connection_for_read() as link:
            link.ensure_connection(max_retries=1, timeout=2)
            channel: Any = link.default_channel
            return {name: channel.client.llen(name) for name in queue_names()}
    except Exception:
        # Each transport has errors of its own, and some have no queues to count.
        return None


@dataclass(frozen=True)
class Failures:
    """The newest failed tasks of the last days, and how many there were in all."""

    newest: list[TaskResult]
    total: int
    days: int


def recent_failures(*, now: datetime | None = None) -> Failures:
    since = (now or timezone.now()) - FAILURES_COUNT_FOR
    failed = TaskResult.objects.filter(status=states.FAILURE, date_done__gte=since)
    return Failures(
        list(failed.order_by("-date_done", "-pk")[:FAILURES_SHOWN]), failed.count(), FAILURES_COUNT_FOR.days
    )


def work_states() -> list[WorkState]:
    """How each kind of work stands, in the order of the apps."""
    return [ask() for ask in work.values()]


def sign_in_target(address: str) -> Any:
    """The person somebody tried to sign in as; None for an address nobody has."""
    return get_user_model().objects.with_address(address).first() if address else None


def imports_state() -> WorkState:
    """How imports stand: one query. A failed one is asked about for as long as failed tasks are."""
    states_of = ImportBatch.objects.order_by().values_list("state").annotate(Count("pk"))
    recent = Q(state=BatchState.FAILED, created_at__gte=timezone.now() - FAILURES_COUNT_FOR)
    counts = dict(states_of.filter(Q(state__in=[*WAITING, *WORKING]) | recent))
    url = reverse("workbench_importbatch_modeladmin_index")
    return WorkState(
        label=_("Imports"),
        waiting=sum(counts.get(state, 0) for state in WAITING),
        running=sum(counts.get(state, 0) for state in WORKING),
        failed=counts.get(BatchState.FAILED, 0),
        url=url,
        failed_url=f"{url}?state={BatchState.FAILED}",
    )

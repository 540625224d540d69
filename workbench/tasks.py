"""Work of the queue "default": long imports, and the sweep that finds those nobody works on."""

from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from workbench.models import ImportBatch
from workbench.queue import enqueue
from workbench.services import erase_old_batches, expire_leases, run_batch

WAKE_AGAIN = timedelta(minutes=10)


@shared_task(bind=True)
def run_import(self, batch_id: int) -> str:
    """Do what one import waits for. The row says whether there is anything to do."""
    return run_batch(batch_id=batch_id, task_id=self.request.id or "")


def wake(batch_id: int) -> None:
    """Put an import on the queue; where the broker is gone, the sweep does it later."""
    ImportBatch.objects.filter(pk=batch_id).update(woken_at=timezone.now())
    if not enqueue(run_import, batch_id):
        ImportBatch.objects.filter(pk=batch_id).update(woken_at=None)


@shared_task
def sweep_imports() -> dict[str, int]:
    """Find what no message woke, workers that died, and files that are old enough to be erased."""
    stopped, erased = expire_leases(), erase_old_batches()
    forgotten = Q(woken_at=None) | Q(woken_at__lt=timezone.now() - WAKE_AGAIN)
    waiting = list(ImportBatch.objects.waiting().filter(forgotten).values_list("pk", flat=True))
    for batch_id in waiting:
        wake(batch_id)
    return {"stopped": stopped, "erased": erased, "woken": len(waiting)}

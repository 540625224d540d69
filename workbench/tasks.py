"""Work of the queue "default": long imports, and the sweep that finds those nobody works on."""

from celery import shared_task

from workbench import background
from workbench.models import ImportBatch
from workbench.services import erase_old_batches, expire_leases, run_batch


@shared_task(bind=True)
def run_import(self, batch_id: int) -> str:
    """Do what one import waits for. The row says whether there is anything to do."""
    return run_batch(batch_id=batch_id, task_id=self.request.id or "")


def wake(batch_id: int) -> None:
    background.wake(run_import, ImportBatch, batch_id)


@shared_task
def sweep_imports() -> dict[str, int]:
    """Find what no message woke, workers that died, and files that are old enough to be erased."""
    stopped, erased = expire_leases(), erase_old_batches()
    waiting = background.forgotten(ImportBatch.objects.waiting())
    for batch_id in waiting:
        wake(batch_id)
    return {"stopped": stopped, "erased": erased, "woken": len(waiting)}

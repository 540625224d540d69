"""Work of the queue "default": courses that are published in the background."""

from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from lms_pages.models import Publishing, PublishingState
from lms_pages.services import expire_publishings, run_publishing
from workbench.queue import enqueue

WAKE_AGAIN = timedelta(minutes=10)


@shared_task(bind=True)
def publish_course(self, publishing_id: int) -> str:
    """Publish what one row asks for. The row says whether there is anything to do."""
    return run_publishing(publishing_id=publishing_id, task_id=self.request.id or "")


def wake(publishing_id: int) -> None:
    """Put the work on the queue; where the broker is gone, the sweep does it later."""
    Publishing.objects.filter(pk=publishing_id).update(woken_at=timezone.now())
    if not enqueue(publish_course, publishing_id):
        Publishing.objects.filter(pk=publishing_id).update(woken_at=None)


@shared_task
def sweep_publishings() -> dict[str, int]:
    """Find what no message woke, and workers that died."""
    stopped = expire_publishings()
    forgotten = Q(woken_at=None) | Q(woken_at__lt=timezone.now() - WAKE_AGAIN)
    waiting = Publishing.objects.filter(forgotten, state=PublishingState.WAITING)
    ids = list(waiting.values_list("pk", flat=True))
    for publishing_id in ids:
        wake(publishing_id)
    return {"stopped": stopped, "woken": len(ids)}

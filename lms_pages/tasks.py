"""Work of the queue "default": courses that are published in the background."""

from celery import shared_task

from lms_pages.models import Publishing, PublishingState
from lms_pages.services import expire_publishings, run_publishing
from workbench import background


@shared_task(bind=True)
def publish_course(self, publishing_id: int) -> str:
    """Publish what one row asks for. The row says whether there is anything to do."""
    return run_publishing(publishing_id=publishing_id, task_id=self.request.id or "")


def wake(publishing_id: int) -> None:
    background.wake(publish_course, Publishing, publishing_id)


@shared_task
def sweep_publishings() -> dict[str, int]:
    """Find what no message woke, and workers that died."""
    stopped = expire_publishings()
    ids = background.forgotten(Publishing.objects.filter(state=PublishingState.WAITING))
    for publishing_id in ids:
        wake(publishing_id)
    return {"stopped": stopped, "woken": len(ids)}

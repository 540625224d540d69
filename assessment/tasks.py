"""Work for the queues. Tasks may run any number of times, and change nothing the second time."""

from celery import shared_task

from assessment.services import refresh_item_statistics, submit_overdue


@shared_task(ignore_result=True)
def submit_overdue_attempts() -> None:
    """What beat says twice a minute: hand in the attempts whose time is up, whether or not a browser is still there."""
    submit_overdue()


@shared_task(ignore_result=True)
def compute_item_statistics() -> None:
    """What beat says every hour: the first time on a day, item analysis is computed from all answers."""
    refresh_item_statistics()

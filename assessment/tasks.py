"""Work for the queues. Tasks may run any number of times, and change nothing the second time."""

from celery import shared_task

from assessment.services import submit_overdue


@shared_task(ignore_result=True)
def submit_overdue_attempts() -> None:
    """What beat says twice a minute: hand in the attempts whose time is up, whether or not a browser is still there."""
    submit_overdue()

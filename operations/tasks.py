"""Work of the queue "default"."""

from celery import shared_task

from operations.selectors.work import queue_names
from operations.services import look_after_tables as look

# A pulse that nobody came to in this time says nothing any more.
PULSE_EXPIRES = 300


@shared_task
def look_after_tables() -> int:
    """Statistics and clean-up, once a night; returns how many statements ran."""
    return len(look())


@shared_task(ignore_result=True)
def feel_pulses() -> None:
    """Send a pulse down each queue, so that one with nothing to do moves as well."""
    for name in queue_names():
        answer_pulse.apply_async(queue=name, expires=PULSE_EXPIRES)


@shared_task(ignore_result=True)
def answer_pulse() -> None:
    """Nothing: that a worker came to it is the news, which `on_task_postrun` writes down."""

"""Work for the queues. Tasks may run any number of times, and change nothing the second time."""

from datetime import timedelta

from celery import shared_task

from tracking import services
from tracking.selectors.site import accounts
from tracking.vendors import VENDORS

# Longer than any transaction takes, and any clock is wrong.
LATE = timedelta(days=1)


@shared_task(ignore_result=True)
def send_events() -> None:
    """What beat says every minute: find what services are to be told, and tell them. Of one that was switched off, what
    waits is let go."""
    services.let_go()
    for key, account in accounts().items():
        services.collect(key)
        services.send_due(VENDORS[key], account)


@shared_task(ignore_result=True)
def look_again() -> None:
    """What beat says every hour: what was recorded late within a day, and what is old enough to go."""
    for key in accounts():
        services.collect(key, back=LATE)
    services.forget()

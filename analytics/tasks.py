"""Work for the queues. Tasks may run any number of times, and change nothing the second time."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError

from analytics import services
from analytics.exceptions import Held
from analytics.periods import Grain
from analytics.rollups import Feed

log = logging.getLogger(__name__)
# Longer than any transaction takes, and any clock is wrong.
LATE = timedelta(days=1)


def where_it_answers(work: Callable[[], Any]) -> None:
    """``work()``, or one line in the log where a database is gone. What was not done now, also because somebody else is at it, is
    done the next time."""
    try:
        with suppress(Held):
            work()
    except (OperationalError, InterfaceError) as error:
        log.warning("analytics waits: a database does not answer (%s)", type(error).__name__)


@shared_task(ignore_result=True)
def take_in() -> None:
    """What beat says every minute: take in what happened, and add up the days it happened on."""

    def work() -> None:
        for feed in Feed:
            services.fold(feed)
        services.add_up(grains=[Grain.DAY])

    where_it_answers(work)


@shared_task(ignore_result=True)
def take_in_late() -> None:
    """What beat says every hour: what came late within a day, accounts that were merged, weeks and months; and facts
    that are too old go."""

    def work() -> None:
        for feed in Feed:
            services.fold(feed, back=LATE)
        services.follow_merges()
        services.add_up()
        services.forget()

    where_it_answers(work)


@shared_task(ignore_result=True)
def reconcile() -> None:
    """What beat says once a day: compare facts and rollups with what they are made of. A difference is an alarm."""

    def work() -> None:
        found = services.reconcile()
        if not found.is_well:
            log.error(
                "analytics differs from its source: %d differences, days before %s", len(found.drifts), found.until
            )

    where_it_answers(work)

"""Handing work to a worker. The rows say what is due; a message only wakes somebody sooner."""

# No table and no setting is asked here, since Celery itself imports the class below.

import logging
from typing import Any

from celery import Task
from celery.contrib.django.task import DjangoTask
from django.db import InterfaceError, transaction
from django.db import OperationalError as DatabaseOperationalError
from kombu.exceptions import OperationalError

from workbench.cache import unreachable

log = logging.getLogger(__name__)


class PatientTask(DjangoTask):
    """What every task of ours is: where a server does not answer, it tries again after a while, three times.

    Each may run any number of times, so nothing is done twice; any other error ends it at once. How often it was tried
    stands in its result's ``meta``.
    """

    abstract = True
    autoretry_for = (DatabaseOperationalError, InterfaceError, OperationalError, ConnectionError)
    max_retries = 3
    # Seconds: up to 2, 4 and 8, by chance, so that many that failed together do not come back together.
    retry_backoff = 2
    retry_jitter = True

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        self.request.update(meta={"tries": self.request.retries + 1})


def enqueue(task: Task, *args: Any) -> bool:
    """Send ``task`` with plain ids now. False when the broker is gone: a sweep on beat finds the row later."""
    try:
        task.delay(*args)
    except unreachable(OperationalError) as error:
        log.warning("task %s%s not queued: %s", task.name, args, type(error).__name__)
        return False
    return True


def enqueue_on_commit(task: Task, *args: Any) -> None:
    """Send ``task`` once the transaction that wrote its rows is committed."""
    transaction.on_commit(lambda: enqueue(task, *args))

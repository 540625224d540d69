"""Handing work to a worker. The rows say what is due; a message only wakes somebody sooner."""

import logging
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from workbench.cache import unreachable

log = logging.getLogger(__name__)


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

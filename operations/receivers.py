"""Signs of life of workers, the site's clock in tasks, failed sign-ins, slow queries, and how tables wear."""

import logging
import threading
import time
from datetime import datetime

from allauth.account.adapter import get_adapter
from celery import signals
from django.apps import apps
from django.contrib.auth.signals import user_login_failed
from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils import timezone

from operations.models import ProcessKind
from operations.scheduler import EVERY
from operations.selectors.site import site_zone
from operations.services import (
    forget_process,
    record_heartbeat,
    record_movement,
    record_sign_in_failure,
    set_storage,
)
from operations.slow_queries import on_connection_created
from workbench.tracing import trace

log = logging.getLogger(__name__)


class WorkerPulse:
    """Writes a worker's sign of life, asked for by the loop that takes tasks: a stuck loop falls silent.

    The writing has a thread of its own, so that a slow database never holds that loop up.
    """

    def __init__(self, name: str, queues: tuple[str, ...], started_at: datetime):
        self.name, self.queues, self.started_at = name, queues, started_at
        self.next_sign = 0.0
        self.thread: threading.Thread | None = None

    def beat(self) -> None:
        if time.monotonic() < self.next_sign or (self.thread is not None and self.thread.is_alive()):
            return
        self.next_sign = time.monotonic() + EVERY
        self.thread = threading.Thread(target=self.write, daemon=True)
        self.thread.start()

    def write(self) -> None:
        try:
            record_heartbeat(kind=ProcessKind.WORKER, name=self.name, started_at=self.started_at, queues=self.queues)
        except (DatabaseError, InterfaceError) as error:
            log.warning("the worker's sign of life was not written: %s", type(error).__name__)
        finally:
            connections.close_all()

    def end(self) -> None:
        try:
            forget_process(kind=ProcessKind.WORKER, name=self.name)
        except (DatabaseError, InterfaceError):
            log.warning("the worker's end was not written")


# The worker of this process, once it is ready to take tasks.
pulses: dict[str, WorkerPulse] = {}


def on_worker_ready(sender, **kwargs):
    queues = tuple(sender.app.amqp.queues.consume_from)
    pulses["own"] = WorkerPulse(sender.hostname, queues, timezone.now())
    pulses["own"].beat()


def on_heartbeat_sent(sender, **kwargs):
    if "own" in pulses:
        pulses["own"].beat()


def on_worker_shutdown(sender, **kwargs):
    if "own" in pulses:
        pulses.pop("own").end()


def on_task_prerun(sender, task_id="", **kwargs):
    trace.set(task_id)
    # Days begin at midnight by the site's clock, in a worker as on its pages.
    timezone.activate(site_zone())


# Queue -> when this process may write its movement again, by its monotonic clock.
next_movement: dict[str, float] = {}


def on_task_postrun(sender, task=None, **kwargs):
    queue = (getattr(task.request, "delivery_info", None) or {}).get("routing_key") if task else None
    if not queue or time.monotonic() < next_movement.get(queue, 0.0):
        return
    next_movement[queue] = time.monotonic() + EVERY
    try:
        record_movement(queue=queue)
    except (DatabaseError, InterfaceError) as error:
        log.warning("the movement of queue %s was not written: %s", queue, type(error).__name__)


def on_user_login_failed(sender, credentials, request=None, **kwargs):
    address = str(credentials.get("email") or credentials.get("username") or "")
    record_sign_in_failure(address=address, ip=get_adapter().get_client_ip(request) if request else "")


def on_post_migrate(sender, using, **kwargs):
    if using == "default":
        set_storage()


def connect() -> None:
    connection_created.connect(on_connection_created, dispatch_uid="operations.slow_queries")
    # The last app's, when the tables of all are there.
    last = list(apps.get_app_configs())[-1]
    post_migrate.connect(on_post_migrate, sender=last, dispatch_uid="operations.set_storage")
    signals.worker_ready.connect(on_worker_ready, dispatch_uid="operations.worker_ready")
    signals.heartbeat_sent.connect(on_heartbeat_sent, dispatch_uid="operations.heartbeat_sent")
    signals.worker_shutdown.connect(on_worker_shutdown, dispatch_uid="operations.worker_shutdown")
    signals.task_prerun.connect(on_task_prerun, dispatch_uid="operations.task_prerun")
    signals.task_postrun.connect(on_task_postrun, dispatch_uid="operations.task_postrun")
    user_login_failed.connect(on_user_login_failed, dispatch_uid="operations.user_login_failed")

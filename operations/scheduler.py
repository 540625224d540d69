"""celery-beat's own scheduler, which also says that it is alive."""

import logging
import socket
import time

from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from django_celery_beat.schedulers import DatabaseScheduler

from operations.models import ProcessKind
from operations.services import record_heartbeat

log = logging.getLogger(__name__)
# Seconds between two signs of life.
EVERY = 30


class Scheduler(DatabaseScheduler):
    """Writes a sign of life from the very loop that wakes tasks, so that a stuck loop falls silent."""

    def __init__(self, *args, **kwargs):
        self.started_at = timezone.now()
        self.next_sign = 0.0
        super().__init__(*args, **kwargs)

    def tick(self, *args, **kwargs):
        if time.monotonic() >= self.next_sign:
            self.next_sign = time.monotonic() + EVERY
            try:
                record_heartbeat(kind=ProcessKind.BEAT, name=f"beat@{socket.gethostname()}", started_at=self.started_at)
            except (DatabaseError, InterfaceError) as error:
                log.warning("beat's sign of life was not written: %s", type(error).__name__)
        return super().tick(*args, **kwargs)

"""The one way mail is written and sent. Callers queue in their transaction and enqueue `send_mail` after it."""

from notifications.services.delivery import (
    erase_stale_private_mail,
    expire_leases,
    hand_over_mail,
    resend_mail,
)
from notifications.services.letters import queue_letter
from notifications.services.queue import Attachment, Draft, queue_mail, queue_mails, send_test_mail

__all__ = [
    "Attachment",
    "Draft",
    "erase_stale_private_mail",
    "expire_leases",
    "hand_over_mail",
    "queue_letter",
    "queue_mail",
    "queue_mails",
    "resend_mail",
    "send_test_mail",
]

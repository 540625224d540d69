"""Work of the queue "mail"."""

from celery import shared_task
from django.utils import timezone

from notifications.models import OutboxMail
from notifications.selectors import due_mail
from notifications.services import erase_stale_private_mail, expire_leases, hand_over_mail
from workbench.queue import enqueue

# One sweep wakes at most this many; the next one, a minute later, goes on.
WAKE_AT_ONCE = 500


@shared_task
def send_mail(mail_id: int) -> str:
    """Try once to hand one mail over. The row says whether it is due, so a repeated message does nothing."""
    return hand_over_mail(mail_id=mail_id)


@shared_task
def sweep_mail() -> dict[str, int]:
    """Find what no message woke: retries whose time has come, lost messages, and workers that died."""
    unknown = expire_leases()
    erased = erase_stale_private_mail()
    ids = list(due_mail().values_list("pk", flat=True)[:WAKE_AT_ONCE])
    OutboxMail.objects.filter(pk__in=ids).update(woken_at=timezone.now())
    for number, mail_id in enumerate(ids):
        if not enqueue(send_mail, mail_id):
            OutboxMail.objects.filter(pk__in=ids[number:]).update(woken_at=None)
            return {"unknown": unknown, "erased": erased, "woken": number}
    return {"unknown": unknown, "erased": erased, "woken": len(ids)}

"""Mail in the outbox, in any state."""

from itertools import count

from django.utils import timezone

from notifications.models import MailState, OutboxMail
from notifications.services import queue_mail

_numbers = count(1)


def make_mail(*, state: str = MailState.PENDING, kind: str = "report", to: str = "", **extra) -> OutboxMail:
    """A mail written by the service, then put into ``state`` as if its attempts had led there."""
    number = next(_numbers)
    values = {"subject": f"Mail {number}", "text": f"Text of mail {number}.", **extra}
    mail = queue_mail(kind=kind, to=to or f"reader{number}@example.com", **values)
    if state != MailState.PENDING:
        now = timezone.now()
        changes = {"state": state, "next_attempt_at": None}
        if state == MailState.SENT:
            changes["sent_at"] = now
        elif state == MailState.SENDING:
            changes |= {"lease_until": now + timezone.timedelta(minutes=5), "fence": 1}
        else:
            changes["last_error"] = f"Why mail {number} is {state}."
        OutboxMail.objects.filter(pk=mail.pk).update(**changes)
        mail.refresh_from_db()
    return mail

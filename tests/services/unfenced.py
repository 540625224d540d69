"""The twin: Lectern's worker with the claim before the hand-over taken out. `celery -A tests.services.unfenced`.

It sends a mail first and writes down afterwards that it did, as a system without fences would.
"""

from django.utils import timezone

from cms.celery import app

app.loader.import_default_modules()

from notifications.models import MailState, OutboxMail  # noqa: E402
from notifications.services import delivery  # noqa: E402


def claim_nothing(mail):
    return mail


def record_afterwards(*, mail, outcome):
    OutboxMail.objects.filter(pk=mail.pk).update(
        state=MailState.SENT, sent_at=timezone.now(), next_attempt_at=None, lease_until=None
    )
    return MailState.SENT


delivery.claim_mail = claim_nothing
delivery.record_outcome = record_afterwards

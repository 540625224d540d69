"""Questions about the outbox."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from notifications.models import OutboxMail

# A mail put on the queue is not put there again for this long: a slow worker would drown in repeats.
WAKE_EVERY = timedelta(minutes=3)


def due_mail() -> QuerySet[OutboxMail]:
    """Mails to hand over now that are not on the queue yet as far as we know, longest waiting first."""
    now = timezone.now()
    fresh = Q(woken_at=None) | Q(woken_at__lte=now - WAKE_EVERY)
    return OutboxMail.objects.due(now).filter(fresh).order_by("next_attempt_at", "pk")

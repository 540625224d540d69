"""Unsubscribe links as they stand in mails, and who has used theirs."""

import uuid

from django.core import signing

from reports.models import Schedule, Subscription

# The signature only spares the database what somebody made up; the key in it is what cannot be guessed.
SIGNER = signing.Signer(sep=".", salt="reports.subscription")


def signed(subscription: Subscription) -> str:
    return SIGNER.sign(subscription.key.hex)


def subscription_of(token: str) -> Subscription | None:
    """The subscription a link is about; None where the link is incomplete, made up, or its schedule is gone."""
    try:
        key = uuid.UUID(SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return Subscription.objects.select_related("schedule__owner", "person").filter(key=key).first()


def opted_out(*, schedule: Schedule) -> list[Subscription]:
    """Who wants no more mails of a schedule, last first."""
    found = schedule.subscriptions.filter(opted_out_at__isnull=False)
    return list(found.select_related("person").order_by("-opted_out_at", "pk"))

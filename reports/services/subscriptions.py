"""The unsubscribe links of scheduled reports: one key for each schedule and recipient, and what it does."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from reports.models import Delivery, Schedule, Subscription

# Whom a subscription is of: a person, or an address.
Who = tuple[int | None, str]


def who_of(entry: Delivery | Subscription) -> Who:
    person_id = entry.recipient_id if isinstance(entry, Delivery) else entry.person_id
    return (person_id, "") if person_id else (None, entry.address)


def subscriptions_for(*, schedule: Schedule, deliveries: Iterable[Delivery]) -> dict[Who, Subscription]:
    """The subscription of each recipient, by `who_of`; those who have none get one. Three statements at most."""
    wanted = {who_of(delivery) for delivery in deliveries}

    def found() -> dict[Who, Subscription]:
        rows = Subscription.objects.filter(schedule=schedule)
        return {who: row for row in rows if (who := who_of(row)) in wanted}

    there = found()
    if not (new := wanted - there.keys()):
        return there
    Subscription.objects.bulk_create(
        [Subscription(schedule=schedule, person_id=person_id, address=address) for person_id, address in new],
        # Two runs of a schedule at once: the first one's keys count.
        ignore_conflicts=True,
    )
    return found()


def opt_out(*, subscription: Subscription, now: datetime | None = None) -> bool:
    """No more mails of this schedule to this recipient. False where that is so already."""
    changed = Subscription.objects.filter(pk=subscription.pk, opted_out_at=None).update(
        opted_out_at=now or timezone.now()
    )
    subscription.refresh_from_db()
    return bool(changed)


def opt_in(*, subscription: Subscription) -> bool:
    """The next mails come again; none is made up for. False where they came anyway."""
    changed = Subscription.objects.filter(pk=subscription.pk, opted_out_at__isnull=False).update(opted_out_at=None)
    subscription.refresh_from_db()
    return bool(changed)


def has_opted_out(delivery: Delivery) -> bool:
    person_id, address = who_of(delivery)
    return Subscription.objects.filter(
        schedule=delivery.schedule_id, person=person_id, address=address, opted_out_at__isnull=False
    ).exists()

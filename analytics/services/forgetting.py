"""Throwing away facts that nobody needs one by one any more. Their rollups stay."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from analytics.models import ViewFact
from analytics.partitions import drop_partitions
from analytics.periods import Grain, start_of

# A year, and the month before it to compare with.
KEEP_VIEWS = timedelta(days=400)


def forget() -> int:
    """Delete page views of months that ended longer ago than `KEEP_VIEWS`; returns how many months, or where the database
    has no parts, how many rows.

    Facts of events and activity are as old as what they were made of, and go with it.
    """
    before = first_kept()
    dropped = drop_partitions(ViewFact, before)
    if dropped is not None:
        return dropped
    midnight = datetime.combine(before, time.min, UTC)
    return ViewFact.objects.filter(occurred_at__lt=midnight).delete()[0]


def first_kept() -> date:
    return start_of(Grain.MONTH, (timezone.now() - KEEP_VIEWS).astimezone(UTC).date())

"""Points that nobody spent in time."""

import calendar
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from gamification.models import EntryKind, LearnerProfile, PointEntry
from gamification.models.points import MERITS
from gamification.selectors.site import switches
from gamification.services.settling import batches, hold_profiles
from workbench.days import site_zone

USED = (EntryKind.HELD, EntryKind.RELEASED, EntryKind.SPENT, EntryKind.EXPIRED)


def due_points(entries: QuerySet[PointEntry], before: datetime) -> dict[int, int]:
    """Points of each learner in ``entries`` that were earned ``before`` and neither spent, held nor expired since.

    What is spent is taken from the oldest points first.
    """
    old = Coalesce(Sum("points", filter=Q(kind__in=MERITS, at__lt=before)), 0)
    used = Coalesce(Sum("points", filter=Q(kind__in=USED)), 0)
    rows = entries.filter(learner__isnull=False).order_by().values_list("learner").annotate(due=old + used)
    return dict(rows.filter(due__gt=0))


def months_before(moment: datetime, months: int) -> datetime:
    """The same day of the month so many months earlier, or that month's last day where it is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def expire_points(*, at: datetime | None = None) -> int:
    """Let points expire that are older than the site's settings say, with one line for each learner; returns how many
    learners lost some. Run again, it finds nothing more."""
    months = switches().points_expire_after
    if not months:
        return 0
    now = at or timezone.now()
    midnight: Any = now.astimezone(site_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    before = months_before(midnight, months)
    count = 0
    for some in batches(due_points(PointEntry.objects.all(), before)):
        with transaction.atomic():
            hold_profiles(some)
            due = due_points(PointEntry.objects.filter(learner__in=some), before)
            PointEntry.objects.bulk_create(
                PointEntry(learner_id=learner, kind=EntryKind.EXPIRED, points=-points, at=now)
                for learner, points in due.items()
            )
            for learner, points in due.items():
                LearnerProfile.objects.filter(learner=learner).update(balance=F("balance") - points)
        count += len(due)
    return count

"""What a night's upkeep leaves on PostgreSQL, for the pictures: tables of all sizes, and one that could not be had."""

from datetime import timedelta
from functools import cache

from django.utils import timezone

from operations.models import Upkeep, UpkeepKind
from operations.registries import hot_tables

MEGABYTE = 1024**2
NO_LOCK = "canceling statement due to lock timeout"


@cache
def one_night() -> None:
    """One row for each thing done last night; the newest failed."""
    now = timezone.now()
    Upkeep.objects.create(
        night=timezone.localdate(now),
        kind=UpkeepKind.ANALYZE,
        started_at=now - timedelta(minutes=9),
        milliseconds=5_120,
    )
    for number, model in enumerate(hot_tables, 1):
        rows = 7**number % 2_000_003
        Upkeep.objects.create(
            night=timezone.localdate(now),
            kind=UpkeepKind.VACUUM,
            table=model._meta.db_table,
            started_at=now - timedelta(minutes=9 - number / 2),
            milliseconds=40 + rows // 90,
            rows=rows,
            dead_before=rows // 31,
            dead_after=rows // 31 if number == len(hot_tables) else 0,
            bytes=MEGABYTE + rows * 340,
            error=NO_LOCK if number == len(hot_tables) else "",
        )

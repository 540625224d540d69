"""Looking after the database at night: statistics for all tables, dead rows out of those that wear."""

import logging
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from operations.models import Upkeep, UpkeepKind
from operations.registries import Wear, hot_tables
from workbench.days import site_day, site_zone

log = logging.getLogger(__name__)

# The hours in which it begins, by the site's clock. Where beat slept through them, it waits for the next night.
NIGHT = (clock_time(2), clock_time(6))
REMEMBERED = timedelta(days=60)
# A statement that has to wait longer for others than this gives up, and says so.
LOCK_TIMEOUT = "5s"

# What PostgreSQL's autovacuum is told of each table that wears. Its defaults wait until a fifth of a table is dead, which
# for a million rows is a long time with slow queries; `fillfactor` leaves room for a row's new version beside the old one,
# so that indexes need no new entry.
STORAGE: dict[Wear, dict[str, str]] = {
    Wear.REWRITTEN: {
        "fillfactor": "90",
        "autovacuum_vacuum_scale_factor": "0.02",
        "autovacuum_vacuum_threshold": "500",
        "autovacuum_analyze_scale_factor": "0.02",
    },
    # Reading an index alone is possible only where pages are known to hold nothing dead, which vacuum writes down.
    Wear.GROWING: {
        "autovacuum_vacuum_insert_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
    },
}


def set_storage() -> list[str]:
    """Tell PostgreSQL how the hot tables wear; the tables whose settings changed. Nothing on SQLite."""
    if connection.vendor != "postgresql":
        return []
    changed = []
    with connection.cursor() as cursor:
        for model, wear in hot_tables.items():
            table, wanted = model._meta.db_table, STORAGE[wear]
            cursor.execute(
                "SELECT reloptions FROM pg_class WHERE oid = to_regclass(%s)", [connection.ops.quote_name(table)]
            )
            found = cursor.fetchone()
            # A migrate of one app alone may come before the tables of others.
            if found is None or {f"{key}={value}" for key, value in wanted.items()} <= set(found[0] or ()):
                continue
            pairs = ", ".join(f"{key} = {value}" for key, value in wanted.items())
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} SET ({pairs})")
            changed.append(table)
    return changed


def is_time(now: datetime) -> bool:
    return NIGHT[0] <= now.astimezone(site_zone()).time() < NIGHT[1]


def look_after_tables(*, now: datetime | None = None) -> list[Upkeep]:
    """Once in each night: new statistics for every table, and VACUUM for those that wear. What was done.

    Each statement is written down before it runs, so two workers never do the same; one that fails says why and the
    others go on. Must not run inside a transaction, in which VACUUM is refused.
    """
    now = now or timezone.now()
    if not is_time(now):
        return []
    night = site_day(now)
    done = [work_off(night, UpkeepKind.ANALYZE, "")]
    if connection.vendor == "postgresql":
        done += [work_off(night, UpkeepKind.VACUUM, model._meta.db_table) for model in hot_tables]
    Upkeep.objects.filter(started_at__lt=now - REMEMBERED).delete()
    return [row for row in done if row is not None]


def work_off(night: date, kind: UpkeepKind, table: str) -> Upkeep | None:
    row, is_new = Upkeep.objects.get_or_create(
        night=night, kind=kind, table=table, defaults={"started_at": timezone.now()}
    )
    if not is_new:
        return None
    before = wear_of(table)
    began = time.perf_counter()
    try:
        run(kind, table)
    except DatabaseError as error:
        row.error = str(error).strip()
        log.warning("upkeep %s of %s failed: %s", kind, table or "all tables", type(error).__name__)
    row.milliseconds = round((time.perf_counter() - began) * 1000)
    after = wear_of(table)
    if before is not None and after is not None:
        row.rows, row.bytes, row.dead_before, row.dead_after = after.rows, after.bytes, before.dead, after.dead
    row.save()
    return row


def run(kind: UpkeepKind, table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("ANALYZE")
            return
        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        try:
            if kind == UpkeepKind.ANALYZE:
                cursor.execute("ANALYZE")
            else:
                cursor.execute(f"VACUUM (ANALYZE) {connection.ops.quote_name(table)}")
        finally:
            cursor.execute("RESET lock_timeout")


@dataclass(frozen=True)
class TableWear:
    rows: int
    dead: int
    bytes: int


def wear_of(table: str) -> TableWear | None:
    """How many rows of ``table`` are alive and dead by the server's own count; None for no table, or none that counts."""
    if not table or connection.vendor != "postgresql":
        return None
    name = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_live_tup, n_dead_tup, pg_total_relation_size(relid) FROM pg_stat_user_tables"
            " WHERE relid = to_regclass(%s)",
            [name],
        )
        found = cursor.fetchone()
    return TableWear(*found) if found else None

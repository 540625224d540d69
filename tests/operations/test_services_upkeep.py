"""Looking after the database: once a night, each statement written down."""

import datetime as dt

import pytest
from django.db import connection

from operations.models import Upkeep, UpkeepKind
from operations.registries import hot_tables
from operations.services import look_after_tables, set_storage
from operations.services.upkeep import work_off
from tests.factories.operations import make_upkeep

NIGHT = dt.datetime(2026, 11, 26, 3, 30, tzinfo=dt.UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("hour, works", [(1, False), (2, True), (5, True), (6, False), (12, False)])
def test_it_works_at_night_by_the_sites_clock(settings, hour, works):
    settings.TIME_ZONE = "UTC"
    done = look_after_tables(now=NIGHT.replace(hour=hour))
    assert bool(done) is works
    assert Upkeep.objects.exists() is works


@pytest.mark.django_db
def test_once_a_night():
    (first,) = look_after_tables(now=NIGHT)
    assert (first.kind, first.table, first.error) == (UpkeepKind.ANALYZE, "", "")
    assert first.milliseconds is not None
    assert look_after_tables(now=NIGHT + dt.timedelta(hours=1)) == []
    assert len(look_after_tables(now=NIGHT + dt.timedelta(days=1))) == 1
    assert Upkeep.objects.count() == 2


@pytest.mark.django_db
def test_what_is_older_than_sixty_days_is_forgotten():
    old = make_upkeep(started_at=NIGHT - dt.timedelta(days=61))
    kept = make_upkeep(started_at=NIGHT - dt.timedelta(days=59))
    look_after_tables(now=NIGHT)
    assert not Upkeep.objects.filter(pk=old.pk).exists()
    assert Upkeep.objects.filter(pk=kept.pk).exists()


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_dead_rows_go_and_are_counted():
    """On PostgreSQL, outside a transaction: half of a table is dead before, nothing of it after."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE operations_upkeep SET (autovacuum_enabled = false)")
    rows = [make_upkeep(started_at=NIGHT) for _ in range(40)]
    Upkeep.objects.filter(pk__in=[row.pk for row in rows[:20]]).delete()
    hot_tables_of_old = dict(hot_tables)
    hot_tables.clear()
    hot_tables[Upkeep] = next(iter(hot_tables_of_old.values()))
    try:
        with connection.cursor() as cursor:
            # The server counts what a session did once the session has told it.
            cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        statistics, cleaned = look_after_tables(now=NIGHT)
    finally:
        hot_tables.clear()
        hot_tables.update(hot_tables_of_old)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE operations_upkeep RESET (autovacuum_enabled)")
    assert (statistics.kind, statistics.table, statistics.rows) == (UpkeepKind.ANALYZE, "", None)
    assert (cleaned.kind, cleaned.table, cleaned.error) == (UpkeepKind.VACUUM, "operations_upkeep", "")
    assert cleaned.dead_before >= 20 and cleaned.dead_after == 0
    # The 20 that are left, and the two that say what is done.
    assert cleaned.rows == 22
    assert cleaned.bytes > 8192


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_fails_says_why_in_its_row():
    row = work_off(NIGHT.date(), UpkeepKind.VACUUM, "no_such_table")
    assert "no_such_table" in row.error
    assert Upkeep.objects.get(pk=row.pk).error == row.error


@pytest.mark.services
@pytest.mark.django_db
def test_hot_tables_are_told_how_they_wear():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE learning_enrollment RESET (fillfactor)")
        assert set_storage() == ["learning_enrollment"]
        assert set_storage() == []
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'learning_enrollment'")
        (options,) = cursor.fetchone()
    assert {"fillfactor=90", "autovacuum_vacuum_scale_factor=0.02"} <= set(options)


@pytest.mark.django_db
def test_sqlite_has_no_storage_to_set():
    if connection.vendor == "sqlite":
        assert set_storage() == []

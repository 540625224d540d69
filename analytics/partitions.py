"""Tables of facts in one part for each month, where the database can (PostgreSQL)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connections, models, router
from django.db.migrations import CreateModel

from analytics.periods import Grain, end_of, months_of


class CreatePartitionedModel(CreateModel):
    """`CreateModel`, in parts by ``partition_by``, the first field of its primary key; elsewhere an ordinary table."""

    def __init__(self, *args: Any, partition_by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partition_by = partition_by

    def deconstruct(self):
        name, args, kwargs = super().deconstruct()
        return name, args, {**kwargs, "partition_by": self.partition_by}

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.sql_create_table += f" PARTITION BY RANGE ({schema_editor.quote_name(self.partition_by)})"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            vars(schema_editor).pop("sql_create_table", None)


def ensure_partitions(model: type[models.Model], days: Iterable[dt.date]) -> None:
    """Make the parts that rows of these days (in UTC, where the table goes by moments) go to, where they do not exist."""
    connection = connections[router.db_for_write(model)]
    if connection.vendor != "postgresql":
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        for month in months_of(days):
            part = f"{table}_{month:%Y_%m}"
            cursor.execute("SELECT to_regclass(%s)", [part])
            if cursor.fetchone()[0] is None:
                # Bounds of moments are read in the connection's zone, which Django sets to UTC.
                cursor.execute(
                    f'CREATE TABLE IF NOT EXISTS "{part}" PARTITION OF "{table}" '
                    f"FOR VALUES FROM ('{month}') TO ('{end_of(Grain.MONTH, month)}')"
                )


def drop_partitions(model: type[models.Model], before: dt.date) -> int | None:
    """Drop the parts whose month lies wholly before ``before``; returns how many, or None where the table has none."""
    connection = connections[router.db_for_write(model)]
    if connection.vendor != "postgresql":
        return None
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = %s::regclass",
            [table],
        )
        names = [name for (name,) in cursor.fetchall() if name < f"{table}_{before:%Y_%m}"]
        for name in names:
            cursor.execute(f'DROP TABLE "{name}"')
    return len(names)

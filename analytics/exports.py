"""Facts and rollups as files for other tools: CSV, and Parquet for DuckDB, pandas and their like."""

import csv
import datetime as dt
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import models

from analytics.models import NONE, ActivityFact, EventFact, Rollup, ViewFact

# Rows in memory at once.
CHUNK = 20_000
KINDS: dict[str, tuple[type[models.Model], str]] = {
    "events": (EventFact, "day"),
    "activity": (ActivityFact, "day"),
    "views": (ViewFact, "day"),
    "rollups": (Rollup, "start"),
}
TYPES: dict[type[models.Field], pa.DataType] = {
    models.UUIDField: pa.string(),
    models.CharField: pa.string(),
    models.DateField: pa.date32(),
    models.DateTimeField: pa.timestamp("us", tz="UTC"),
    models.PositiveIntegerField: pa.int64(),
    models.BigIntegerField: pa.int64(),
    models.PositiveSmallIntegerField: pa.int64(),
    models.BooleanField: pa.bool_(),
    models.DecimalField: pa.decimal128(9, 4),
}


class Writer(Protocol):
    def write(self, rows: list[tuple[Any, ...]]) -> None: ...

    def close(self) -> None: ...


class Csv:
    """UTF-8 with a line of names. No cell is changed, so that what is read back is what was there."""

    def __init__(self, path: Path, fields: list[models.Field]) -> None:
        self.file = path.open("w", encoding="utf-8", newline="")
        self.writer = csv.writer(self.file)
        self.writer.writerow([field.name for field in fields])

    def write(self, rows: list[tuple[Any, ...]]) -> None:
        self.writer.writerows(rows)

    def close(self) -> None:
        self.file.close()


class Parquet:
    def __init__(self, path: Path, fields: list[models.Field]) -> None:
        self.schema = pa.schema([(field.name, TYPES[type(field)]) for field in fields])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")

    def write(self, rows: list[tuple[Any, ...]]) -> None:
        columns = [
            pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), self.schema.types, strict=True)
        ]
        self.writer.write_table(pa.Table.from_arrays(columns, schema=self.schema))

    def close(self) -> None:
        self.writer.close()


FORMATS: dict[str, type[Csv] | type[Parquet]] = {"csv": Csv, "parquet": Parquet}


def export(folder: Path, *, form: str, since: dt.date | None = None, until: dt.date | None = None) -> dict[str, int]:
    """Write ``events``, ``activity`` and ``rollups`` of the days from ``since`` to ``until`` (both counted) into
    ``folder``; returns how many rows each has. Memory does not grow with them. A file has its name only once it is whole.
    """
    counts = {}
    for kind, (model, day) in KINDS.items():
        rows = model._default_manager.order_by("pk")
        if since:
            rows = rows.filter(**{f"{day}__gte": since})
        if until:
            rows = rows.filter(**{f"{day}__lte": until})
        path = folder / f"{kind}.{form}"
        draft = path.with_name(f".{path.name}.part")
        try:
            counts[kind] = write(rows, draft, form)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    return counts


def write(rows: models.QuerySet, path: Path, form: str) -> int:
    # A number that a row got by chance says nothing.
    fields = [field for field in rows.model._meta.concrete_fields if type(field) in TYPES]
    writer: Writer = FORMATS[form](path, fields)
    count = 0
    try:
        for some in chunks(rows.values_list(*[field.name for field in fields])):
            writer.write([tuple(plain(value) for value in row) for row in some])
            count += len(some)
    finally:
        writer.close()
    return count


def chunks(rows: models.QuerySet) -> Iterator[list[tuple[Any, ...]]]:
    found = rows.iterator(chunk_size=CHUNK)
    while some := list(islice(found, CHUNK)):
        yield some


def plain(value: Any) -> Any:
    """Nothing where there is no team, course or lesson, and keys as text."""
    if isinstance(value, UUID):
        return None if value == NONE else str(value)
    return value

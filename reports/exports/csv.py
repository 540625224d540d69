"""A report as a CSV file: for working with, so every row is in it."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from reports.results import Column, ReportResult
from workbench.sheets import write_csv


def export_csv(result: ReportResult, path: Path, *, zone: zoneinfo.ZoneInfo, bom: bool = False) -> int:
    """Write ``result`` to ``path``; returns how many rows. Times are in ``zone``, which their headings name."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        return write_csv(
            stream,
            header=_headings(result.columns, zone),
            rows=(_cells(result.columns, row, zone) for row in result.rows),
            bom=bom,
        )


def _headings(columns: tuple[Column, ...], zone: zoneinfo.ZoneInfo) -> Iterator[str]:
    for column in columns:
        if column.kind == "progress":
            # Two numbers: "7/12" in one cell would open as a date.
            yield column.label
            yield _("Lessons in all")
        elif column.kind == "datetime":
            yield f"{column.label} ({zone.key})"
        elif column.kind == "percent":
            yield f"{column.label} (%)"
        else:
            yield column.label


def _cells(columns: tuple[Column, ...], row: tuple[Any, ...], zone: zoneinfo.ZoneInfo) -> Iterator[Any]:
    for column, value in zip(columns, row, strict=True):
        if column.kind == "progress":
            yield from value
        elif isinstance(value, dt.datetime):
            local = value.astimezone(zone)
            yield local.strftime("%Y-%m-%d %H:%M") if column.kind == "datetime" else local.date().isoformat()
        elif isinstance(value, dt.date):
            yield value.isoformat()
        else:
            yield value

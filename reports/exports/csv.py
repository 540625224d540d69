"""A report as a CSV file: for working with, so every row is in it."""

import zoneinfo
from pathlib import Path

from reports.exports.cells import cell_makers, headings
from reports.results import Stream
from workbench.sheets import write_csv


def export_csv(stream: Stream, path: Path, *, zone: zoneinfo.ZoneInfo, bom: bool = False) -> int:
    """Write ``stream`` to ``path``; returns how many rows. Times are in ``zone``, which their headings name."""
    makers = cell_makers(stream.columns, zone)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = ([make(value) for make, value in zip(makers, row, strict=True)] for row in stream.rows)
        return write_csv(file, header=headings(stream.columns, zone), rows=rows, bom=bom)

"""A report as an Excel workbook: for working with, so every row is in it."""

import zoneinfo
from pathlib import Path

from reports.exports.cells import headings, sheet_cells
from reports.results import Stream
from workbench.sheets import write_xlsx


def export_xlsx(stream: Stream, path: Path, *, title: str, zone: zoneinfo.ZoneInfo) -> int:
    """Write ``stream`` to ``path``; returns how many rows."""
    with path.open("wb") as file:
        rows = (sheet_cells(stream.columns, row, zone) for row in stream.rows)
        return write_xlsx(file, title=title, header=headings(stream.columns, zone), rows=rows)

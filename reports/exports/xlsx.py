"""A report as an Excel workbook: for working with, so every row is in it."""

import zoneinfo
from pathlib import Path

from reports.columns import Type
from reports.exports.cells import cell_makers, headings
from reports.results import Stream
from workbench.sheets import write_xlsx

# In characters; a heading that is longer has its way.
WIDTHS = {Type.TEXT: 28, Type.REFERENCE: 28, Type.CHOICE: 16, Type.DATE: 12, Type.DATETIME: 18}


def export_xlsx(stream: Stream, path: Path, *, title: str, zone: zoneinfo.ZoneInfo) -> int:
    """Write ``stream`` to ``path``; returns how many rows. Days and moments are date cells, moments in ``zone``."""
    header = headings(stream.columns, zone)
    widths = [
        max(len(heading) + 4, WIDTHS.get(column.type, 0))
        for heading, column in zip(header, stream.columns, strict=True)
    ]
    makers = cell_makers(stream.columns, zone, with_dates=True)
    with path.open("wb") as file:
        rows = ([make(value) for make, value in zip(makers, row, strict=True)] for row in stream.rows)
        # Beside the file: who has chosen its place has room there for so much, and memory is no place for it.
        return write_xlsx(file, title=title, header=header, rows=rows, widths=widths, folder=path.parent)

"""Spreadsheets that open as what they are: no cell ever starts a formula."""

import csv
from collections.abc import Iterable
from typing import IO, Any

BOM = "\ufeff"
# A spreadsheet program reads a cell that begins so as a formula, or strips the blank and then does.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> Any:
    """``value`` as it may stand in a cell: text that would start a formula gets a leading quote, numbers do not."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def write_csv(stream: IO[str], *, header: Iterable[Any], rows: Iterable[Iterable[Any]], bom: bool = False) -> int:
    """Write ``rows`` below ``header`` as they come; returns how many. ``bom`` makes Excel read the file as UTF-8."""
    if bom:
        stream.write(BOM)
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([safe_cell(value) for value in header])
    count = 0
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        count += 1
    return count

"""Writing spreadsheets that open as what they are: no cell ever starts a formula."""

import csv
import datetime as dt
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from workbench.sheets.cells import BOM, safe_cell

# What XML cannot hold, and what would be read as such.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
WIDEST, NARROWEST = 40, 12
# A sheet of Excel has 1,048,576 rows, and the head takes one of them.
SHEET_ROWS = 1_048_575
# Excel's calendar begins here; what came before stays text.
FIRST_DAY = dt.date(1900, 1, 1)
LONGEST_TEXT = 32_767


def write_csv(stream: IO[str], *, header: Iterable[Any], rows: Iterable[Iterable[Any]], bom: bool = False) -> int:
    """Write ``rows`` below ``header`` as they come; returns how many. ``bom`` makes Excel read the file as UTF-8."""
    if bom:
        stream.write(BOM)
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([safe_cell(value) for value in header])
    written = 0
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        written += 1
    return written


class Line:
    """A file that keeps the one line written last."""

    def write(self, text: str) -> None:
        self.text = text


def csv_lines(*, header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """What `write_csv` writes, line by line as it is asked for."""
    line = Line()
    writer = csv.writer(line, lineterminator="\r\n")
    for row in chain([header], rows):
        writer.writerow([safe_cell(value) for value in row])
        yield line.text


def escaped(text: str) -> str:
    """``text`` as an XLSX may hold it; `unescape` of the reader gives it back."""
    return UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def write_xlsx(
    stream: IO[bytes],
    *,
    title: str,
    header: Sequence[Any],
    rows: Iterable[Iterable[Any]],
    widths: Sequence[int] = (),
    sheet_rows: int = SHEET_ROWS,
    folder: Path | None = None,
) -> int:
    """Write a workbook row by row, in constant memory; returns how many rows.

    Text stays text, days and moments become date cells; a moment has no zone, so the caller has put it into one.
    ``widths`` are in characters. After ``sheet_rows`` rows comes another sheet, with the header again. Working files,
    which are some times larger than the book, lie in ``folder``, else where temporary files do; at the end they are
    gone, whatever happened.
    """
    # Loaded only where a workbook is written.
    from workbench.sheets.plain_book import open_book

    names = sheet_names(title)
    wanted = [
        min(max(widths[column] if column < len(widths) else len(str(name)) + 4, NARROWEST), WIDEST)
        for column, name in enumerate(header)
    ]
    written, left = 0, 0
    with tempfile.TemporaryDirectory(prefix=".sheets-", dir=folder) as place, open_book(stream, place) as book:
        write_row = None
        for row in rows:
            if not left:
                write_row, left = book.start_sheet(next(names), header, wanted), sheet_rows
            write_row(row)
            written, left = written + 1, left - 1
        if write_row is None:
            book.start_sheet(next(names), header, wanted)
    return written


def sheet_names(title: str) -> Iterator[str]:
    """What the sheets are called: the title as far as Excel takes it, then the same with numbers."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip("' ")
    # Excel counts in UTF-16, in which some letters are two.
    yield shortened(name, 31).strip("' ") or "1"
    for number in count(2):
        yield f"{shortened(name, 24)} {number}".strip("' ")


def shortened(text: str, units: int) -> str:
    return text.encode("utf-16-le", "replace")[: 2 * units].decode("utf-16-le", "ignore")


def fitting(text: str) -> str:
    """``text`` for one cell: what Excel has no room for is cut, and the cell says so."""
    note = " " + _("[cut: a cell holds 32,767 characters]")
    return shortened(text, LONGEST_TEXT - len(note)) + note

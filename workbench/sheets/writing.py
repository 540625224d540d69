"""Writing spreadsheets that open as what they are: no cell ever starts a formula."""

import csv
import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from workbench.sheets.cells import BOM, safe_cell

# What XML cannot hold, and what would be read as such.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
WIDEST, NARROWEST = 40, 12


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
    stream: IO[bytes], *, title: str, header: Sequence[Any], rows: Iterable[Iterable[Any]], widths: Sequence[int] = ()
) -> int:
    """Write a workbook with one sheet, row by row, without holding it in memory; returns how many rows.

    Text stays text, days become day cells. ``widths`` are in characters.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "1")
    sheet.freeze_panes = "A2"
    for place, name in enumerate(header):
        wanted = widths[place] if place < len(widths) else len(str(name)) + 4
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(wanted, NARROWEST), WIDEST)

    def cell_of(value: Any) -> Any:
        # An empty cell is none: in wide tables that is most of the file, and of the time to read it.
        if value is None or value == "":
            return None
        if isinstance(value, str):
            value = escaped(safe_cell(value))
        cell = WriteOnlyCell(sheet, value=value)
        if isinstance(value, datetime.date):
            cell.number_format = "yyyy-mm-dd"
        return cell

    top = [cell_of(str(name)) for name in header]
    for cell in filter(None, top):
        cell.font = Font(bold=True)
    sheet.append(top)
    count = 0
    for row in rows:
        sheet.append([cell_of(value) for value in row])
        count += 1
    book.save(stream)
    return count

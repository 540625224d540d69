"""A workbook whose cells hold values and nothing else, written through xlsxwriter in constant memory."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from workbench.sheets.cells import safe_cell
from workbench.sheets.writing import FIRST_DAY, escaped, fitting

CUT = -2


class PlainSheet(Worksheet):
    """Text stays text: xlsxwriter takes one like ``<r>…</r>`` for markup of its own, and does not take each text for
    itself that looks like an escaped character."""

    @staticmethod
    def _escape_control_characters(data: Any) -> Any:
        return escaped(data) if isinstance(data, str) else data

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, True, attributes)


class Target:
    """Where the book goes. Once something failed it takes no more: a half-written archive tries to end itself whenever
    it is cleared away, long after the file behind it was closed."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.has_failed = False
        self.place = 0

    def write(self, data: bytes) -> int:
        if not self.has_failed:
            self.stream.write(data)
        self.place += len(data)
        return len(data)

    def seek(self, place: int, whence: int = 0) -> int:
        self.place = place if self.has_failed else self.stream.seek(place, whence)
        return self.place

    def tell(self) -> int:
        return self.place

    def flush(self) -> None:
        if not self.has_failed:
            self.stream.flush()


class Book:
    def __init__(self, target: Target, folder: str) -> None:
        self.book = Workbook(target, {"constant_memory": True, "tmpdir": folder, "use_zip64": True})
        self.bold = self.book.add_format({"bold": True})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def start_sheet(self, name: str, header: Sequence[Any], widths: Sequence[int]) -> Callable[[Iterable[Any]], None]:
        """A new sheet with its head, which stays in sight and is printed on each page; returns what writes its next row."""
        sheet = self.book.add_worksheet(name, worksheet_class=PlainSheet)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for column, heading in enumerate(header):
            self.write(sheet, 0, column, str(heading), self.bold)
        number = 0

        def write_row(row: Iterable[Any]) -> None:
            nonlocal number
            number += 1
            for column, value in enumerate(row):
                self.write(sheet, number, column, value)

        return write_row

    def write(self, sheet: Worksheet, row: int, column: int, value: Any, style: Any = None) -> None:
        match value:
            case None | "":
                return
            case bool():
                sheet.write_boolean(row, column, value)
            case int() | float() | Decimal():
                sheet.write_number(row, column, value)
            case dt.datetime() if value.date() >= FIRST_DAY:
                sheet.write_datetime(row, column, value, self.moment)
            case dt.date() if not isinstance(value, dt.datetime) and value >= FIRST_DAY:
                sheet.write_datetime(row, column, value, self.day)
            case _:
                text = safe_cell(str(value))
                if sheet.write_string(row, column, text, style) == CUT:
                    sheet.write_string(row, column, fitting(text), style)


@contextmanager
def open_book(stream: IO[bytes], folder: str) -> Iterator[Book]:
    """A book that is written to ``stream`` when the block ends well; OSError where there is no room for it."""
    target = Target(stream)
    book = Book(target, folder)
    try:
        yield book
        book.book.close()
    except FileCreateError as error:
        # It wraps the system's own error, which says more.
        raise error.args[0] from None
    finally:
        target.has_failed = not book.book.fileclosed
        for sheet in book.book.worksheets():
            sheet._opt_close()

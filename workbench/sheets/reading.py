"""A spreadsheet of either kind behind one door: what it is, its header, its rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.utils.translation import gettext as _

from workbench.sheets.limits import MEGABYTE, Limits, SheetRefused
from workbench.sheets.text import ENCODING_LABELS, SEPARATOR_LABELS, detect_format, read_text
from workbench.sheets.workbook import Workbook

CSV, XLSX = "csv", "xlsx"


@dataclass
class Sheet:
    """An open spreadsheet. ``facts`` says in words how it was read; ``header`` is its first row that is not empty."""

    kind: str
    facts: list[str]
    limits: Limits
    source: Iterator[tuple[int, list[str]]]
    header: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Row numbers as the file counts them, and their cells. SheetRefused past a limit, or where the file ends badly."""
        for count, (number, cells) in enumerate(self.source, start=1):
            if count > self.limits.rows:
                raise SheetRefused(
                    _("The file has more than %(most)d rows. Nothing was imported. Split it into several files.")
                    % {"most": self.limits.rows}
                )
            self.check(number, cells)
            yield number, cells

    def check(self, number: int, cells: list[str]) -> None:
        if len(cells) > self.limits.columns and any(cells[self.limits.columns :]):
            raise SheetRefused(
                _(
                    "Row %(row)d has more than %(most)d columns. Nothing was imported. "
                    "Delete the columns you do not need, then upload the file again."
                )
                % {"row": number, "most": self.limits.columns}
            )
        for place, cell in enumerate(cells, start=1):
            if len(cell) > self.limits.characters:
                raise SheetRefused(
                    _(
                        "The cell in row %(row)d, column %(column)d has more than %(most)d characters. "
                        "Nothing was imported. Is a quotation mark not closed there?"
                    )
                    % {"row": number, "column": place, "most": self.limits.characters}
                )


def open_sheet(stream: IO[bytes], *, name: str = "", limits: Limits | None = None) -> Sheet:
    """Open a CSV or XLSX file by what it holds, whatever it is called, and read its header.

    SheetRefused, with a sentence, for what is too large, damaged, dangerous, or no
    spreadsheet. ``stream`` must be seekable and stay open while rows are read.
    """
    limits = limits or Limits()
    stream.seek(0, 2)
    size = stream.tell()
    if size > limits.size:
        raise SheetRefused(
            _(
                "The file has %(size)d MB; at most %(most)d MB are read. Nothing was imported. Split it into several files."
            )
            % {"size": -(-size // MEGABYTE), "most": limits.size // MEGABYTE}
        )
    if not size:
        raise SheetRefused(_("The file is empty, so nothing was imported. Fill in the template, then upload it."))
    stream.seek(0)
    start = stream.read(8)
    if start.startswith(b"PK\x03\x04"):
        sheet = open_workbook(stream, limits)
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetRefused(
            _(
                "The file is an old .xls workbook or locked with a password. Nothing was imported. "
                "Save it as .xlsx without a password, or as CSV, then upload that file."
            )
        )
    elif name.lower().endswith((".xlsx", ".xlsm", ".ods")) or start.startswith(b"%PDF"):
        raise SheetRefused(
            _("The file is neither CSV nor an Excel workbook (.xlsx), whatever its name says. Nothing was imported.")
        )
    else:
        sheet = open_text(stream, limits)
    first = next(sheet.source, None)
    if first is None:
        raise SheetRefused(_("The file is empty, so nothing was imported. Fill in the template, then upload it."))
    number, cells = first
    sheet.check(number, cells)
    while cells and not cells[-1].strip():
        cells.pop()
    sheet.header = [" ".join(cell.split()) for cell in cells]
    return sheet


def open_text(stream: IO[bytes], limits: Limits) -> Sheet:
    form = detect_format(stream)
    facts = [
        _("CSV, read as %(encoding)s, separated by %(separator)s")
        % {
            "encoding": ENCODING_LABELS[form.encoding],
            "separator": SEPARATOR_LABELS[form.separator],
        }
    ]
    if form.encoding == "cp1252":
        facts.append(
            _("The file does not say its encoding. If letters such as ä or é look wrong, save it as CSV UTF-8.")
        )
    return Sheet(CSV, facts, limits, read_text(stream, form, limits))


def open_workbook(stream: Any, limits: Limits) -> Sheet:
    book = Workbook(stream, limits)
    facts = [_("Excel workbook, sheet “%(sheet)s”") % {"sheet": book.sheet}]
    if book.others:
        names = ", ".join(f"“{name}”" for name in book.others[:5])
        facts.append(_("Other sheets were not read: %(sheets)s") % {"sheets": names})
    return Sheet(XLSX, facts, limits, book.rows())

"""XLSX files from strangers: looked through before they are opened, then read row by row."""

import datetime
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from workbench.archives import ArchiveRefused, safe_name
from workbench.sheets.cells import Unusable, plain_cell
from workbench.sheets.limits import Limits, SheetRefused

CHUNK = 1024 * 1024
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
FORBIDDEN = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.I)
NO_TEXT = re.compile("[\0\ud800-\udfff]")
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([^"']+)""")


def refused_damaged() -> SheetRefused:
    return SheetRefused(
        _(
            "The spreadsheet is damaged or not an Excel workbook, so nothing was imported. "
            "Open it in a spreadsheet program, save it as .xlsx or as CSV, then upload that file."
        )
    )


def refused_bomb() -> SheetRefused:
    return SheetRefused(
        _(
            "The spreadsheet was refused: it unpacks to far more than its size allows for. Nothing was imported. "
            "Copy the cells you need into a new file, or save it as CSV, then upload that file."
        )
    )


def refused_xml() -> SheetRefused:
    return SheetRefused(
        _(
            "The spreadsheet was refused: it declares document types or entities, which no spreadsheet program writes. "
            "Nothing was imported. Save it as CSV, then upload that file."
        )
    )


def check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> int:
    """Unpack one part into nothing: its true size, never more than ``room`` bytes. XML parts must be plain UTF-8 XML."""
    is_xml = entry.filename.lower().endswith((".xml", ".rels"))
    size, tail = 0, b""
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK):
            if is_xml:
                if not size:
                    declared = DECLARED.match(chunk.removeprefix(b"\xef\xbb\xbf")[:200])
                    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
                        raise refused_xml()
                # A NUL byte means UTF-16 or worse, in which the words below would look different.
                if b"\0" in chunk or FORBIDDEN.search(tail + chunk):
                    raise refused_xml()
                tail = chunk[-32:]
            size += len(chunk)
            if size > room:
                raise refused_bomb()
    return size


def check_workbook(stream: IO[bytes], limits: Limits) -> None:
    """SheetRefused unless ``stream`` is a workbook that unpacks within ``limits``; every byte is unpacked once, none kept."""
    stream.seek(0, 2)
    packed = max(stream.tell(), 1)
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            if len(entries) > limits.entries:
                raise refused_bomb()
            total = 0
            for entry in entries:
                safe_name(entry.orig_filename)
                if entry.flag_bits & 0x1:
                    raise SheetRefused(
                        _("The spreadsheet is locked with a password, so nothing was imported. Save it without one.")
                    )
                room = limits.unpacked - total
                if entry.filename.lower().endswith("sharedstrings.xml"):
                    room = min(room, limits.shared)
                total += check_part(archive, entry, room)
                if total > limits.ratio_from and total > packed * limits.ratio:
                    raise refused_bomb()
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise refused_damaged()
    except ArchiveRefused:
        raise refused_damaged() from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise refused_damaged() from None


def unescape(text: str) -> str:
    """Excel writes characters that XML cannot hold as _x0007_, and such a text itself as _x005F_x0007_."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def workbook_cell(cell: Any) -> str:
    """A cell as text: days as 2026-03-01, moments as 2026-03-01 14:30:00, whole numbers without a point."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        text = value if isinstance(value, str) else getattr(value, "text", None) or "="
        return Unusable(text, _("holds a formula. Write the value instead."))
    if cell.data_type == "e":
        return Unusable(str(value), _("holds an error of the spreadsheet. Write the value instead."))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    text = unescape(str(value))
    if NO_TEXT.search(text):
        clean = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
        return Unusable(clean, _("holds a character that is not text. Delete it."))
    return plain_cell(text)


class Workbook:
    """An XLSX file, open for reading. ``sheet`` is the name of the sheet that is read: the first one with cells."""

    def __init__(self, stream: IO[bytes], limits: Limits):
        # Loaded only where a workbook is read: it brings numpy along, and both cost every process 18 MB.
        from openpyxl import load_workbook

        check_workbook(stream, limits)
        self.limits = limits
        try:
            stream.seek(0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.book = load_workbook(stream, read_only=True, keep_links=False)
            sheets = [sheet for sheet in self.book.worksheets if sheet.sheet_state == "visible"]
        # What a reader of damaged XML may raise has no bounds; each means the same to the person.
        except Exception:
            raise refused_damaged() from None
        self.chosen = next((sheet for sheet in sheets if self.has_cells(sheet)), None)
        if self.chosen is None:
            raise SheetRefused(
                _("The spreadsheet is empty, so nothing was imported. Fill in the template, then upload it.")
            )
        self.sheet = str(self.chosen.title)
        self.others = [str(sheet.title) for sheet in sheets if sheet is not self.chosen]

    def has_cells(self, sheet: Any) -> bool:
        return next(self.cells_of(sheet), None) is not None

    def cells_of(self, sheet: Any) -> Iterator[tuple[int, list[str]]]:
        # The size that a sheet says it has may be a lie: the rows count.
        sheet.reset_dimensions()
        rows = sheet.iter_rows()
        number = 0
        while True:
            number += 1
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    row = [workbook_cell(cell) for cell in next(rows)]
            except StopIteration:
                return
            except Exception:
                raise refused_damaged() from None
            while row and not row[-1]:
                row.pop()
            if row:
                yield number, row

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        yield from self.cells_of(self.chosen)

    def close(self) -> None:
        self.book.close()

"""CSV files from anywhere: which encoding, which separator, and the cells as they stand."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workbench.sheets.cells import Unusable, plain_cell
from workbench.sheets.limits import Limits, SheetRefused

CHUNK = 256 * 1024
SEPARATORS = ",;\t|"
# How many records show which separator a file uses.
LOOKED_AT = 30
ENCODING_LABELS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16",
                   "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}  # fmt: skip
SEPARATOR_LABELS = {",": gettext_lazy("comma"), ";": gettext_lazy("semicolon"), "\t": gettext_lazy("tab"),
                    "|": gettext_lazy("vertical bar")}  # fmt: skip


@dataclass(frozen=True)
class TextFormat:
    """What a CSV file turned out to be. ``skip`` lines come before the header (Excel's "sep=;")."""

    encoding: str
    separator: str
    skip: int = 0


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        yield chunk


def decodes(stream: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for chunk in chunks_of(stream):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def unmarked_utf16(start: bytes) -> str:
    """UTF-16 without a mark shows as every other byte being zero."""
    even, odd = start[::2], start[1::2]
    if odd and odd.count(0) > 0.7 * len(odd) and not even.count(0):
        return "utf-16-le"
    if even and even.count(0) > 0.7 * len(even) and not odd.count(0):
        return "utf-16-be"
    return ""


def detect_encoding(stream: IO[bytes]) -> str:
    """The encoding under which the whole file can be read. SheetRefused for what is no text."""
    stream.seek(0)
    start = stream.read(4096)
    if start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif found := unmarked_utf16(start):
        candidates = [found]
    elif any(b"\0" in chunk for chunk in chunks_of(stream)):
        raise SheetRefused(
            _(
                "The file holds NUL bytes, so it is not a text file. Nothing was imported. "
                "Save it again as “CSV UTF-8” or as .xlsx, then upload that file."
            )
        )
    else:
        candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        if decodes(stream, encoding):
            return encoding
    raise SheetRefused(
        _(
            "The letters of the file cannot be read: it is neither UTF-8, UTF-16 nor Windows-1252, or it is cut short. "
            "Nothing was imported. Save it again as “CSV UTF-8” or as .xlsx, then upload that file."
        )
    )


def detect_separator(text: io.TextIOBase) -> tuple[str, int]:
    """The separator under which the first records have the same number of columns, and the lines to skip before them."""
    first = text.readline(1000)
    named = first.strip().lower().strip('"')
    if named.startswith("sep=") and len(named) == 5 and named[4] in SEPARATORS + " ":
        return ("\t" if named[4] == " " else named[4]), 1
    start = first + text.read(CHUNK)
    best, best_score = ",", (0.0, 0)
    for separator in SEPARATORS:
        counts = []
        try:
            for record in csv.reader(io.StringIO(start, newline=""), delimiter=separator):
                if record:
                    counts.append(len(record))
                if len(counts) == LOOKED_AT:
                    break
        except csv.Error:
            continue
        if not counts or counts[0] < 2:
            continue
        score = (sum(count == counts[0] for count in counts) / len(counts), counts[0])
        if score > best_score:
            best, best_score = separator, score
    return best, 0


def detect_format(stream: IO[bytes]) -> TextFormat:
    encoding = detect_encoding(stream)
    with reader_of(stream, encoding) as text:
        separator, skip = detect_separator(text)
    return TextFormat(encoding, separator, skip)


class reader_of:
    """``stream`` as text, which stays open when the reader is done."""

    def __init__(self, stream: IO[bytes], encoding: str):
        stream.seek(0)
        self.text = io.TextIOWrapper(stream, encoding=encoding, newline="")

    def __enter__(self) -> io.TextIOWrapper:
        return self.text

    def __exit__(self, *args: object) -> None:
        # A reader that is thrown away half-way may outlive its file.
        if not self.text.closed:
            self.text.detach()


def text_cell(text: str) -> str:
    """A cell of a CSV file; what starts with an equals sign is a formula, unless an export has quoted it."""
    if text.startswith("="):
        return Unusable(text, _("holds a formula. Write the value instead."))
    if "\0" in text:
        return Unusable(text.replace("\0", "\N{REPLACEMENT CHARACTER}"), _("holds a NUL character. Delete it."))
    return plain_cell(text)


def read_text(stream: IO[bytes], form: TextFormat, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Row numbers as a spreadsheet counts them, from 1, and the cells of each row that is not empty."""
    csv.field_size_limit(max(csv.field_size_limit(), limits.characters * 10))
    number = 0
    with reader_of(stream, form.encoding) as text:
        for _line in range(form.skip):
            text.readline()
            number += 1
        records = csv.reader(text, delimiter=form.separator, strict=True)
        while True:
            number += 1
            try:
                record = next(records)
            except StopIteration:
                return
            except csv.Error:
                raise SheetRefused(
                    _(
                        "Row %(row)d cannot be read: a quotation mark is opened and not closed, or stands in the middle of a cell. "
                        "Nothing was imported. Mend that row, then upload the file again."
                    )
                    % {"row": number}
                ) from None
            if any(record):
                yield number, [text_cell(cell) for cell in record]

"""Files of questions: GIFT, Moodle XML, Aiken, CSV and XLSX, each read into and written from the same plain data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from questions.formats import aiken, gift, moodle_xml, tables
from questions.formats.data import DESCRIPTION, Lost, Parsed, QuestionData, Remark, Written
from questions.formats.limits import beyond_limits
from questions.formats.losses import losses


@dataclass(frozen=True)
class Format:
    """One format: how it is read and written. `parse` raises nothing; `write` gives the file, what it holds, what not."""

    name: str
    label: str | Promise
    extension: str
    media_type: str
    parse: Callable[[bytes], Parsed]
    write: Callable[[Sequence[QuestionData]], tuple[bytes, list[QuestionData], list[Lost]]]
    # Fields, and parts of the data, that no file of this format says, or not for every kind of question.
    cannot_say: frozenset[str] = frozenset()


COMBINED = {"data.feedback_right", "data.feedback_partly", "data.feedback_wrong"}
# Where a file names no topic or tag, it says nothing about them; only a table has a cell that can be empty.
MOODLE_LACKS = frozenset({"solution", "difficulty", "category", "tags", "data.rubric", "data.scoring", *COMBINED})
GIFT_LACKS = MOODLE_LACKS | {
    "hints", "points", "data.shuffle", "data.case_sensitive", "data.unit", "data.unit_asked", "data.min_words",
    "data.max_words", "data.notes",
}  # fmt: skip
AIKEN_LACKS = GIFT_LACKS | {"feedback"}
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("gift", _("GIFT"), ".gift", "text/plain", gift.parse, gift.write, GIFT_LACKS),
        Format(
            "moodle-xml", _("Moodle XML"), ".xml", "application/xml", moodle_xml.parse, moodle_xml.write, MOODLE_LACKS
        ),
        Format("aiken", _("Aiken"), ".txt", "text/plain", aiken.parse, aiken.write, AIKEN_LACKS),
        Format("csv", _("CSV"), ".csv", "text/csv", tables.parse_csv, tables.write_csv),
        Format("xlsx", _("Excel workbook"), ".xlsx", XLSX_TYPE, tables.parse_xlsx, tables.write_xlsx),
    )
}


def guess_format(data: bytes, name: str = "") -> str:
    """The format of a file by what it holds, then by the end of its name. A guess: reading tells."""
    extension = name.lower().rsplit(".", 1)[-1] if "." in name else ""
    # Without the marks and zeros of UTF-8 and UTF-16.
    start = data[:8192].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if data[:4] == b"PK\x03\x04":
        return "xlsx"
    if start.startswith((b"<?xml", b"<quiz")) or (start.startswith(b"<!--") and b"<quiz" in start):
        return "moodle-xml"
    if extension in ("gift", "csv", "xml", "xlsx"):
        return {"xml": "moodle-xml"}.get(extension, extension)
    if aiken.looks_like(data):
        return "aiken"
    if tables.looks_like(data):
        return "csv"
    return "gift"


def parse(data: bytes, *, format: str = "", name: str = "") -> Parsed:
    """The questions of a file. Nothing is raised: what cannot be read is an error with its line."""
    parsed = FORMATS[format or guess_format(data, name)].parse(data)
    return replace(parsed, errors=[*parsed.errors, *beyond_limits(parsed.questions)])


def write(questions: Sequence[QuestionData], format: str) -> Written:
    """The file, with what it does not say: it is read again and compared, question by question."""
    one = FORMATS[format]
    content, held, lost = one.write(questions)
    read = one.parse(content).questions if held else []
    if len(read) != len(held):
        # Some question breaks the file; it is found by itself and left out.
        good = [question for question in held if len(one.parse(one.write([question])[0]).questions) == 1]
        broken = [question for question in held if question not in good]
        content, held, _none = one.write(good)
        read = one.parse(content).questions if held else []
        reason = gettext("The file could not be read again with this question in it.")
        lost += [Lost(question.title, reason, skipped=True) for question in broken]
    return Written(format, content, len(held), [*lost, *losses(held, read)])


__all__ = [
    "DESCRIPTION",
    "FORMATS",
    "Lost",
    "Parsed",
    "QuestionData",
    "Remark",
    "Written",
    "guess_format",
    "parse",
    "write",
]

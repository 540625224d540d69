"""Spreadsheets of strangers: what they are is said, what is dangerous is refused, what we wrote comes back unchanged."""

import datetime
import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from workbench.sheets import Limits, SheetRefused, Unusable, open_sheet, plain_cell, safe_cell, write_csv, write_xlsx

TEXT = st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=40)


def read(content: bytes, name: str = "", limits: Limits | None = None):
    sheet = open_sheet(io.BytesIO(content), name=name, limits=limits)
    return sheet, list(sheet.rows())


def csv_of(*rows, encoding="utf-8") -> bytes:
    return "\r\n".join(rows).encode(encoding)


@pytest.mark.parametrize(
    ("content", "fact"),
    [
        (csv_of("Name,Ort", "Jörg,Köln"), "CSV, read as UTF-8, separated by comma"),
        (csv_of("Name,Ort", "Jörg,Köln", encoding="utf-8-sig"), "CSV, read as UTF-8, separated by comma"),
        (csv_of("Name;Ort", "Jörg;Köln", encoding="cp1252"), "CSV, read as Windows-1252, separated by semicolon"),
        (csv_of("Name\tOrt", "Jörg\tKöln", encoding="utf-16"), "CSV, read as UTF-16, separated by tab"),
        (csv_of("Name\tOrt", "Jörg\tKöln", encoding="utf-16-be"), "CSV, read as UTF-16, separated by tab"),
        (csv_of("Name\tOrt", "Jörg\tKöln", encoding="utf-16-le"), "CSV, read as UTF-16, separated by tab"),
        (csv_of("Name|Ort", "Jörg|Köln"), "CSV, read as UTF-8, separated by vertical bar"),
        (csv_of("Name;Ort", '"Jörg";"Köln"'), "CSV, read as UTF-8, separated by semicolon"),
    ],
)
def test_encoding_and_separator_are_found_and_said(content, fact):
    sheet, rows = read(content)
    assert sheet.facts[0] == fact
    assert (sheet.header, rows) == (["Name", "Ort"], [(2, ["Jörg", "Köln"])])


def test_a_comma_in_a_semicolon_file_and_excels_own_line():
    sheet, rows = read(csv_of("sep=;", "Name;Ort", "Doe, Jo;Köln", ";;", "Roe, Lee;Bonn"))
    assert sheet.header == ["Name", "Ort"]
    assert rows == [(3, ["Doe, Jo", "Köln"]), (5, ["Roe, Lee", "Bonn"])]


def test_rows_are_numbered_as_the_file_counts_them():
    _sheet, rows = read(b'a,b\n\n"two\nlines",x\n\nlast,y\n')
    assert [number for number, _cells in rows] == [3, 5]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "", "The file is empty"),
        (b"\n\n\n", "", "The file is empty"),
        (b"a,b\n1,\x00\n", "", "NUL bytes"),
        (b"a,b\n\x81\x8d,1\n", "", "cannot be read"),
        (b'a,b\n1,"x\ny\nz', "", "Row 2 cannot be read"),
        (b'a,b\n1,2\n"x"y,2', "", "Row 3 cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.xls", "old .xls workbook"),
        (b"%PDF-1.7", "x.csv", "neither CSV nor"),
        (b"a,b", "x.xlsx", "neither CSV nor"),
        (b"PK\x03\x04", "x.xlsx", "damaged"),
        (b"\xff\xfea", "", "cannot be read"),
        (b"a," * 200 + b"\n" + b"1," * 200, "", "more than 100 columns"),
        (b"a,b\n" + b"x" * 10_001 + b",1", "", "The cell in row 2, column 1 has more than 10000 characters"),
        (b"a\n" + b"1\n" * 4, "", "more than 3 rows"),
        (b"a" * 2000, "", "at most 0 MB"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_a_sentence(content, name, sentence):
    limits = Limits(rows=3) if "rows" in sentence else Limits(size=1000) if "MB" in sentence else Limits()
    with pytest.raises(SheetRefused, match=sentence):
        read(content, name, limits)


def test_formulas_are_unusable_cells():
    _sheet, rows = read(csv_of("a,b", "=1+1,'=1+1", "-5,@home"))
    first, second = rows[0][1]
    assert (type(first), first.why) == (Unusable, "holds a formula. Write the value instead.")
    assert (type(second), second) == (str, "=1+1")
    assert rows[1][1] == ["-5", "@home"]


# XLSX ---------------------------------------------------------------------------------


def workbook(*rows, title="Sheet") -> bytes:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(content: bytes, named: dict[str, bytes]) -> bytes:
    """A workbook with parts replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in named:
                new.writestr(entry, old.read(entry))
        for name, part in named.items():
            new.writestr(name, part)
    return stream.getvalue()


def test_cells_of_a_workbook_become_text():
    moment = datetime.datetime(2026, 3, 1, 14, 30)
    content = workbook(
        ["Name", "Day", "Moment", "Number", "Share", "Yes", "Formula", "Empty"],
        ["Jo", datetime.date(2026, 3, 1), moment, 7, 0.5, True, "=1+1", None],
    )
    sheet, rows = read(content)
    assert sheet.facts == ["Excel workbook, sheet “Sheet”"]
    assert rows == [(2, ["Jo", "2026-03-01", "2026-03-01 14:30:00", "7", "0.5", "TRUE", "=1+1"])]
    assert type(rows[0][1][6]) is Unusable


def test_empty_rows_and_other_sheets_of_a_workbook():
    book = Workbook()
    book.active.title = "Notes"
    people = book.create_sheet("People")
    people["A3"], people["A5"] = "Name", "Jo"
    book.create_sheet("More")["A1"] = "x"
    stream = io.BytesIO()
    book.save(stream)
    sheet, rows = read(stream.getvalue())
    assert sheet.facts == ["Excel workbook, sheet “People”", "Other sheets were not read: “Notes”, “More”"]
    assert rows == [(5, ["Jo"])]


BOMB = b"<?xml version='1.0'?><a>" + b" " * (30 * 1024 * 1024) + b"</a>"
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"xl/worksheets/sheet1.xml": BOMB}, "unpacks to far more"),
        ({"xl/sharedStrings.xml": BOMB}, "unpacks to far more"),
        ({"xl/media/image1.bin": b"\0" * (30 * 1024 * 1024)}, "unpacks to far more"),
        ({"xl/workbook.xml": DOCTYPE}, "declares document types"),
        ({"xl/worksheets/sheet1.xml": DOCTYPE}, "declares document types"),
        ({"xl/worksheets/sheet1.xml": DOCTYPE.decode().encode("utf-16")}, "declares document types"),
        ({"xl/styles.xml": b'<?xml version="1.0" encoding="cp037"?><a/>'}, "declares document types"),
        ({"xl/workbook.xml": b"<workbook"}, "damaged"),
        ({"xl/worksheets/sheet1.xml": b"<worksheet"}, "damaged"),
        ({"[Content_Types].xml": b"<Types/>"}, "damaged"),
        ({"xl/../../evil.xml": b"<a/>"}, "damaged"),
    ],
)
def test_workbooks_made_to_harm_are_refused_before_they_are_opened(parts, sentence):
    with pytest.raises(SheetRefused, match=sentence):
        read(repacked(workbook(["Name"], ["Jo"]), parts))


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is():
    sheet = b"""<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>
    <row r="2"><c r="A2" t="inlineStr"><is><t>Jo</t></is></c></row></sheetData></worksheet>"""
    _sheet, rows = read(repacked(workbook(["x"]), {"xl/worksheets/sheet1.xml": sheet}))
    assert rows == [(2, ["Jo"])]


# What we write comes back ---------------------------------------------------------------


def written_csv(rows) -> bytes:
    text = io.StringIO(newline="")
    write_csv(text, header=["a", "b"], rows=rows, bom=True)
    return text.getvalue().encode()


def written_xlsx(rows) -> bytes:
    stream = io.BytesIO()
    write_xlsx(stream, title="Naughty: [x]", header=["a", "b"], rows=rows)
    return stream.getvalue()


def comes_back(write, texts) -> None:
    _sheet, rows = read(write([[text, "end"] for text in texts]))
    assert [cells[0] for _number, cells in rows] == texts
    assert not any(isinstance(cells[0], Unusable) for _number, cells in rows)


@given(st.text())
def test_the_quote_against_formulas_is_taken_off_exactly(text):
    assert plain_cell(safe_cell(text)) == text
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@settings(deadline=None)
@given(st.lists(TEXT, max_size=5))
def test_any_text_comes_back_from_csv(texts):
    comes_back(written_csv, texts)


@settings(deadline=None, max_examples=40)
@given(st.lists(TEXT, max_size=5))
def test_any_text_comes_back_from_a_workbook(texts):
    comes_back(written_xlsx, texts)


@pytest.mark.parametrize("write", [written_csv, written_xlsx])
def test_naughty_strings_come_back(shared_data, write):
    path = shared_data / "hostile" / "blns" / "blns.json"
    if not path.exists():
        pytest.skip("The list of naughty strings does not stand beside this checkout.")
    comes_back(write, [text.replace("\x00", "") for text in json.loads(path.read_text(encoding="utf-8"))])


def test_days_are_day_cells_and_numbers_numbers():
    _sheet, rows = read(written_xlsx([[datetime.date(2026, 3, 1), 5]]))
    assert rows == [(2, ["2026-03-01", "5"])]

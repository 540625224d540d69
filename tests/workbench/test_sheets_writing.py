"""No cell ever starts a formula, whatever people type."""

import csv
import datetime as dt
import errno
import gc
import io
import json
import os
import tempfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from workbench.sheets import BOM, FORMULA_STARTS, open_sheet, safe_cell, write_csv, write_xlsx
from workbench.sheets.writing import sheet_names


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 123", "'+49 30 123"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("", ""),
        (None, ""),
        ("a=1", "a=1"),
        (-1, -1),
        (-1.5, -1.5),
    ],
)
def test_safe_cell(value, cell):
    assert safe_cell(value) == cell


def test_a_byte_order_mark_only_where_it_is_asked_for():
    plain, marked = io.StringIO(), io.StringIO()
    assert write_csv(plain, header=["=a", "b"], rows=[["x", -3]]) == 1
    write_csv(marked, header=["=a", "b"], rows=[["x", -3]], bom=True)
    assert plain.getvalue() == "'=a,b\r\nx,-3\r\n"
    assert marked.getvalue() == BOM + plain.getvalue()


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def assert_safe(texts: list[str]) -> None:
    stream = io.StringIO(newline="")
    write_csv(stream, header=["text"], rows=([text] for text in texts))
    cells = [row[0] if row else "" for row in read_back(stream.getvalue())][1:]
    assert len(cells) == len(texts)
    for cell, text in zip(cells, texts, strict=True):
        assert not cell.startswith(FORMULA_STARTS)
        assert cell in (text, f"'{text}")


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=("Cs",)))))
def test_any_text_is_safe_and_comes_back(texts):
    assert_safe(texts)


def test_naughty_strings(shared_data):
    path = shared_data / "hostile" / "blns" / "blns.json"
    if not path.exists():
        pytest.skip("The list of naughty strings does not stand beside this checkout.")
    assert_safe([text.replace("\x00", "") for text in json.loads(path.read_text(encoding="utf-8"))])


# Workbooks ------------------------------------------------------------------------------


def workbook(rows, header=("text",), **options):
    stream = io.BytesIO()
    assert write_xlsx(stream, title=options.pop("title", "Sheet"), header=header, rows=rows, **options) == len(rows)
    return load_workbook(stream)


def values(sheet) -> list[list]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_cells_are_what_they_hold():
    row = ['=HYPERLINK("x")', 5, Decimal("1.5"), dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, 14, 30), None, "", True]
    (sheet,) = workbook([row], header=[*"abcdefgh"]).worksheets
    cells = list(sheet[2])
    assert [cell.value for cell in cells] == [
        "'=HYPERLINK(\"x\")", 5, 1.5, dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 1, 14, 30), None, None, True,
    ]  # fmt: skip
    assert [cell.data_type for cell in cells] == [*"snnddnnb"]
    assert [cell.number_format for cell in cells[3:5]] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold


def test_what_excel_cannot_hold_stays_text_and_says_what_is_cut():
    (sheet,) = workbook([[dt.date(1899, 12, 31)], [dt.datetime(1815, 12, 10, 8)], ["ü" * 32_768]]).worksheets
    day, moment, text = (row[0] for row in values(sheet)[1:])
    assert (day, moment) == ("1899-12-31", "1815-12-10 08:00:00")
    assert len(text) == 32_767
    assert text.endswith("üü [cut: a cell holds 32,767 characters]")


@pytest.mark.parametrize(
    "text", ["<r><t>bold</t></r>", "_x0041_x0042_", "a & b < c", " x ", "a\x07b", "a\nb\r\n", "\ufffe"]
)
def test_text_that_looks_like_markup_comes_back(text):
    stream = io.BytesIO()
    write_xlsx(stream, title="Sheet", header=["a", "b"], rows=[[text, "end"]])
    stream.seek(0)
    assert [cells for _number, cells in open_sheet(stream, name="a.xlsx").rows()] == [[text, "end"]]


def test_another_sheet_where_one_is_full():
    book = workbook([[number] for number in range(7)], title="Courses: [all]", sheet_rows=3, widths=[20])
    assert [(sheet.title, values(sheet)) for sheet in book.worksheets] == [
        ("Courses   all", [["text"], [0], [1], [2]]),
        ("Courses   all 2", [["text"], [3], [4], [5]]),
        ("Courses   all 3", [["text"], [6]]),
    ]
    assert [sheet.freeze_panes for sheet in book.worksheets] == ["A2"] * 3
    # Excel keeps the width of the letters with some pixels around them.
    assert [sheet.column_dimensions["A"].width for sheet in book.worksheets] == [pytest.approx(20.71, abs=0.01)] * 3
    # As many as a sheet holds are no reason for another one.
    assert len(workbook([[1], [2], [3]], sheet_rows=3).worksheets) == 1


def test_a_sheet_without_rows_has_its_head():
    (sheet,) = workbook([], title="'").worksheets
    assert (sheet.title, values(sheet)) == ("1", [["text"]])


def test_names_of_sheets_are_short_whatever_the_title():
    names = [next(sheet_names(title)) for title in ("x" * 40, "😀" * 20, "a/b\x07")]
    assert names == ["x" * 31, "😀" * 15, "a b"]
    book = workbook([[1], [2]], title="😀" * 20, sheet_rows=1)
    assert [sheet.title for sheet in book.worksheets] == ["😀" * 15, "😀" * 12 + " 2"]


def test_nothing_is_left_behind_where_rows_fail(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows():
        yield [1]
        assert list(tmp_path.iterdir())
        raise ValueError("the connection is gone")

    with pytest.raises(ValueError, match="the connection is gone"):
        write_xlsx(io.BytesIO(), title="Sheet", header=["a"], rows=rows())
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_full_disk_is_told_as_the_system_tells_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError) as error:
        write_xlsx(Full(), title="Sheet", header=["a"], rows=[["x"]])
    assert error.value.errno == errno.ENOSPC
    # What is cleared away now is silent about it.
    del error
    gc.collect()
    assert not list(tmp_path.iterdir())

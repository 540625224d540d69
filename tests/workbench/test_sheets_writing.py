"""No cell ever starts a formula, whatever people type."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.sheets import BOM, FORMULA_STARTS, safe_cell, write_csv


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

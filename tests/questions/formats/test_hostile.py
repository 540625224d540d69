"""Files from strangers: each gives questions or errors, none an exception, none takes long; and no character is lost on the way."""

import json
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questions.formats import FORMATS, QuestionData, parse, write
from questions.formats.examples import examples
from questions.formats.texts import MARKDOWN, MOODLE, PLAIN, rich
from tests.questions.formats.strategies import SNIPPETS

SECONDS = 1.0
BITS = [
    *(snippet.encode() for snippet in SNIPPETS),
    b"\0", b"\xff", b"\xfe\xff", b"\xc3", b"<!DOCTYPE x>", b"<!ENTITY a 'b'>", b"&a;", b"<question type=\"cloze\">", b"</text>",
    b"{1:NUMERICAL:", b"{#", b"{>", b"\n\n", b"fraction=\"x\"", b"\"", b"'", b",,,", b"=HYPERLINK(\"x\")", b"1e999999", b"NaN",
    b"{" * 50, b"<b>" * 50, b"A. x\nB. y\nANSWER: Z\n", b"type,question\n",
]  # fmt: skip


def originals() -> dict[str, bytes]:
    return {format: write(examples(), format).content for format in FORMATS}


def mangled(data: bytes, number: int) -> bytes:
    """``data`` cut, doubled, flipped and filled with what parsers trip over; the same for the same number."""
    chance = random.Random(number)
    out = bytearray(data)
    for _round in range(chance.randint(1, 12)):
        place = chance.randrange(len(out) + 1)
        match chance.randrange(6):
            case 0:
                out[place:place] = chance.choice(BITS)
            case 1:
                del out[place : place + chance.randint(1, 40)]
            case 2:
                out[place : place + 1] = bytes([chance.randrange(256)])
            case 3:
                out[place:place] = out[place : place + chance.randint(1, 300)]
            case 4:
                out = out[:place] if chance.random() < 0.2 else out
            case 5:
                out[place:place] = chance.choice(BITS) * chance.randint(1, 20)
    return bytes(out)


def check(data: bytes, format: str) -> bool:
    """Whether the file was refused; it is told how in words, and in time."""
    # What a workbook holds unpacks to more lines than its bytes have.
    is_text = format in ("gift", "moodle-xml", "aiken", "csv")
    lines = data.count(b"\n") + data.count(b"\r") + 1 if is_text else 10_000
    # Of this process's own work: a machine that does other things as well takes longer.
    began = time.process_time()
    parsed = parse(data, format=format)
    assert time.process_time() - began < SECONDS
    for remark in (*parsed.errors, *parsed.notes):
        assert remark.what
        assert 0 <= remark.line <= lines
    assert parsed.questions or parsed.errors or parsed.notes or parsed.categories
    return bool(parsed.errors)


@pytest.mark.parametrize("format", list(FORMATS))
def test_a_thousand_mangled_files(format):
    data = originals()[format]
    refused = sum(check(mangled(data, number), format) for number in range(1000))
    # The mangling does something, and what is not hurt is still read.
    assert refused > 100


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.one_of(st.binary(max_size=400), st.lists(st.sampled_from(BITS), max_size=60).map(b"".join)))
def test_bytes_of_any_kind(data):
    for format in ("", *FORMATS):
        check(data, format)


@pytest.mark.parametrize("format", list(FORMATS))
@pytest.mark.parametrize(
    "piece",
    [
        "{",
        "}",
        "~",
        "=",
        "\\",
        "::",
        "####",
        "%",
        "[[1]]",
        "<b>",
        "*",
        "**",
        "`",
        "`a``",
        "[a](",
        "{1:SA:",
        "<!--",
        "&",
        "a\n",
        "\n\n",
        "//x\n",
        "A. x\n",
        '"',
    ],
)
def test_much_of_the_same(format, piece):
    check((piece * (400_000 // len(piece))).encode(), format)


@pytest.mark.parametrize("form", [MOODLE, MARKDOWN, PLAIN, "html"])
@pytest.mark.parametrize(
    "piece",
    ["*", "**a", "_", "`", "``a`", "[", "[a](b", "\\", "- a\n", "    - a\n", "<b>", "<p>", "<ul><li>", "</p>", "&amp;"],
)
def test_long_texts_take_no_long_time(form, piece):
    began = time.process_time()
    rich(piece * (100_000 // len(piece)), form)
    assert time.process_time() - began < SECONDS


BOMB = '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><quiz>{}</quiz>'
QUESTION = (
    '<question type="truefalse"><name><text>N</text></name><questiontext><text>{}</text></questiontext>'
    '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>'
)


@pytest.mark.parametrize(
    "data",
    [
        BOMB.format(QUESTION.format("&b;")),
        '<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>',
        '<?xml version="1.0"?>\n<!-- a --><?b c?>\n<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
        "<!ENTITY a 'b'><quiz/>",
    ],
)
def test_declared_entities_are_refused(data):
    parsed = parse(data.encode(), format="moodle-xml")
    assert [error.line for error in parsed.errors] == [1]
    assert "exhaust memory" in parsed.errors[0].what
    assert parsed.questions == ()


def test_a_doctype_inside_a_text_is_text():
    parsed = parse(
        f"<quiz>{QUESTION.format('<![CDATA[<p>&lt;!DOCTYPE html></p>]]>')}</quiz>".encode(), format="moodle-xml"
    )
    assert list(parsed.errors) == []
    assert parsed.questions[0].text == "<p>&lt;!DOCTYPE html&gt;</p>"


def test_utf_16_bombs_are_refused():
    parsed = parse(BOMB.format("").encode("utf-16"), format="moodle-xml")
    assert "exhaust memory" in parsed.errors[0].what


def test_large_files_are_refused():
    parsed = parse(b"a" * (20 * 1024 * 1024 + 1), format="gift")
    assert "at most 20 MB" in parsed.errors[0].what


def naughty(shared_data) -> list[str]:
    path = shared_data / "hostile" / "blns" / "blns.json"
    if not path.exists():
        pytest.skip("The naughty strings do not stand in the shared test data.")
    return json.loads(path.read_text(encoding="utf-8"))


# What a format has no way to hold: blanks at the ends of a name, and in XML some control characters.
XML_LACKS = {chr(code) for code in range(32)} - set("\t\n\r") | {"\ufffe", "\uffff"}


@pytest.mark.parametrize("format", ["gift", "moodle-xml", "csv", "xlsx"])
def test_naughty_strings_survive(shared_data, format):
    """As the text of a question, of an option and of feedback, and as the name, each string comes back as it was."""
    blanks = " \t\r\n"
    rows = []
    for text in naughty(shared_data):
        if not text.strip(blanks) or (format == "moodle-xml" and XML_LACKS & set(text)):
            continue
        html = rich(text.replace("\r", ""), PLAIN)
        options = [{"text": html, "feedback": html, "right": place == 0, "credit": None} for place in range(2)]
        data = {"options": options, "shuffle": False, "feedback_right": "", "feedback_partly": "", "feedback_wrong": ""}
        rows.append(QuestionData("single_choice", text.replace("\r", "").strip(blanks), html, data))
    assert len(rows) > 450
    written = write(rows, format)
    assert list(written.lost) == []
    again = parse(written.content, format=format)
    assert list(again.errors) == []
    for before, after in zip(rows, again.questions, strict=True):
        assert after.title == before.title
        assert after.text == before.text
        # A table has a column of credits only where some option has one.
        assert [{"credit": None, **option} for option in after.data["options"]] == before.data["options"]


def test_naughty_strings_in_aiken(shared_data):
    """Aiken has no escapes; what does not come back is named, never written wrongly."""
    rows = []
    for text in naughty(shared_data):
        html = rich(text, PLAIN)
        options = [{"text": html, "feedback": "", "right": place == 0, "credit": None} for place in range(2)]
        rows.append(QuestionData("single_choice", "", html, {"options": options, "shuffle": False}))
    written = write(rows, "aiken")
    read = parse(written.content, format="aiken").questions
    assert written.count == len(read) > 400
    assert written.count + sum(lost.skipped for lost in written.lost) == len(rows)
    texts = {row.text for row in rows}
    assert all(one.text in texts and one.data["options"][0]["text"] == one.text for one in read)


def test_characters_that_xml_cannot_hold_are_told():
    parsed = parse(("<quiz>" + QUESTION.format("a\x01b") + "</quiz>").encode(), format="moodle-xml")
    assert parsed.questions[0].text == "<p>ab</p>"
    assert "1 characters" in parsed.notes[0].what


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1"])
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_no_cell_starts_a_formula(format, text):
    html = rich(text, PLAIN)
    options = [{"text": html, "feedback": html, "right": place == 0, "credit": None} for place in range(2)]
    data = {"options": options, "shuffle": False}
    row = QuestionData("single_choice", text.strip(), html, data, category=text.strip())
    written = write([row], format)
    if format == "csv":
        cells = written.content.decode("utf-8-sig").splitlines()[1].split(",")
        assert not any(cell.strip('"').startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert list(written.lost) == []


def test_a_formula_in_a_table_is_an_error():
    parsed = parse(b'type,question,right\ntrue/false,"=HYPERLINK(""x"")",true\n', format="csv")
    assert [error.line for error in parsed.errors] == [2]
    assert "formula" in parsed.errors[0].what

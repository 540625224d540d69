"""Moodle XML as Moodle writes it, type by type."""

from decimal import Decimal

import pytest
from lxml import etree

from questions.formats.data import QuestionData
from questions.formats.examples import examples
from questions.formats.moodle_xml import parse, write
from questions.formats.summary import summary

HEAD = """<name><text>Name</text></name>
<questiontext format="html"><text><![CDATA[<p>Asked?</p>]]></text></questiontext>
<generalfeedback format="html"><text>Read on.</text></generalfeedback>
<defaultgrade>2.5000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden><idnumber>Q-7</idnumber>"""
TAIL = """<hint format="html"><text>First hint</text></hint><hint format="html"><text></text></hint>
<tags><tag><text>fire</text></tag><tag><text>basics</text></tag></tags>"""


def quiz(kind: str, body: str, head: str = HEAD, tail: str = TAIL) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n<question type="{kind}">\n{head}\n{body}\n{tail}</question></quiz>'.encode()


def read(kind: str, body: str, **parts: str) -> QuestionData:
    parsed = parse(quiz(kind, body, **parts))
    assert list(parsed.errors) == []
    (question,) = parsed.questions
    return question


def errors(data: bytes) -> list[tuple[int, str]]:
    parsed = parse(data)
    assert all(error.mend for error in parsed.errors)
    return [(error.line, error.what) for error in parsed.errors]


def answer(text: str, fraction: str = "0", more: str = "") -> str:
    return f'<answer fraction="{fraction}" format="html"><text>{text}</text>{more}</answer>'


def note(text: str) -> str:
    return f'<feedback format="html"><text>{text}</text></feedback>'


def test_what_all_types_share():
    question = read("essay", "")
    assert question.title == "Name"
    assert question.text == "<p>Asked?</p>"
    assert question.feedback == "<p>Read on.</p>"
    assert question.points == Decimal("2.5")
    assert question.key == "Q-7"
    assert question.hints == ("<p>First hint</p>",)
    assert question.tags == ("fire", "basics")
    assert question.line == 3


def test_true_false():
    body = answer("true", "0", note("No.")) + answer("false", "100", note("Right."))
    assert read("truefalse", body).data == {
        "answer": False,
        "feedback_true": "<p>No.</p>",
        "feedback_false": "<p>Right.</p>",
        "feedback_right": "",
        "feedback_wrong": "",
    }


def test_true_false_in_the_language_of_an_old_site():
    assert read("truefalse", answer("Wahr", "100") + answer("Falsch", "0")).data["answer"] is True


def test_single_choice():
    body = (
        "<single>true</single><shuffleanswers>1</shuffleanswers><answernumbering>abc</answernumbering>"
        "<correctfeedback format='html'><text>Yes</text></correctfeedback>"
        "<partiallycorrectfeedback><text>Partly</text></partiallycorrectfeedback>"
        "<incorrectfeedback><text>No</text></incorrectfeedback>"
        + answer("a", "100", note("fa"))
        + answer("b", "33.33333")
        + answer("c")
    )
    question = read("multichoice", body)
    assert question.type == "single_choice"
    assert question.data == {
        "shuffle": True,
        "options": [
            {"text": "<p>a</p>", "feedback": "<p>fa</p>", "right": True, "credit": None},
            {"text": "<p>b</p>", "feedback": "", "right": False, "credit": 33.33333},
            {"text": "<p>c</p>", "feedback": "", "right": False, "credit": None},
        ],
        "feedback_right": "<p>Yes</p>",
        "feedback_partly": "<p>Partly</p>",
        "feedback_wrong": "<p>No</p>",
    }


def test_several_answers():
    body = "<single>false</single>" + answer("a", "50") + answer("b", "50") + answer("c", "-100")
    question = read("multichoice", body)
    assert (question.type, question.data["scoring"]) == ("multiple_answers", "share")
    assert read("multichoiceset", body).data["scoring"] == "all"


def test_short_text():
    question = read(
        "shortanswer", "<usecase>1</usecase>" + answer("Paris &amp; Co", "100") + answer("Par*", "50", note("x"))
    )
    assert question.data["accepted"] == [
        {"text": "Paris & Co", "credit": 100, "feedback": ""},
        {"text": "Par*", "credit": 50, "feedback": "<p>x</p>"},
    ]
    assert question.data["case_sensitive"] is True


def test_numerical():
    body = (
        answer("3.140", "100", "<tolerance>0.01</tolerance>")
        + answer("*", "0", note("Measure."))
        + "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit>"
        "<unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units><unitgradingtype>1</unitgradingtype>"
    )
    parsed = parse(quiz("numerical", body))
    data = parsed.questions[0].data
    assert data["accepted"] == [{"number": "3.14", "tolerance": "0.01", "credit": 100, "feedback": ""}]
    assert (data["unit"], data["unit_asked"], data["feedback_wrong"]) == ("m", True, "<p>Measure.</p>")
    assert "m, cm" in parsed.notes[0].what


def test_the_unit_that_multiplies_by_one_is_that_of_the_numbers():
    unit = "<unit><multiplier>{}</multiplier><unit_name>{}</unit_name></unit>"
    body = answer("3", "100") + f"<units>{unit.format('100', 'cm')}{unit.format('1', 'm')}</units>"
    parsed = parse(quiz("numerical", body))
    assert (parsed.questions[0].data["unit"], parsed.questions[0].data["unit_asked"]) == ("m", False)
    assert parsed.notes[0].what == "Only the first of these units was kept: m, cm"


def test_what_an_essay_here_has_not_is_told():
    assert list(parse(quiz("essay", "<responsetemplate><text></text></responsetemplate>")).notes) == []
    for body in ("<responsetemplate><text>Dear …</text></responsetemplate>", "<attachments>2</attachments>"):
        (note,) = parse(quiz("essay", body)).notes
        assert (note.line, "template or took files" in note.what) == (3, True)


def test_a_link_to_a_file_in_moodle_leaves_its_words():
    head = (
        "<name><text>P</text></name><questiontext format='html'><text><![CDATA[<p>See <a href=\"@@PLUGINFILE@@/a%20b.pdf\">the plan</a>"
        " and <img src=\"@@PLUGINFILE@@/c.png\" alt=\"\">.</p>]]></text><file name='a b.pdf' encoding='base64'>QQ==</file>"
        "<file name='c.png' encoding='base64'>QQ==</file></questiontext>"
    )
    parsed = parse(quiz("essay", "", head=head))
    assert parsed.questions[0].text == "<p>See <a>the plan</a> and .</p>"
    assert ["1 files of “P” were left out: a b.pdf" in note.what for note in parsed.notes] == [True, False]
    assert "picture" in parsed.notes[1].what


def test_matching():
    pair = '<subquestion format="html"><text>{}</text><answer><text>{}</text></answer></subquestion>'
    body = (
        "<shuffleanswers>false</shuffleanswers>"
        + pair.format("Red", "stop")
        + pair.format("Green", "go")
        + pair.format("", "wait")
    )
    data = read("matching", body).data
    assert data["pairs"] == [{"prompt": "<p>Red</p>", "match": "stop"}, {"prompt": "<p>Green</p>", "match": "go"}]
    assert (data["extra"], data["shuffle"]) == (["wait"], False)


@pytest.mark.parametrize(
    ("grading", "scoring"),
    [
        ("ALL_OR_NOTHING", "all"),
        ("ABSOLUTE_POSITION", "places"),
        ("RELATIVE_NEXT_EXCLUDE_LAST", "pairs"),
        ("0", "places"),
        ("-1", "all"),
        ("1", "pairs"),
    ],
)
def test_ordering(grading, scoring):
    body = f"<gradingtype>{grading}</gradingtype>" + answer("Second", "2.0000000") + answer("First", "1.0000000")
    data = read("ordering", body).data
    assert (data["items"], data["scoring"]) == (["<p>First</p>", "<p>Second</p>"], scoring)


def test_essay():
    body = "<minwordlimit>50</minwordlimit><maxwordlimit></maxwordlimit><graderinfo format='html'><text>Look for x.</text></graderinfo>"
    assert read("essay", body).data == {"rubric": [], "min_words": 50, "max_words": None, "notes": "<p>Look for x.</p>"}


def cloze_head(text: str) -> str:
    return f"<name><text>C</text></name>\n<questiontext format='html'><text><![CDATA[{text}]]></text></questiontext>"


def test_cloze():
    text = (
        "<p>Read.</p><p>In {2:SHORTANSWER:=Paris#Yes~%50%Pariss~*#No} live {1:NUMERICAL:=2.1:0.1~%50%2:1} million; "
        "it is {:MULTICHOICE_V:small~=large#Big &amp; old}, {1:MWC:=France}.</p>"
    )
    question = read("cloze", "", head=cloze_head(text), tail="")
    assert question.type == "gaps"
    assert question.text == "<p>Read.</p>"
    assert question.points == Decimal(5)
    assert question.data["text"] == "<p>In [[1]] live [[2]] million; it is [[3]], [[4]].</p>"
    assert question.data["gaps"] == [
        {
            "kind": "typed",
            "options": [
                {"text": "Paris", "credit": 100, "feedback": "<p>Yes</p>"},
                {"text": "Pariss", "credit": 50, "feedback": ""},
                {"text": "*", "credit": 0, "feedback": "<p>No</p>"},
            ],
            "case_sensitive": False,
            "points": 2,
        },
        {
            "kind": "number",
            "options": [
                {"text": "2.1", "credit": 100, "feedback": "", "tolerance": "0.1"},
                {"text": "2", "credit": 50, "feedback": "", "tolerance": "1"},
            ],
            "case_sensitive": False,
            "points": 1,
        },
        {
            "kind": "chosen",
            "options": [
                {"text": "small", "credit": 0, "feedback": ""},
                {"text": "large", "credit": 100, "feedback": "<p>Big &amp; old</p>"},
            ],
            "case_sensitive": False,
            "points": 1,
        },
        {
            "kind": "typed",
            "options": [{"text": "France", "credit": 100, "feedback": ""}],
            "case_sensitive": True,
            "points": 1,
        },
    ]
    assert summary(question)["text"] == text


@pytest.mark.parametrize("name", ["SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC", "NUMERICAL", "NM", "MULTICHOICE", "MC", "MULTICHOICE_V", "MCV",
                                  "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"])  # fmt: skip
def test_kinds_of_gaps(name):
    assert len(read("cloze", "", head=cloze_head(f"<p>{{1:{name}:=1}}</p>"), tail="").data["gaps"]) == 1


def test_what_is_escaped_in_a_gap():
    text = r"<p>{1:SHORTANSWER:=a\}b\#c\~d &lt;x&gt; &#125;#use \} here}</p>"
    (gap,) = read("cloze", "", head=cloze_head(text), tail="").data["gaps"]
    assert gap["options"] == [{"text": "a}b#c~d <x> }", "credit": 100, "feedback": "<p>use } here</p>"}]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("<p>one</p>\n<p>{1:SHORTANSWER:=a</p>", 6, "broken"),
        ("<p>{1:SHORTANSWER=a}</p>", 5, "broken"),
        ("<p>{1SHORTANSWER:=a}</p>", 5, "broken"),
        ("\n\n<p>{1:SHORTANSWR:=a}</p>", 7, "no kind of gap"),
        ("<p>{1:SHORTANSWER:a~b}</p>", 5, "no answer that is right"),
        ("<p>{1:NUMERICAL:=five}</p>", 5, "not a number"),
        ("<p>{1:MULTICHOICE:=a~}</p>", 5, "empty"),
        ("<p>No gap</p>", 5, "no gap"),
    ],
)
def test_a_broken_cloze_names_its_line(text, line, what):
    ((found_line, found),) = errors(quiz("cloze", "", head=cloze_head(text), tail=""))
    assert found_line == line
    assert what in found


def test_select_missing_words():
    body = (
        "<selectoption><text>small</text><group>1</group></selectoption><selectoption><text>large</text><group>1</group></selectoption>"
        "<selectoption><text>blue</text><group>2</group></selectoption>"
    )
    data = read("gapselect", body, head=cloze_head("<p>Paris is [[2]] and [[3]].</p>")).data
    assert data["text"] == "<p>Paris is [[1]] and [[2]].</p>"
    assert [[(o["text"], o["credit"]) for o in gap["options"]] for gap in data["gaps"]] == [
        [("small", 0), ("large", 100)],
        [("blue", 100)],
    ]


def test_lines_are_counted_in_long_files_too():
    fine, broken = quiz("essay", ""), quiz("numerical", answer("five", "100"))
    body = fine.split(b"<quiz>")[1].replace(b"</quiz>", b"\n" * 200_000) + broken.split(b"<quiz>")[1]
    parsed = parse(b"<?xml version='1.0' encoding='UTF-8'?>\n<quiz>" + body)
    assert [question.line for question in parsed.questions] == [3]
    (error,) = parsed.errors
    line = body.split(b"<answer")[0].count(b"\n") + 2
    assert (error.line, error.line > 200_000) == (line, True)


def test_categories():
    category = '<question type="category"><category><text>{}</text></category></question>'
    essay = (
        '<question type="essay"><name><text>E</text></name><questiontext><text>Write.</text></questiontext></question>'
    )
    data = f"<quiz>{category.format('$course$/top/A')}{essay}{category.format('$course$/top/B')}{essay}</quiz>"
    parsed = parse(data.encode())
    assert [question.category for question in parsed.questions] == ["$course$/top/A", "$course$/top/B"]
    assert list(parsed.categories) == ["$course$/top/A", "$course$/top/B"]


def test_kinds_that_the_bank_has_not_are_told_and_left_out():
    parsed = parse(quiz("calculated", "").replace(b"</quiz>", quiz("essay", "").split(b"<quiz>")[1]))
    assert [question.type for question in parsed.questions] == ["essay"]
    assert list(parsed.errors) == []
    assert "“calculated”" in parsed.notes[0].what
    several = parse(quiz("cloze", "", head=cloze_head("<p>{1:MULTIRESPONSE:=a~=b}</p>"), tail=""))
    assert list(several.questions) == []
    assert "MULTIRESPONSE" in several.notes[0].what


def test_pictures_and_files_are_told():
    head = (
        "<name><text>P</text></name><questiontext format='html'><text>&lt;p&gt;See &lt;img src='@@PLUGINFILE@@/a.png' alt='the pump'/&gt;&lt;/p&gt;"
        "</text><file name='a.png' encoding='base64'>iVBORw0KGgo=</file></questiontext>"
    )
    parsed = parse(quiz("essay", "", head=head))
    assert parsed.questions[0].text == "<p>See the pump</p>"
    assert len(parsed.notes) == 1
    assert "picture" in parsed.notes[0].what
    head = "<name><text>P</text></name><questiontext><text>See.</text><file name='a.pdf' encoding='base64'>QQ==</file></questiontext>"
    assert "a.pdf" in parse(quiz("essay", "", head=head)).notes[0].what


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        (b"<quiz>\n<question>\n</quiz>", 3, "broken"),
        (b"<html/>", 1, "not the <quiz>"),
        (b"<quiz></quiz>", 0, "no question"),
        (b"not xml", 1, "broken"),
        (quiz("multichoice", answer("a", "100")), 3, "at least 2"),
        (quiz("multichoice", answer("a", "x") + answer("b")), 8, "not a number from"),
        (quiz("numerical", answer("five", "100")), 8, "not a number"),
        (quiz("numerical", answer("*", "100")), 3, "Any number"),
        (quiz("truefalse", answer("true") + answer("false")), 3, "Neither"),
        (quiz("matching", ""), 3, "fewer than two pairs"),
        (quiz("shortanswer", answer("", "100")), 3, "empty"),
        (quiz("essay", "", head="<defaultgrade>many</defaultgrade>"), 4, "points"),
        (quiz("essay", "", head="<questiontext>\n<text><p>a</p></text></questiontext>"), 5, "<p> stands in a <text>"),
    ],
)
def test_errors_name_their_line(data, line, what):
    ((found_line, found),) = errors(data)
    assert found_line == line
    assert what in found


@pytest.mark.parametrize(
    ("declared", "encoding", "told"),
    [
        ("UTF-8", "utf-8", "UTF-8"),
        ("ISO-8859-1", "latin-1", "ISO-8859-1"),
        ("windows-1252", "cp1252", "windows-1252"),
        ("UTF-8", "cp1252", "Windows-1252"),
        ("zlib", "utf-8", "UTF-8"),
    ],
)
def test_encodings(declared, encoding, told):
    text = (
        f'<?xml version="1.0" encoding="{declared}"?>'
        + quiz("essay", "", head="<name><text>Käse</text></name>").decode().split("?>", 1)[1]
    )
    parsed = parse(text.encode(encoding))
    assert (parsed.encoding, parsed.questions[0].title) == (told, "Käse")


def test_named_entities_of_html_are_characters():
    assert read("essay", "", head="<name><text>a&nbsp;b&eacute;</text></name>").title == "a\u00a0bé"


def test_markdown_and_plain_text():
    head = "<questiontext format='{}'><text>a **b** &lt;c></text></questiontext>"
    assert read("essay", "", head=head.format("markdown")).text == "<p>a <strong>b</strong> </p>"
    assert read("essay", "", head=head.format("plain_text")).text == "<p>a **b** &lt;c&gt;</p>"


def test_what_is_written_is_what_moodle_reads():
    content, held, lost = write(examples())
    root = etree.fromstring(content)
    assert [element.get("type") for element in root] == [
        "category", "multichoice", "multichoice", "truefalse", "shortanswer", "numerical", "matching", "ordering", "cloze", "essay",
    ]  # fmt: skip
    assert root.findtext("question[2]/name/text") == "Extinguisher for grease"
    assert [one.get("fraction") for one in root.findall("question[3]/answer")] == ["50", "50", "-100"]
    assert (
        root.findtext("question[9]/questiontext/text")
        == "<p>The emergency number in Europe is {1:SHORTANSWER:=112}.</p>"
    )
    assert len(held) == 9
    assert [one.title for one in lost] == ["Last drill"]

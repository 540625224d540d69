"""Questions as rows of a spreadsheet."""

import io

import pytest
from openpyxl import Workbook, load_workbook

from questions.formats import FORMATS, QuestionData, guess_format, parse, write
from questions.formats.examples import examples
from questions.formats.summary import summary


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def one(*lines: str):
    parsed = parse(csv(*lines), format="csv")
    assert list(parsed.errors) == []
    (question,) = parsed.questions
    return question


def test_letters_and_words_people_use():
    question = one("Question;A;B;C;Correct Answer", "Which?;one;two;three;b")
    assert question.type == "single_choice"
    assert [(o["text"], o["right"]) for o in question.data["options"]] == [
        ("<p>one</p>", False),
        ("<p>two</p>", True),
        ("<p>three</p>", False),
    ]
    assert one("question,option 1,option 2,option 3,right", 'Which?,a,b,c,"A, 3"').type == "multiple_answers"


def test_a_row_of_everything():
    question = one(
        "type,title,question,right,answer 1,credit 1,feedback 1,answer 2,credit 2,scoring,shuffle,hint,hint 2,solution,points,"
        "difficulty,category,tags,feedback,if right,id",
        'multiple answers,T,Which?,A,a,100,fa,b,-50,credits,yes,h,h2,s,2.5,Hard,top/X,"one; two",g,yes!,K',
    )
    assert question.data["scoring"] == "credits"
    assert [option["credit"] for option in question.data["options"]] == [100, -50]
    assert question.hints == ("<p>h</p>", "<p>h2</p>")
    assert (str(question.points), question.difficulty, question.category) == ("2.5", "hard", "top/X")
    assert (question.tags, question.key, question.solution) == (("one", "two"), "K", "<p>s</p>")
    assert question.data["feedback_right"] == "<p>yes!</p>"


def test_gaps_are_written_into_the_question():
    question = one("type,question", "gaps,Paris is in {1:SHORTANSWER:=France} & 1 < 2.")
    assert question.data["text"] == "<p>Paris is in [[1]] &amp; 1 &lt; 2.</p>"


def test_one_tolerance_for_all_and_one_of_its_own():
    data = one("type,question,answer 1,answer 2,tolerance,tolerance 2", 'number,How?,"1,5",2,0.1,1').data
    assert [(entry["number"], entry["tolerance"]) for entry in data["accepted"]] == [("1.5", "0.1"), ("2", "1")]


def test_markup_in_cells():
    question = one("type,question,right", "true/false,<p>a <b>b</b></p>,true")
    assert question.text == "<p>a <b>b</b></p>"
    assert (
        one("type,question,right", "true/false,a <b>b</b> 1 < 2,true").text == "<p>a &lt;b&gt;b&lt;/b&gt; 1 &lt; 2</p>"
    )


@pytest.mark.parametrize(
    ("header", "row", "line", "what"),
    [
        ("title,right", "x,A", 1, "No column is named"),
        ("question,question", "x,A", 1, "Two columns"),
        ("type,question", "riddle,What?", 2, "no type of question"),
        ("type,question,right", "true/false,So?,maybe", 2, "neither true nor false"),
        ("type,question,right", "true/false,,true", 2, "is empty"),
        ("question,answer 1,answer 2,right", "Which?,a,b,D", 2, "names no answer"),
        ("question,answer 1,answer 2", "Which?,a,b", 2, "does not say its type"),
        ("question,answer 1,right", "Which?,a,A", 2, "fewer than two"),
        ("type,question,answer 1", "numerical,How?,five", 2, "not a number"),
        ("type,question,answer 1,credit 1", "short text,Who?,a,200", 2, "outside"),
        ("type,question,right,points", "true/false,So?,true,-1", 2, "points"),
        ("type,question,right,difficulty", "true/false,So?,true,brutal", 2, "no difficulty"),
        ("type,question,answer 1,match 1", "matching,Match,a,b", 2, "two pairs"),
        ("type,question,answer 1", "ordering,Order,a", 2, "fewer than two items"),
        ("type,question", "gaps,{1:SA:x}", 2, "no answer that is right"),
        ("type,question,rubric", "essay,Write,Good", 2, "rubric"),
        ("question,answer 1,answer 2,right,shuffle", "Which?,a,b,A,perhaps", 2, "neither yes nor no"),
        ("type,question,min words", "essay,Write,-5", 2, "no number of words"),
        ("type,question,max words", "essay,Write,1.5", 2, "no number of words"),
        ("type,question,max words", "essay,Write,1e30", 2, "no number of words"),
    ],
)
def test_errors_name_their_row(header, row, line, what):
    (error,) = parse(csv(header, row), format="csv").errors
    assert error.line == line
    assert what in error.what
    assert error.mend


def test_what_stands_in_no_column_is_not_said():
    (option, _other) = one("question,answer 1,answer 2,right", "Which?,a,b,A").data["options"]
    assert option == {"text": "<p>a</p>", "right": True}
    columns = "question,answer 1,answer 2,feedback 1,credit 1,right"
    first, second = one(columns, "Which?,a,b,,,A").data["options"]
    assert first == {"text": "<p>a</p>", "right": True, "feedback": "", "credit": None}
    assert second == {"text": "<p>b</p>", "right": False}
    (entry,) = one("type,question,answer 1", "number,How?,5").data["accepted"]
    assert entry == {"number": "5"}
    (entry,) = one("type,question,answer 1,tolerance,credit 1", "number,How?,5,,").data["accepted"]
    assert entry == {"number": "5", "tolerance": "0", "credit": 100}
    data = one("type,question,right,feedback 2", "true/false,So?,true,No.").data
    assert (data.get("feedback_true"), data["feedback_false"]) == (None, "<p>No.</p>")


def test_an_answer_left_empty_is_none_and_moves_no_letter():
    question = one("question,A,B,C,D,feedback 4,right", "Which?,a,,,d,Yes.,D")
    assert question.data["options"] == [
        {"text": "<p>a</p>", "right": False},
        {"text": "<p>d</p>", "right": True, "feedback": "<p>Yes.</p>"},
    ]


def test_as_many_answers_as_a_question_may_have_come_back():
    options = [{"text": f"<p>{n}</p>", "feedback": "", "right": n == 150, "credit": None} for n in range(200)]
    data = {"options": options, "shuffle": False, "feedback_right": "", "feedback_partly": "", "feedback_wrong": ""}
    question = QuestionData("single_choice", "Many", "<p>Which?</p>", data)
    for format in ("csv", "xlsx"):
        written = write([question], format)
        assert list(written.lost) == []
        (again,) = parse(written.content, format=format).questions
        assert [option["right"] for option in again.data["options"]].index(True) == 150
        assert len(again.data["options"]) == 200


def test_more_answers_are_an_error_and_not_cut_off():
    header = ",".join(f"answer {n}" for n in range(1, 202))
    row = ",".join(f"a{n}" for n in range(1, 202))
    (error,) = parse(csv(f"question,right,{header}", f"Which?,1,{row}"), format="csv").errors
    assert (error.line, error.what) == (2, "The question has 201 answers; at most 200 fit.")


def test_columns_that_are_not_read_are_named():
    parsed = parse(csv("type,question,right,reviewer", "true/false,So?,true,Ann"), format="csv")
    assert "reviewer" in parsed.notes[0].what


def test_windows_1252():
    parsed = parse("type;question;right\ntrue/false;Größe?;true".encode("cp1252"), format="csv")
    assert parsed.encoding == "Windows-1252"
    assert parsed.questions[0].text == "<p>Größe?</p>"


def test_a_workbook_from_excel():
    book = Workbook()
    book.active.append(["type", "question", "right", "answer 1", "tolerance", "points"])
    book.active.append(["true/false", "So?", True, None, None, 2])
    book.active.append(["numerical", "How?", None, 1.5, 0.25, 1])
    stream = io.BytesIO()
    book.save(stream)
    parsed = parse(stream.getvalue(), format="xlsx")
    assert list(parsed.errors) == []
    first, second = parsed.questions
    assert first.data["answer"] is True
    assert (first.points, second.data["accepted"][0]["tolerance"]) == (2, "0.25")


def test_numbers_are_numbers_in_a_workbook():
    content = write([row for row in examples() if row.type == "numerical"], "xlsx").content
    sheet = load_workbook(io.BytesIO(content)).active
    cells = {cell.value: sheet.cell(2, cell.column).value for cell in sheet[1]}
    assert (cells["answer 1"], cells["tolerance"], cells["unit"]) == (12.5, 0.5, "bar")


@pytest.mark.parametrize("format", list(FORMATS))
def test_the_format_of_a_file_is_found_by_what_it_holds(format):
    written = write(examples(), format)
    assert guess_format(written.content, "questions.dat") == format
    assert parse(written.content).format == format


@pytest.mark.parametrize("format", ["gift", "moodle-xml", "aiken", "csv"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_the_format_is_found_in_other_encodings(format, encoding):
    text = write(examples(), format).content.decode("utf-8-sig").replace(' encoding="UTF-8"', "")
    data = text.replace("encoding='UTF-8'", "").encode(encoding)
    assert guess_format(data, f"questions.{'gift' if format == 'gift' else 'txt'}") == format
    assert list(parse(data, format=format).errors) == []


def test_a_comment_before_the_quiz_is_still_xml():
    assert guess_format(b"<!-- made by hand -->\n<quiz></quiz>") == "moodle-xml"


def test_the_end_of_the_name_decides_where_nothing_else_does():
    assert guess_format(b"a,b", "x.csv") == "csv"
    assert guess_format(b"a,b", "x.txt") == "gift"


def test_a_summary_of_each_kind_is_plain():
    for row in examples():
        told = summary(row)
        assert {"type", "title", "text", "answers", "category"} <= set(told)
        assert all({"text", "weight", "feedback"} <= set(answer) for answer in told["answers"])

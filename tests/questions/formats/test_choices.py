"""Weights and points as files give them."""

from decimal import Decimal

import pytest

from questions.formats import parse
from questions.formats.choices import weights_of
from questions.formats.data import ParseError
from questions.formats.texts import points_of
from questions.types import question_type
from tests.factories.questions import definition

CLOZE = "<quiz><question type='cloze'><name><text>A</text></name><questiontext><text>{gaps}</text></questiontext></question></quiz>"


def test_right_options_without_a_credit_share_the_whole_as_they_are_graded():
    texts = [("a", True, None), ("b", True, None), ("c", True, 20), ("d", False, None), ("e", False, -50)]
    options = [{"text": text, "right": right, "credit": credit} for text, right, credit in texts]
    data = {"options": options, "scoring": "credits"}
    weights = weights_of("multiple_answers", data)
    assert weights == [33.33333, 33.33333, 20, 0, -50]
    kind, value = question_type("multiple_answers"), definition("multiple_answers", data)
    graded = [kind.grade(value, {"options": [item.id]}).score for item in value["options"].bound_blocks]
    assert graded == [Decimal(str(weight / 100)).quantize(Decimal("0.0001")) for weight in weights]


@pytest.mark.parametrize(
    ("text", "points"), [("0", "0"), ("2.5", "2.5"), ("0.333333", "0.33"), ("0.005", "0.01"), ("999.994", "999.99")]
)
def test_points_are_kept_in_hundredths(text, points):
    assert str(points_of(Decimal(text), text, 1)) == points


@pytest.mark.parametrize("text", ["-1", "999.995", "1000", "1e30"])
def test_points_without_room_in_the_bank_are_an_error(text):
    with pytest.raises(ParseError, match="from 0 to 999.99") as raised:
        points_of(Decimal(text), text, 7)
    assert raised.value.remark.line == 7


def test_each_reader_rounds_points_and_refuses_too_many():
    xml = "<quiz><question type='truefalse'>\n<defaultgrade>{}</defaultgrade><answer fraction='100'><text>true</text></answer><answer><text>false</text></answer></question></quiz>"
    table = "type,question,right,points\ntrue/false,So?,true,{}"
    for text, format in ((xml, "moodle-xml"), (table, "csv")):
        assert parse(text.format("0.3333333").encode(), format=format).questions[0].points == Decimal("0.33")
        (error,) = parse(text.format("1000").encode(), format=format).errors
        assert (error.line, error.what) == (2, "The points “1000” are not a number from 0 to 999.99.")


def test_gaps_that_add_up_to_more_than_a_question_can_be_worth_are_an_error():
    gap = "{999:SA:=a} "
    assert parse(CLOZE.format(gaps=gap).encode(), format="moodle-xml").questions[0].points == 999
    (error,) = parse(CLOZE.format(gaps=gap * 2).encode(), format="moodle-xml").errors
    assert (error.line, error.what) == (1, "The points “1998” are not a number from 0 to 999.99.")


def test_blanks_in_matches_and_gaps_are_single():
    gift = "Match {=a -> b \\n c\n=d -> e}"
    table = 'type,question,answer 1,match 1,answer 2,match 2\nmatching,Match,a,"b\n  c",d,e'
    sub = "<subquestion><text>{}</text><answer><text>{}</text></answer></subquestion>"
    xml = f"<quiz><question type='matching'>{sub.format('a', 'b &#160; c')}{sub.format('d', 'e')}</question></quiz>"
    for text, format in ((gift, "gift"), (table, "csv"), (xml, "moodle-xml")):
        (question,) = parse(text.encode(), format=format).questions
        assert [pair["match"] for pair in question.data["pairs"]] == ["b c", "e"]
    (cloze,) = parse(b"type,question\ngaps,{1:MC:=a  b~c}", format="csv").questions
    assert [option["text"] for option in cloze.data["gaps"][0]["options"]] == ["a b", "c"]


@pytest.mark.parametrize(("credit", "fits"), [("100", True), ("-100", True), ("101", False), ("-999", False)])
def test_credits_in_gaps_are_bounded(credit, fits):
    text = f"type,question\ngaps,{{1:SA:=a~%{credit}%b}}"
    errors = [error.what for error in parse(text.encode(), format="csv").errors]
    assert errors == ([] if fits else [f"The credit {credit} % of an answer in a gap is outside of -100 % to 100 %."])


@pytest.mark.parametrize(
    ("line", "fits"),
    [("A | 1000 | b = 1000", True), ("A | 1001", False), ("A | -1", False), ("A | 5 | b = 1001", False)],
)
def test_points_of_a_rubric_are_bounded(line, fits):
    text = f"type,question,rubric\nessay,Write,{line}"
    errors = [error.line for error in parse(text.encode(), format="csv").errors]
    assert errors == ([] if fits else [2])

"""Short text and numbers: what they accept, earn and say."""

import time
from decimal import Decimal

import pytest

from questions.exceptions import AnswerInvalid
from questions.types import question_type
from questions.types.numerical import parsed_number
from questions.types.short_text import folded, matches
from tests.factories.questions import DATA, definition


def grade(kind, value, text, **parts):
    entry = question_type(kind)
    return entry.grade(value, entry.clean_answer(value, {"": [text], **{key: [given] for key, given in parts.items()}}))


@pytest.mark.parametrize("text", ["carbon monoxide", "  Carbon   MONOXIDE ", "co", "ＣＯ"])
def test_short_text_ignores_case_spaces_and_width(text):
    assert grade("short_text", definition("short_text"), text).is_right is True


def test_short_text_keeps_case_where_it_matters():
    value = definition("short_text", {"accepted": ["SELECT"], "case_sensitive": True})
    assert [grade("short_text", value, text).score for text in ("SELECT", "select")] == [1, 0]
    assert folded("Straße", False) == folded("STRASSE", False)


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ("carbon*", "Carbon dioxide", True),
        ("carbon*", "carbon", True),
        ("*oxide", "carbon dioxide", True),
        ("*oxide", "oxides", False),
        ("c*n di*de", "carbon dioxide", True),
        ("a*a", "a", False),
        ("ab*ba", "aba", False),
        ("a*b*a", "a b b a", True),
        ("*", "anything", True),
        (r"2\*3", "2*3", True),
        (r"2\*3", "2x3", False),
        (r"\**", "* note", True),
        ("a.c", "abc", False),
    ],
)
def test_a_star_stands_for_any_text(pattern, text, is_match):
    assert matches(pattern, text, case_sensitive=False) is is_match


def test_no_pattern_takes_long():
    start = time.perf_counter()
    assert not matches("*a" * 100 + "b", "a" * 500, case_sensitive=True)
    assert time.perf_counter() - start < 0.5


def test_the_first_answer_that_matches_decides_about_credit_and_feedback():
    value = definition(
        "short_text",
        {
            "accepted": [
                {"text": "Canberra", "feedback": "Chosen in 1908."},
                {"text": "Sydney", "credit": -25, "feedback": "The largest city."},
                {"text": "can*", "credit": 50},
                {"text": "*", "credit": 0, "feedback": "Look at a map."},
            ],
            "feedback_right": "Well done.",
            "feedback_partly": "Spell it out.",
            "feedback_wrong": "Not the capital.",
        },
    )
    found = {text: grade("short_text", value, text) for text in ("canberra", "sydney", "canbera", "Perth")}
    assert [(one.score, one.feedback.get("")) for one in found.values()] == [
        (Decimal(1), "<p>Chosen in 1908.</p><p>Well done.</p>"),
        (Decimal("-0.25"), "<p>The largest city.</p><p>Not the capital.</p>"),
        (Decimal("0.5"), "<p>Spell it out.</p>"),
        (Decimal(0), "<p>Look at a map.</p><p>Not the capital.</p>"),
    ]
    assert question_type("short_text").problems(value) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.2", "1.2"),
        ("1,2", "1.2"),
        ("1 250", "1250"),
        ("1’250.5", "1250.5"),
        ("1.250,5", "1250.5"),
        ("−3", "-3"),
        ("1e3", "1e3"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert parsed_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1e999999", "1;2", "=1+1"])
def test_what_is_not_a_number_is_refused_with_a_sentence(text):
    with pytest.raises(AnswerInvalid) as refused:
        grade("numerical", definition("numerical"), text)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "right"), [("1.2", True), ("1.25", True), ("1,15", True), ("1.2501", False), ("-1.2", False)]
)
def test_numerical_is_right_within_the_tolerance_and_no_further(text, right):
    assert grade("numerical", definition("numerical"), text).is_right is right


def test_several_numbers_have_credit_and_feedback_of_their_own():
    accepted = [
        {"number": "9.81", "tolerance": "0.01", "feedback": "On Earth."},
        {"number": "10", "tolerance": "0.5", "credit": 50, "feedback": "Rounded."},
        {"number": "1.62", "credit": -100, "feedback": "On the Moon."},
    ]
    value = definition("numerical", {"accepted": accepted})
    given = [grade("numerical", value, text) for text in ("9,82", "9.79", "1.62", "3")]
    assert [(one.score, one.feedback.get("")) for one in given] == [
        (Decimal(1), "<p>On Earth.</p>"),
        (Decimal("0.5"), "<p>Rounded.</p>"),
        (Decimal(-1), "<p>On the Moon.</p>"),
        (Decimal(0), None),
    ]


@pytest.mark.parametrize(("unit", "score"), [("m W", 1), ("mW", 1), ("MW", 0), ("m", 0)])
def test_a_unit_that_is_asked_for_has_to_be_right(unit, score):
    value = definition("numerical", {"answer": "5", "unit": "mW", "unit_asked": True})
    assert grade("numerical", value, "5", unit=unit).score == score
    with pytest.raises(AnswerInvalid, match="Type the unit"):
        grade("numerical", value, "5")
    answer = {"number": "5", "text": "5,0", "unit": unit}
    assert question_type("numerical").describe(value, answer) == f"5,0 {unit}"


def test_a_unit_that_is_only_shown_is_not_typed():
    kind, value = question_type("numerical"), definition("numerical")
    assert kind.parts(value) == []
    assert kind.clean_answer(value, {"": ["1,2"]}) == {"number": "1.2", "text": "1,2"}
    assert kind.describe(value, {"number": "1.2", "text": "1,2"}) == "1,2 m"


@pytest.mark.parametrize(
    ("kind", "data", "problem"),
    [
        ("short_text", {"accepted": [" "]}, "Give at least one accepted answer."),
        (
            "short_text",
            {"accepted": ["Rome", "rome "]},
            "“Rome” is accepted twice. Delete one of them.",
        ),
        (
            "short_text",
            {"accepted": ["Rome", "**"]},
            "The accepted answer “*” would give points for any text. Give it a credit of 0.",
        ),
        (
            "short_text",
            {"accepted": [{"text": "Rome", "credit": 90}]},
            "No answer earns the full points. Give one answer, or several together, a credit of 100.",
        ),
        (
            "numerical",
            {"accepted": [{"number": "3", "credit": 50}]},
            "No answer earns the full points. Give one answer, or several together, a credit of 100.",
        ),
        (
            "numerical",
            {"answer": "3", "unit_asked": True},
            "Learners are asked for the unit, but none is given. Give the unit, or do not ask for it.",
        ),
        (
            "numerical",
            {"accepted": [{"number": "1e40"}, {"number": "1"}]},
            "A number has more than 30 digits, which nobody can type.",
        ),
    ],
)
def test_problems_are_said_before_publishing(kind, data, problem):
    assert question_type(kind).problems(definition(kind, data)) == [problem]


def test_a_plain_answer_and_its_long_form_are_the_same():
    long = {**DATA["numerical"], "accepted": [{"number": "1.2", "tolerance": "0.05"}]}
    kind = question_type("numerical")
    assert kind.to_data(definition("numerical", long)) == kind.to_data(definition("numerical"))
    assert kind.to_data(definition("numerical"))["accepted"] == [
        {"number": "1.2", "tolerance": "0.05", "credit": 100, "feedback": ""}
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ("＊", "anything", False),
        ("＊", "*", True),
        ("2＊3", "2 times 3", False),
        ("2＊3", "2*3", True),
        ("２*", "2x", True),
    ],
)
def test_a_full_width_star_is_only_itself(pattern, text, is_match):
    assert matches(pattern, text, False) is is_match

"""Aiken: the simplest of the formats, and what it cannot hold."""

import pytest

from questions.formats import write
from questions.formats.aiken import parse
from questions.formats.examples import examples
from questions.formats.summary import summary

FILE = """What is the right answer?
A. Is it this one?
B) Maybe this
c. Possibly this
ANSWER: B

Which has most?
A) X
B) Y
answer: a
"""


def test_two_questions():
    parsed = parse(FILE.encode())
    assert list(parsed.errors) == []
    first, second = [summary(question) for question in parsed.questions]
    assert first["text"] == "What is the right answer?"
    assert [(a["text"], a["weight"]) for a in first["answers"]] == [
        ("Is it this one?", 0),
        ("Maybe this", 100),
        ("Possibly this", 0),
    ]
    assert [a["weight"] for a in second["answers"]] == [100, 0]
    assert second["line"] == 7


def test_markup_is_text():
    (question,) = parse(b"Is 1 < 2 &amp; 3?\nA. <b>\nB. x\nANSWER: A").questions
    assert question.text == "<p>Is 1 &lt; 2 &amp;amp; 3?</p>"
    assert question.data["options"][0]["text"] == "<p>&lt;b&gt;</p>"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("Which?\nA. a\nB. b\n\nNext?\nA. a\nB. b\nANSWER: A", 1, "no line with its answer"),
        ("Which?\nA. a\nB. b\nANSWER: C", 4, "not the letter"),
        ("Which?\nA. a\nB. b\nANSWER: AB", 4, "not the letter"),
        ("Which?\nA. a\nANSWER: A", 1, "fewer than two"),
        ("ANSWER: A", 1, "without a question"),
        ("Just words", 1, "no line with its answer"),
    ],
)
def test_errors_name_their_line(text, line, what):
    (error,) = parse(text.encode()).errors
    assert error.line == line
    assert what in error.what
    assert error.mend


def test_what_aiken_cannot_hold_is_named():
    written = write(examples(), "aiken")
    assert written.count == 1
    assert sum(lost.skipped for lost in written.lost) == 9
    (partly,) = [lost for lost in written.lost if not lost.skipped]
    assert partly.title == "Extinguisher for grease"
    assert "the name" in partly.what
    assert written.content.decode() == (
        "Which extinguisher is meant for burning fat?\nA. Water\nB. Class F\nC. Sand\nANSWER: B"
    )

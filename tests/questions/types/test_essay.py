"""Essays: kept as they are written, and never judged by the machine."""

import pytest

from questions.exceptions import AnswerInvalid, AnswerUnfinished
from questions.types import question_type
from questions.types.essay import length_rule
from tests.factories.questions import definition


def clean(text, **rule):
    return question_type("essay").clean_answer(definition("essay", {"rubric": [], **rule}), {"": [text]})


def test_a_person_grades_it():
    kind, value = question_type("essay"), definition("essay")
    grade = kind.grade(value, clean("one two three"))
    assert (grade.score, grade.is_right, grade.needs_grading, grade.feedback) == (None, None, True, {})
    assert kind.right_answer(value) is None


def test_its_words_are_counted_and_its_lines_kept():
    assert clean(" First line.\r\n\r\nSecond  line. ") == {"text": "First line.\r\n\r\nSecond  line.", "words": 4}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"min_words": 3}, "Your answer has 2 words. Write at least 3 words."),
        ({"max_words": 1}, "Your answer has 2 words. Write at most 1 word."),
        ({"min_words": 3, "max_words": 5}, "Your answer has 2 words. Write 3 to 5 words."),
    ],
)
def test_a_text_of_the_wrong_length_is_sent_back_and_not_lost(rule, sentence):
    with pytest.raises(AnswerUnfinished) as refused:
        clean("too short", **rule)
    assert (str(refused.value), refused.value.answer) == (sentence, {"text": "too short", "words": 2})


def test_a_text_beyond_all_bounds_is_refused():
    with pytest.raises(AnswerInvalid, match="at most 20000 characters; this one has 20001"):
        clean("x" * 20_001)


def test_no_rule_says_nothing():
    assert length_rule(None, None) == ""


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"min_words": 5, "max_words": 3}, "At least 5 and at most 3 words cannot both be kept."),
        (
            {"rubric": [{"criterion": "Tone", "points": 4, "levels": [{"label": "warm", "points": 3}]}]},
            "The best level of “Tone” has to earn its 4 points.",
        ),
        (
            {"rubric": [{"criterion": "Tone", "points": 0}]},
            "The rubric gives no points. Give at least one criterion some.",
        ),
    ],
)
def test_problems_are_said_before_publishing(data, problem):
    assert [str(one) for one in question_type("essay").problems(definition("essay", data))] == [problem]

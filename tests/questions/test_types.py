"""Each question type: what it accepts, how it grades, what it gives away."""

from decimal import Decimal

import pytest

from questions.exceptions import AnswerInvalid, UnknownQuestionType
from questions.types import QUESTION_TYPES, question_type
from questions.types.typed import folded, parsed_number
from tests.factories.questions import DATA


def definition(kind: str, data: dict | None = None):
    entry = question_type(kind)
    return entry.block().to_python(entry.from_data(data or DATA[kind]))


def ids(value) -> list[str]:
    return [item.id for item in value["options"].bound_blocks]


def test_the_registry_holds_the_five_types():
    assert list(QUESTION_TYPES) == ["single_choice", "multiple_answers", "short_text", "numerical", "poll"]
    with pytest.raises(UnknownQuestionType):
        question_type("telepathy")


def test_single_choice_grades_the_one_right_option_and_says_its_feedback():
    kind, value = question_type("single_choice"), definition("single_choice")
    first, second, _third = ids(value)

    right = kind.grade(value, kind.clean_answer(value, [second]))
    wrong = kind.grade(value, kind.clean_answer(value, [first]))

    assert (right.score, right.is_right, right.feedback) == (Decimal(1), True, {second: "<p>One for each order.</p>"})
    assert (wrong.score, wrong.is_right, wrong.feedback) == (
        Decimal(0),
        False,
        {first: "<p>That is every customer.</p>"},
    )


@pytest.mark.parametrize("values", [[], [""], ["a", "b"]])
def test_single_choice_wants_exactly_one_option(values):
    kind, value = question_type("single_choice"), definition("single_choice")
    with pytest.raises(AnswerInvalid):
        kind.clean_answer(value, values)


def test_an_option_of_another_question_is_refused():
    kind, value, other = question_type("single_choice"), definition("single_choice"), definition("single_choice")
    with pytest.raises(AnswerInvalid):
        kind.clean_answer(value, [ids(other)[0]])


def test_multiple_answers_are_all_or_nothing():
    kind, value = question_type("multiple_answers"), definition("multiple_answers")
    heat, fuel, paint = ids(value)
    scores = {
        chosen: kind.grade(value, kind.clean_answer(value, list(chosen))).score
        for chosen in [(heat, fuel), (heat,), (heat, fuel, paint), (paint,)]
    }
    assert list(scores.values()) == [1, 0, 0, 0]


def test_a_poll_has_no_right_answer_and_takes_one_option_unless_told_otherwise():
    kind, value = question_type("poll"), definition("poll")
    answer = kind.clean_answer(value, ids(value)[:1])
    assert kind.grade(value, answer).is_right is None
    with pytest.raises(AnswerInvalid):
        kind.clean_answer(value, ids(value))
    several = definition("poll", {**DATA["poll"], "several": True})
    assert kind.clean_answer(several, ids(several))["options"] == ids(several)


@pytest.mark.parametrize("text", ["carbon monoxide", "  Carbon   MONOXIDE ", "co", "ＣＯ"])
def test_short_text_ignores_case_spaces_and_width(text):
    kind, value = question_type("short_text"), definition("short_text")
    assert kind.grade(value, kind.clean_answer(value, [text])).is_right is True


def test_short_text_keeps_case_where_it_matters():
    kind, value = (
        question_type("short_text"),
        definition("short_text", {"accepted": ["SELECT"], "case_sensitive": True}),
    )
    assert kind.grade(value, {"text": "select"}).is_right is False
    assert folded("Straße", False) == folded("STRASSE", False)


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


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1e999999", "1;2"])
def test_what_is_not_a_number_is_refused_with_a_sentence(text):
    kind, value = question_type("numerical"), definition("numerical")
    with pytest.raises(AnswerInvalid) as refused:
        kind.clean_answer(value, [text])
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "right"), [("1.2", True), ("1.25", True), ("1,15", True), ("1.2501", False), ("-1.2", False)]
)
def test_numerical_is_right_within_the_tolerance_and_no_further(text, right):
    kind, value = question_type("numerical"), definition("numerical")
    assert kind.grade(value, kind.clean_answer(value, [text])).is_right is right


@pytest.mark.parametrize("kind", list(QUESTION_TYPES))
def test_data_survives_a_round_trip(kind):
    entry, value = question_type(kind), definition(kind)
    again = entry.block().to_python(entry.from_data(entry.to_data(value)))
    assert entry.to_data(again) == entry.to_data(value)


@pytest.mark.parametrize("kind", ["single_choice", "multiple_answers", "poll"])
def test_choices_tell_nothing_but_id_and_text(kind):
    for choice in question_type(kind).choices(definition(kind)):
        assert set(vars(choice)) == {"id", "html"}


@pytest.mark.parametrize("kind", ["single_choice", "multiple_answers"])
def test_a_random_order_is_one_persons_own_and_stays(kind):
    options = [{"text": f"Option {number}", "right": number == 0} for number in range(8)]
    entry, value = question_type(kind), definition(kind, {"options": options, "shuffle": True})
    authored = ids(value)

    def order(seed):
        return [choice.id for choice in entry.choices(value, seed)]

    assert order("lea") == order("lea") != authored
    assert order("lea") != order("otto")
    assert sorted(order("lea")) == sorted(authored)
    assert order("") == authored


def test_without_the_tick_the_order_is_the_authors():
    entry, value = question_type("single_choice"), definition("single_choice")
    assert [choice.id for choice in entry.choices(value, "lea")] == ids(value)


@pytest.mark.parametrize("kind", list(QUESTION_TYPES))
def test_an_answer_fits_the_question_it_was_given_to_and_no_stranger(kind):
    entry, value = question_type(kind), definition(kind)
    own = {
        "short_text": {"text": "CO"},
        "numerical": {"number": "1.2", "text": "1,2"},
    }.get(kind) or {"options": ids(value)[:1]}
    assert entry.fits(value, own)
    assert not entry.fits(value, {"options": ["gone"]})
    assert not entry.fits(value, {})


@pytest.mark.parametrize("kind", ["short_text", "numerical"])
def test_what_no_database_can_store_is_taken_out_of_an_answer(kind):
    entry = question_type(kind)
    assert entry.clean_answer(definition(kind), ["1\0.2 "])["text"] == "1.2"
    with pytest.raises(AnswerInvalid):
        entry.clean_answer(definition(kind), ["\0"])


def test_problems_are_said_before_publishing():
    none_right = definition("single_choice", {"options": [{"text": "a"}, {"text": "b"}]})
    assert question_type("single_choice").problems(none_right) == ["Mark exactly one option as right; 0 are marked."]
    assert question_type("single_choice").problems(definition("single_choice")) == []

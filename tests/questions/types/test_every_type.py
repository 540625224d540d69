"""What holds for every question type, whatever it asks."""

import json
from decimal import Decimal

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from questions.exceptions import AnswerInvalid
from questions.types import QUESTION_TYPES, Grade, question_type, submitted
from tests.factories.questions import DATA, definition

KINDS = list(QUESTION_TYPES)
GRADED = [name for name, kind in QUESTION_TYPES.items() if kind.is_graded and not kind.graded_by_hand]


def own_values(kind, value) -> dict[str, list[str]]:
    """Values of an answer that the question accepts."""
    entry = question_type(kind)
    if right := entry.right_answer(value):
        return entry.values(value, right)
    return {"": ["One two three."]} if kind == "essay" else {"": [entry.choices(value)[0].id]}


@pytest.mark.parametrize("kind", KINDS)
def test_data_survives_a_round_trip(kind):
    entry, value = question_type(kind), definition(kind)
    data = entry.to_data(value)
    assert entry.to_data(entry.block().to_python(entry.from_data(data))) == data
    json.dumps(data)


@pytest.mark.parametrize("kind", KINDS)
def test_a_definition_survives_being_stored(kind):
    entry, value = question_type(kind), definition(kind)
    block = entry.block()
    again = block.to_python(json.loads(json.dumps(block.get_prep_value(value), cls=DjangoJSONEncoder)))
    assert entry.to_data(again) == entry.to_data(value)


@pytest.mark.parametrize("kind", KINDS)
def test_with_a_namespace_ids_stay_the_same(kind):
    from uuid import UUID

    entry, data = question_type(kind), {**DATA[kind], "namespace": UUID(int=7)}
    assert entry.from_data(data) == entry.from_data(data)


@pytest.mark.parametrize("kind", KINDS)
def test_the_factorys_question_has_no_problem_and_an_empty_one_says_what_is_missing(kind):
    entry = question_type(kind)
    assert entry.problems(definition(kind)) == []
    found = [str(problem) for problem in entry.problems(entry.empty())]
    assert all(problem.endswith(".") for problem in found)
    assert bool(found) == (kind not in ("essay", "poll", "ordering"))


@pytest.mark.parametrize("kind", GRADED)
def test_the_right_answer_earns_everything_and_is_accepted_from_a_form(kind):
    entry, value = question_type(kind), definition(kind)
    right = entry.right_answer(value)
    assert entry.clean_answer(value, entry.values(value, right)) == right
    grade = entry.grade(value, right)
    assert (grade.score, grade.is_right) == (Decimal(1), True)
    assert grade.score.as_tuple().exponent == -4


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_survives_storage_and_is_told_in_words(kind):
    entry, value = question_type(kind), definition(kind)
    answer = entry.clean_answer(value, own_values(kind, value))
    assert json.loads(json.dumps(answer)) == answer
    assert entry.fits(value, answer)
    assert entry.describe(value, answer)


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_fits_no_stranger(kind):
    entry, value = question_type(kind), definition(kind)
    for stranger in ({}, {"options": ["gone"]}, {"matches": {"gone": "x"}}, {"order": ["gone"]}, {"gaps": {"99": "x"}}):
        assert not entry.fits(value, stranger)
        assert entry.values(value, stranger).get("", []) == []


@pytest.mark.parametrize("before", KINDS)
@pytest.mark.parametrize("after", KINDS)
def test_an_answer_to_another_kind_is_graded_or_does_not_fit(before, after):
    old, new = definition(before), definition(after)
    answer = question_type(before).clean_answer(old, own_values(before, old))
    entry = question_type(after)
    entry.values(new, answer)
    if entry.fits(new, answer):
        entry.grade(new, answer)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("values", [{}, {"": []}, {"": [""]}, {"": ["  "]}, {"": ["\0"]}])
def test_nothing_is_no_answer(kind, values):
    with pytest.raises(AnswerInvalid) as refused:
        question_type(kind).clean_answer(definition(kind), values)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_what_belongs_to_another_question_is_refused(kind):
    entry, value, other = question_type(kind), definition(kind), definition(kind)
    values = own_values(kind, other)
    if (entry.choices(value) and kind != "true_false") or kind in ("matching", "ordering"):
        with pytest.raises(AnswerInvalid, match=r"Load the page again\.$"):
            entry.clean_answer(value, values)
    else:
        assert entry.clean_answer(value, values) == entry.clean_answer(other, values)


@pytest.mark.parametrize("kind", ["matching", "ordering", "gaps"])
def test_an_unknown_part_is_refused(kind):
    entry, value = question_type(kind), definition(kind)
    with pytest.raises(AnswerInvalid, match="Load the page again"):
        entry.clean_answer(value, own_values(kind, value) | {"7777": ["x"]})


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("multiple_answers", "poll")])
def test_a_doubled_value_is_refused(kind):
    entry, value = question_type(kind), definition(kind)
    doubled = {part: [*given, *given] for part, given in own_values(kind, value).items()}
    with pytest.raises(AnswerInvalid) as refused:
        entry.clean_answer(value, doubled)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_a_book_is_refused_where_a_word_is_asked(kind):
    entry, value = question_type(kind), definition(kind)
    book = {part: ["9" * 100_000] for part in own_values(kind, value)}
    with pytest.raises(AnswerInvalid):
        entry.clean_answer(value, book)


@pytest.mark.parametrize("kind", ["short_text", "numerical", "gaps", "essay"])
def test_what_no_database_can_store_is_taken_out_of_an_answer(kind):
    entry, value = question_type(kind), definition(kind)
    values = {part: [given[0] + "\0 "] for part, given in own_values(kind, value).items()}
    assert entry.clean_answer(value, values) == entry.clean_answer(value, own_values(kind, value))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shown_before_answering_has_no_room_for_a_verdict(kind):
    entry, value = question_type(kind), definition(kind)
    for choice in entry.choices(value, "lea"):
        assert set(vars(choice)) == {"id", "html"}
    for part in entry.parts(value, "lea"):
        assert set(vars(part)) == {"key", "html", "choices", "kind"}


@pytest.mark.parametrize("kind", ["multiple_answers", "matching", "ordering", "gaps"])
@given(data=st.data())
def test_the_order_of_clicking_is_irrelevant_and_a_grade_stays_in_bounds(kind, data):
    entry, value = question_type(kind), definition(kind)
    values = drawn_values(entry, value, data)
    try:
        answer = entry.clean_answer(value, values)
    except AnswerInvalid:
        return
    grade = entry.grade(value, answer)
    assert -1 <= grade.score <= 1
    keys = data.draw(st.permutations(list(values)))
    again = {key: data.draw(st.permutations(values[key])) for key in keys}
    assert entry.clean_answer(value, again) == answer
    assert entry.grade(value, answer) == grade


def drawn_values(entry, value, data) -> dict[str, list[str]]:
    if choices := entry.choices(value):
        return {"": data.draw(st.lists(st.sampled_from([choice.id for choice in choices]), min_size=1, unique=True))}
    if entry.name == "ordering":
        parts = entry.parts(value)
        places = data.draw(st.permutations(range(1, len(parts) + 1)))
        return {part.key: [str(place)] for part, place in zip(parts, places, strict=True)}
    found = {}
    for part in entry.parts(value):
        typed = st.sampled_from(["", "left join", "3", "2.4", "nothing"])
        chosen = st.sampled_from(["", *(choice.id for choice in part.choices)])
        found[part.key] = [data.draw(chosen if part.choices else typed)]
    return found


CREDITS = st.one_of(st.none(), st.decimals(-100, 100, places=5))


@given(
    st.lists(st.tuples(st.booleans(), CREDITS), min_size=2, max_size=6), st.sampled_from(["all", "share", "credits"])
)
def test_whatever_the_credits_a_grade_stays_in_bounds_and_a_problem_is_named(options, scoring):
    entry = question_type("multiple_answers")
    data = [{"text": f"Option {n}", "right": right, "credit": credit} for n, (right, credit) in enumerate(options)]
    value = definition("multiple_answers", {"options": data, "scoring": scoring})
    ids = [choice.id for choice in entry.choices(value)]
    for count in range(1, len(ids) + 1):
        grade = entry.grade(value, {"options": ids[:count]})
        assert isinstance(grade, Grade)
        assert -1 <= grade.score <= 1
    if not entry.problems(value):
        assert entry.grade(value, entry.right_answer(value)).score == 1


def test_what_a_form_sent_is_sorted_by_question_and_part():
    post = QueryDict("q1=a&q1=b&q1.x=1&q1.y=&q10.x=9&q10=c&csrf=t")
    assert submitted(post, "q1") == {"": ["a", "b"], "x": ["1"], "y": [""]}
    assert submitted(post, "q10") == {"": ["c"], "x": ["9"]}
    assert submitted(post, "q2") == {}

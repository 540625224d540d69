"""Matching, ordering, gaps: what they accept, earn, say, and give away, which is nothing."""

from decimal import Decimal

import pytest

from questions.exceptions import AnswerInvalid
from questions.types import question_type
from questions.types.gaps import pieces
from tests.factories.questions import DATA, definition


def grade(kind, value, *filled):
    """The grade of an answer whose parts are filled in authored order; None leaves one open."""
    entry = question_type(kind)
    keys = list(entry.values(value, entry.right_answer(value)))
    values = {key: [text] for key, text in zip(keys, filled, strict=True) if text is not None}
    return entry.grade(value, entry.clean_answer(value, values))


@pytest.mark.parametrize(
    ("filled", "score", "said"),
    [
        (("which columns", "which rows", "in which order"), "1", "All clauses known."),
        (("which columns", "which rows", None), "0.6667", "Some clauses known."),
        (("which columns", "which columns", "which table"), "0.3333", "Some clauses known."),
        (("which rows", "which columns", ""), "0", "Read the query aloud."),
    ],
)
def test_each_pair_of_a_matching_is_worth_the_same(filled, score, said):
    given = grade("matching", definition("matching"), *filled)
    assert (given.score, given.feedback) == (Decimal(score), {"": f"<p>{said}</p>"})
    assert sum(given.parts.values()) == round(Decimal(score) * 3)


def test_a_match_may_belong_to_two_prompts_and_is_offered_once():
    data = {
        "pairs": [
            {"prompt": "Paris", "match": "France"},
            {"prompt": "Lyon", "match": "France"},
            {"prompt": "Rome", "match": "Italy"},
        ]
    }
    value = definition("matching", data)
    parts = question_type("matching").parts(value)
    assert [choice.id for choice in parts[0].choices] == ["France", "Italy"]
    assert grade("matching", value, "France", "France", "Italy").is_right is True


def test_matches_come_in_the_order_of_the_alphabet_or_of_the_learner_never_of_the_pairs():
    kind = question_type("matching")
    numbers = [str(number) for number in range(9, 0, -1)]
    data = {"pairs": [{"prompt": f"Minus {number}", "match": number} for number in numbers]}

    def offered(data, seed):
        return [choice.id for choice in kind.parts(definition("matching", data), seed)[0].choices]

    assert offered(data, "lea") == sorted(numbers)
    mixed = {**data, "shuffle": True}
    assert offered(mixed, "lea") == offered(mixed, "lea") != offered(mixed, "otto")
    # The order depends on the texts alone: the same for pairs in another order.
    assert offered({**mixed, "pairs": mixed["pairs"][::-1]}, "lea") == offered(mixed, "lea")


def test_a_match_that_was_not_offered_is_refused():
    with pytest.raises(AnswerInvalid, match="One of the matches does not belong"):
        grade("matching", definition("matching"), "which rows", "the tenth", "which rows")


@pytest.mark.parametrize(
    ("scoring", "order", "score"),
    [
        ("all", "1234", "1"),
        ("all", "1243", "0"),
        ("places", "1243", "0.5"),
        ("places", "2341", "0"),
        ("pairs", "2341", "0.6667"),
        ("pairs", "4123", "0.6667"),
        ("pairs", "4321", "0"),
        ("pairs", "1234", "1"),
    ],
)
def test_an_order_is_graded_as_a_whole_by_places_or_by_neighbors(scoring, order, score):
    value = definition("ordering", {**DATA["ordering"], "scoring": scoring})
    kind = question_type("ordering")
    right = kind.right_answer(value)["order"]
    given = kind.grade(value, {"order": [right[int(place) - 1] for place in order]})
    assert given.score == Decimal(score)


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        (("1", "2", "2", "3"), "Two items have place 2. Give each a place of its own."),
        (("1", "2", None, "3"), "Give every item a place, then check your answer."),
        (("0", "1", "2", "3"), "A place is a number from 1 to 4."),
        (("1", "2", "3", "5"), "A place is a number from 1 to 4."),
        (("1", "2", "3", "four"), "A place is a number from 1 to 4."),
        (("1", "2", "3", "²"), "A place is a number from 1 to 4."),
        (("", "", "", ""), "Put the items into order, then check your answer."),
    ],
)
def test_an_order_without_a_place_for_each_is_refused(places, sentence):
    with pytest.raises(AnswerInvalid) as refused:
        grade("ordering", definition("ordering"), *places)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("count", [3, 5])
def test_items_are_never_shown_in_the_right_order(count):
    kind = question_type("ordering")
    texts = [f"Step {number}" for number in range(count)]
    orders = set()
    for seed in range(40):
        value = definition("ordering", {"items": texts})
        shown = [str(part.html.source) for part in kind.parts(value, str(seed))]
        orders.add(tuple(shown))
        assert shown != [f"<p>{text}</p>" for text in texts]
        assert sorted(shown) == sorted(f"<p>{text}</p>" for text in texts)
    assert len(orders) > count - 2


def test_the_names_of_items_in_a_form_cannot_be_worked_out_from_their_ids():
    kind, value = question_type("ordering"), definition("ordering")
    ids = kind.right_answer(value)["order"]
    names = [part.key for part in kind.parts(value, "lea")]
    assert not set(ids) & set(names)
    assert kind.parts(value, "lea") == kind.parts(value, "lea")


def test_items_that_read_the_same_stand_for_each_other():
    kind, value = question_type("ordering"), definition("ordering", {"items": ["Stir", "Wait", "Stir"]})
    first, wait, last = kind.right_answer(value)["order"]
    assert kind.grade(value, {"order": [last, wait, first]}).is_right is True


@pytest.mark.parametrize(
    ("filled", "score"),
    [
        (("Left  JOIN", "first", "3,5"), "1"),
        (("left join", "second", "3"), "0.6667"),
        ((None, None, "2.5"), "0.3333"),
        (("join", "second", "9"), "0"),
    ],
)
def test_gaps_are_typed_chosen_or_numbers(filled, score):
    assert grade("gaps", definition("gaps"), *filled).score == Decimal(score)


def test_gaps_count_by_their_weights_and_say_their_own_feedback():
    gaps = [{**gap, "points": points} for gap, points in zip(DATA["gaps"]["gaps"], (5, 3, 2), strict=True)]
    value = definition("gaps", {**DATA["gaps"], "gaps": gaps})
    given = grade("gaps", value, "left join", "second", None)
    assert given.score == Decimal("0.5")
    assert given.feedback == {"1": "<p>The left side wins.</p>", "2": "<p>Other side.</p>"}
    assert given.parts == {"1": 1, "2": 0}


def test_a_gap_may_take_points_away_and_the_whole_never_falls_below_minus_one():
    gaps = [{"kind": "chosen", "options": [{"text": "a"}, {"text": "b", "credit": -100}], "points": 3}]
    value = definition("gaps", {"text": "<p>[[1]]</p>", "gaps": gaps})
    assert grade("gaps", value, "b").score == -1


@pytest.mark.parametrize(
    ("filled", "sentence"),
    [
        ((None, None, "three"), "Gap 3: “three” is not a number. Type digits only, such as 1250 or 0.5."),
        (
            (None, "third", None),
            "Gap 2: what was chosen does not belong to this question. Load the page again.",
        ),
    ],
)
def test_what_a_gap_cannot_hold_is_refused_by_its_number(filled, sentence):
    with pytest.raises(AnswerInvalid) as refused:
        grade("gaps", definition("gaps"), *filled)
    assert str(refused.value) == sentence


def test_answers_to_choose_from_are_not_offered_in_authored_order():
    kind = question_type("gaps")
    texts = [f"Word {number}" for number in range(8)]
    gap = {"kind": "chosen", "options": [{"text": text, "credit": 0} for text in texts]}
    value = definition("gaps", {"text": "<p>[[1]]</p>", "gaps": [gap]})
    turned = definition("gaps", {"text": "<p>[[1]]</p>", "gaps": [{**gap, "options": gap["options"][::-1]}]})
    assert kind.parts(value, "lea")[0].choices == kind.parts(turned, "lea")[0].choices
    assert kind.parts(value, "lea") != kind.parts(value, "otto")


def test_a_text_is_cut_at_its_gaps():
    assert pieces("<p>a [[1]] b [[ 02 ]]</p>") == [("<p>a ", "1"), (" b ", "2"), ("</p>", "")]
    assert pieces("none") == [("none", "")]


def test_answers_are_told_in_words():
    matching, ordering, gaps = definition("matching"), definition("ordering"), definition("gaps")
    said = [
        entry.describe(value, entry.right_answer(value))
        for entry, value in (
            (question_type("matching"), matching),
            (question_type("ordering"), ordering),
            (question_type("gaps"), gaps),
        )
    ]
    assert said == [
        "select → which columns; where → which rows; order by → in which order",
        "1. Raise the alarm; 2. Leave the room; 3. Close the door; 4. Call the fire service",
        "1: left join, 2: first, 3: 3",
    ]


def pairs(*texts, **extra) -> dict:
    return {"pairs": [{"prompt": prompt, "match": match} for prompt, match in texts], **extra}


def text_with(text, *gaps) -> dict:
    return {"text": text, "gaps": [{"kind": kind, "options": options} for kind, options in gaps]}


RIGHT = ("typed", [{"text": "yes"}])


@pytest.mark.parametrize(
    ("kind", "data", "problem"),
    [
        ("matching", pairs(("a", "1")), "Give at least two pairs."),
        (
            "matching",
            pairs(("a", "1"), ("b", " "), ("c", "2")),
            "Every prompt needs a match. A match without a prompt has a list of its own.",
        ),
        ("matching", pairs(("a", "1"), ("a", "2")), "Two prompts read “a”. Change one of them."),
        (
            "matching",
            pairs(("a", "1"), ("b", "2"), extra=["1"]),
            "The match “1” is offered twice. Delete it from the list.",
        ),
        (
            "matching",
            pairs(("a", "1"), ("b", "1")),
            "All prompts have the same match. Give at least two different ones.",
        ),
        ("ordering", {"items": ["alone"]}, "Give at least two items to put into order."),
        ("ordering", {"items": ["a", "b", "a"]}, "Two items read “a”. Change one of them."),
        ("gaps", text_with("<p>[[1]]</p>"), "Give at least one gap."),
        (
            "gaps",
            text_with("<p>[[1]] [[2]]</p>", RIGHT),
            "The text has [[2]], but there is no gap 2. Add the gap or delete the marker.",
        ),
        (
            "gaps",
            text_with("<p>[[1]]</p>", RIGHT, RIGHT),
            "Gap 2 is nowhere in the text. Write [[2]] where it belongs.",
        ),
        (
            "gaps",
            text_with("<p>[[1]] [[1]]</p>", RIGHT),
            "The text has [[1]] more than once. Each gap stands in one place.",
        ),
        ("gaps", text_with("<p>[[1]]</p>", ("typed", [{"text": " "}])), "Gap 1: Give it an answer."),
        (
            "gaps",
            text_with("<p>[[1]]</p>", ("typed", [{"text": "a", "credit": 50}])),
            "Gap 1: No answer earns its full points. Give one of them a credit of 100.",
        ),
        (
            "gaps",
            text_with("<p>[[1]]</p>", ("typed", [{"text": "a"}, {"text": "a", "credit": 0}])),
            "Gap 1: “a” is there twice. Delete one of them.",
        ),
        (
            "gaps",
            text_with("<p>[[1]]</p>", ("chosen", [{"text": "a"}])),
            "Gap 1: A gap to choose for needs at least two answers.",
        ),
        (
            "gaps",
            text_with("<p>[[1]]</p>", ("chosen", [{"text": "a"}, {"text": "b"}])),
            "Gap 1: Every answer to choose is right. Give the wrong ones a credit of 0.",
        ),
        (
            "gaps",
            text_with("<p>[[1]]</p>", ("number", [{"text": "three"}])),
            "Gap 1: “three” is not a number. Type digits only, such as 1250 or 0.5.",
        ),
    ],
)
def test_problems_are_said_before_publishing(kind, data, problem):
    assert [str(one) for one in question_type(kind).problems(definition(kind, data))] == [problem]


def test_blanks_in_matches_and_options_are_single():
    matching = definition("matching", {"pairs": [{"prompt": "a", "match": " b\n c\xa0d "}], "extra": ["e \t f"]})
    assert (matching["pairs"][0]["match"], list(matching["extra"])) == ("b c d", ["e f"])
    gaps = definition("gaps", text_with("<p>[[1]]</p>", ("chosen", [{"text": "two\nwords"}, {"text": "one"}])))
    assert grade("gaps", gaps, "two words").score == 1


def test_two_items_stand_either_way():
    kind = question_type("ordering")
    shown = set()
    for seed in range(40):
        value = definition("ordering", {"items": ["first", "second"]})
        shown.add(tuple(str(part.html.source) for part in kind.parts(value, str(seed))))
    assert shown == {("<p>first</p>", "<p>second</p>"), ("<p>second</p>", "<p>first</p>")}


def test_blanks_in_a_match_do_not_count_however_they_were_typed_once():
    kind, value = question_type("matching"), definition("matching")
    stored = kind.block().get_prep_value(value)
    stored["pairs"][0]["value"]["match"], stored["extra"][0]["value"] = " which \u00a0columns", "which  table "
    old = kind.block().to_python(stored)
    (first, *_rest) = kind.pairs(old)
    assert {choice.id for choice in kind.parts(old)[0].choices} == {
        "which columns", "which rows", "in which order", "which table",
    }  # fmt: skip
    for text in ("which columns", " which \u00a0columns", "which  columns"):
        assert kind.fits(old, {"matches": {first: text}})
        assert kind.fits(value, {"matches": {first: text}})
        assert kind.grade(old, {"matches": {first: text}}).parts == {first: Decimal(1)}
        assert kind.clean_answer(old, {first: [text]}) == {"matches": {first: "which columns"}}
    assert kind.problems(old) == []
    assert kind.to_data(old) == kind.to_data(value)


def test_blanks_in_a_gap_to_choose_for_do_not_count():
    gap = {"kind": "chosen", "options": [{"text": "left join"}, {"text": "join", "credit": 0}]}
    kind, value = question_type("gaps"), definition("gaps", {"text": "<p>A [[1]].</p>", "gaps": [gap]})
    stored = kind.block().get_prep_value(value)
    stored["gaps"][0]["value"]["options"][0]["value"]["text"] = "left  join"
    old = kind.block().to_python(stored)
    assert "left join" in [choice.id for choice in kind.parts(old)[0].choices]
    for text in ("left join", "left  join"):
        assert kind.fits(old, {"gaps": {"1": text}})
        assert kind.grade(old, kind.clean_answer(old, {"1": [text]})).score == 1
    assert kind.problems(old) == []
    assert kind.to_data(old) == kind.to_data(value)

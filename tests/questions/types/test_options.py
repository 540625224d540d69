"""Single choice, multiple answers, true or false, polls: what they accept, earn and say."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.test import override_settings

from questions.exceptions import AnswerInvalid
from questions.types import question_type
from questions.types.mixing import mixed
from tests.factories.questions import DATA, definition


def ids(value) -> list[str]:
    return [item.id for item in value["options"].bound_blocks]


def grade(kind, value, *chosen):
    entry = question_type(kind)
    return entry.grade(value, entry.clean_answer(value, {"": list(chosen)}))


def options(*pairs, **extra) -> dict:
    """Plain data of options given as (right, credit)."""
    texts = [{"text": f"Option {n}", "right": right, "credit": credit} for n, (right, credit) in enumerate(pairs)]
    return {"options": texts, **extra}


def test_single_choice_grades_the_one_right_option_and_says_its_feedback():
    value = definition("single_choice")
    first, second, _third = ids(value)
    right, wrong = grade("single_choice", value, second), grade("single_choice", value, first)
    assert (right.score, right.is_right, right.feedback) == (Decimal(1), True, {second: "<p>One for each order.</p>"})
    assert (wrong.score, wrong.is_right, wrong.feedback) == (
        Decimal(0),
        False,
        {first: "<p>That is every customer.</p>"},
    )


@pytest.mark.parametrize("values", [[], [""], ["a", "b"]])
def test_single_choice_wants_exactly_one_option(values):
    with pytest.raises(AnswerInvalid, match="Choose one of the options"):
        question_type("single_choice").clean_answer(definition("single_choice"), {"": values})


def test_a_credit_gives_a_part_of_the_points_or_takes_some_away():
    data = options((True, None), (False, 33.33333), (False, -25), (False, None), feedback_partly="Nearly.")
    value = definition("single_choice", data)
    grades = [grade("single_choice", value, key) for key in ids(value)]
    assert [one.score for one in grades] == [Decimal(1), Decimal("0.3333"), Decimal("-0.25"), Decimal(0)]
    assert [one.feedback.get("") for one in grades] == [None, "<p>Nearly.</p>", None, None]


@pytest.mark.parametrize(
    ("chosen", "score"), [("hf", 1), ("h", 0), ("hfp", 0), ("p", 0)], ids=["right", "one missing", "one more", "wrong"]
)
def test_multiple_answers_are_all_or_nothing_unless_told_otherwise(chosen, score):
    value = definition("multiple_answers")
    names = dict(zip("hfp", ids(value), strict=True))
    assert grade("multiple_answers", value, *(names[name] for name in chosen)).score == score


@pytest.mark.parametrize(
    ("chosen", "score"),
    [("0", "0.3333"), ("01", "0.6667"), ("012", "1"), ("0123", "0.5"), ("01234", "0"), ("3", "0"), ("034", "0")],
)
def test_a_share_counts_right_ones_and_takes_wrong_ones_off_but_not_below_zero(chosen, score):
    data = options((True, None), (True, None), (True, None), (False, None), (False, None), scoring="share")
    value = definition("multiple_answers", data)
    keys = [ids(value)[int(place)] for place in chosen]
    assert grade("multiple_answers", value, *keys).score == Decimal(score)


@pytest.mark.parametrize(("chosen", "score"), [("0", "0.7"), ("01", "1"), ("012", "0.5"), ("2", "-0.5"), ("23", "-1")])
def test_credits_are_added_up_and_may_fall_below_zero_but_not_below_minus_one(chosen, score):
    data = options((True, 70), (True, 30), (False, -50), (False, -80), scoring="credits")
    value = definition("multiple_answers", data)
    keys = [ids(value)[int(place)] for place in chosen]
    assert grade("multiple_answers", value, *keys).score == Decimal(score)


def test_three_thirds_make_a_whole():
    data = options((True, 33.33333), (True, 33.33333), (True, 33.33333), (False, 0), scoring="credits")
    value = definition("multiple_answers", data)
    assert grade("multiple_answers", value, *ids(value)[:3]).is_right is True
    assert question_type("multiple_answers").problems(value) == []


def test_without_credits_of_their_own_right_options_share_the_points():
    value = definition("multiple_answers", options((True, None), (True, None), (False, -50), scoring="credits"))
    assert grade("multiple_answers", value, *ids(value)[:1]).score == Decimal("0.5")


@pytest.mark.parametrize(("chosen", "score"), [("true", 0), ("false", 1)])
def test_true_or_false_says_what_there_is_to_say_of_each(chosen, score):
    value = definition("true_false")
    given = grade("true_false", value, chosen)
    said = {"true": "<p>Cold water spreads burning oil.</p>", "false": "<p>A lid it is.</p>"}
    assert given.score == score
    assert given.feedback == {chosen: said[chosen]} | ({"": "<p>Well known.</p>"} if score else {})
    assert question_type("true_false").describe(value, {"options": [chosen]}) == chosen.capitalize()


def test_a_poll_has_no_right_answer_and_takes_one_option_unless_told_otherwise():
    kind, value = question_type("poll"), definition("poll")
    assert grade("poll", value, ids(value)[0]).is_right is None
    with pytest.raises(AnswerInvalid, match="one option only"):
        kind.clean_answer(value, {"": ids(value)})
    several = definition("poll", {**DATA["poll"], "several": True})
    assert kind.clean_answer(several, {"": ids(several)})["options"] == ids(several)


@pytest.mark.parametrize("kind", ["single_choice", "multiple_answers"])
def test_a_random_order_is_one_persons_own_and_stays(kind):
    entry = question_type(kind)
    value = definition(kind, options(*[(number == 0, None) for number in range(8)], shuffle=True))
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


@pytest.mark.parametrize(
    ("kind", "data", "problem"),
    [
        (
            "single_choice",
            options((False, None), (False, None)),
            "Mark exactly one option as right; 0 are marked.",
        ),
        (
            "single_choice",
            options((True, 80), (False, None)),
            "The right option has to earn 100 percent. Leave its credit empty, or give 100.",
        ),
        (
            "single_choice",
            options((True, None), (False, 100)),
            "A wrong option earns 100 percent. Lower its credit, or mark it as the right one.",
        ),
        (
            "single_choice",
            {"options": [{"text": "Blue", "right": True}, {"text": "<p>Blue</p>"}]},
            "Two options read “Blue”. Change one of them.",
        ),
        (
            "single_choice",
            {"options": [{"text": "Blue", "right": True}, {"text": ""}]},
            "An option has no text. Write it, or delete the option.",
        ),
        ("multiple_answers", options((False, None), (False, None)), "Mark at least one option as right."),
        (
            "multiple_answers",
            options((True, 40), (True, 40.5), (False, None), scoring="credits"),
            "The credits of the right options add up to 80.5 percent; they have to make 100.",
        ),
    ],
)
def test_problems_are_said_before_publishing(kind, data, problem):
    assert question_type(kind).problems(definition(kind, data)) == [problem]


def test_credits_of_more_than_all_points_are_a_problem():
    data = options((True, 70), (True, 70), (False, None), scoring="credits")
    problems = question_type("multiple_answers").problems(definition("multiple_answers", data))
    assert [str(problem) for problem in problems] == [
        "The credits of the right options add up to 140 percent; they have to make 100."
    ]
    thirds = options((True, None), (True, None), (True, None), (False, None), scoring="credits")
    assert question_type("multiple_answers").problems(definition("multiple_answers", thirds)) == []


def test_the_random_order_is_that_of_the_seed_and_not_of_how_options_are_stored():
    kind = question_type("single_choice")
    texts = [{"text": f"Option {number}", "right": not number} for number in range(8)]
    data = {"options": texts, "shuffle": True, "namespace": UUID(int=1)}
    value = definition("single_choice", data)
    shown = [choice.id for choice in kind.choices(value, "lea")]
    # Keyed with the site's secret: whoever knows the seed and the ids still cannot work it out.
    assert shown == mixed(ids(value), "lea")
    assert shown not in (ids(value), [choice.id for choice in kind.choices(value, "otto")])
    assert [choice.id for choice in kind.choices(value)] == ids(value)
    with override_settings(SECRET_KEY="another"):
        assert [choice.id for choice in kind.choices(value, "lea")] != shown

"""Figures of real tests, against published ones and against plain recomputation; and what looks wrong, in words."""

import csv
import random
import statistics
from collections import Counter, defaultdict
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.item_statistics import (
    Finding,
    Looks,
    Matrix,
    correlation,
    cronbach_alpha,
    finding_words,
    histogram,
    item_figures,
    tails,
)


@pytest.fixture
def lsat(shared_data) -> Matrix:
    """Section 6 of the Law School Admission Test, 1,000 people and 5 questions (Bock and Lieberman 1970)."""
    with (shared_data / "items" / "lsat6.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    scores = {str(number): {key: float(text) for key, text in row.items()} for number, row in enumerate(rows)}
    return Matrix(tuple(rows[0]), scores)


@pytest.fixture
def fractions(shared_data) -> Matrix:
    """Subtraction of fractions, 536 pupils and 20 tasks (Tatsuoka 1984)."""
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    with (shared_data / "items" / "fraction-subtraction.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            scores[row["user_id"]][row["item_id"]] = float(row["correct"])
    return Matrix(tuple(str(number) for number in range(20)), scores)


def test_the_lsat_as_published(lsat):
    """Facilities and the numbers of people by total as Bock and Lieberman print them; correlations and alpha as the
    R package ltm prints them for the same rows (`descript(LSAT)`)."""
    figures = [item_figures(lsat, question) for question in lsat.questions]
    assert [one.n for one in figures] == [1000] * 5
    assert [round(one.facility, 3) for one in figures] == [0.924, 0.709, 0.553, 0.763, 0.870]
    assert [round(one.point_biserial, 4) for one in figures] == [0.3620, 0.5668, 0.6184, 0.5344, 0.4354]
    assert [round(one.item_rest, 4) for one in figures] == [0.1128, 0.1532, 0.1728, 0.1444, 0.1216]
    alpha, people = cronbach_alpha(lsat)
    assert (round(alpha, 3), people) == (0.295, 1000)
    assert histogram(lsat.totals.values(), 5) == [3, 20, 85, 237, 357 + 298]
    assert Counter(round(total * 5) for total in lsat.totals.values()) == {0: 3, 1: 20, 2: 85, 3: 237, 4: 357, 5: 298}


def plain_discrimination(matrix: Matrix, question: str) -> Fraction:
    """Kelley's D with exact fractions: whole groups of one total first, then a part of the group that does not fit."""
    people = [(int(sum(row.values())), int(row[question])) for row in matrix.scores.values()]
    places = (len(people) * 27 + 50) // 100

    def share(totals) -> Fraction:
        right, left = Fraction(0), places
        for total in totals:
            here = [score for one, score in people if one == total]
            taken = min(left, len(here))
            if taken:
                right += Fraction(sum(here), len(here)) * taken
            left -= taken
        return right / places

    order = sorted({total for total, _score in people})
    return share(reversed(order)) - share(order)


def plain_kr20(matrix: Matrix) -> Fraction:
    people, size = len(matrix.scores), len(matrix.questions)
    totals = [int(sum(row.values())) for row in matrix.scores.values()]
    spread = Fraction(sum(total * total for total in totals), people) - Fraction(sum(totals), people) ** 2
    right = [Fraction(int(sum(matrix.column(question).values())), people) for question in matrix.questions]
    return Fraction(size, size - 1) * (1 - sum(p * (1 - p) for p in right) / spread)


@pytest.mark.parametrize("name", ["lsat", "fractions"])
def test_every_figure_is_what_plain_arithmetic_gives(name, request):
    matrix = request.getfixturevalue(name)
    rows = list(matrix.scores.values())
    for question in matrix.questions:
        figures = item_figures(matrix, question)
        own = [row[question] for row in rows]
        assert figures.n == len(rows)
        assert figures.facility == pytest.approx(statistics.fmean(own), abs=1e-12)
        assert figures.discrimination == pytest.approx(float(plain_discrimination(matrix, question)), abs=1e-12)
        assert figures.point_biserial == pytest.approx(
            statistics.correlation(own, [sum(row.values()) for row in rows]), abs=1e-9
        )
        assert figures.item_rest == pytest.approx(
            statistics.correlation(own, [sum(row.values()) - row[question] for row in rows]), abs=1e-9
        )
    assert cronbach_alpha(matrix)[0] == pytest.approx(float(plain_kr20(matrix)), abs=1e-12)


def test_the_order_of_rows_changes_no_figure(fractions):
    rows = list(fractions.scores.items())
    random.Random(7).shuffle(rows)
    mixed = Matrix(fractions.questions, dict(rows))
    for question in fractions.questions[:5]:
        assert item_figures(mixed, question) == item_figures(fractions, question)
    assert cronbach_alpha(mixed) == cronbach_alpha(fractions)


def test_learners_of_one_total_share_the_places_left():
    """10 learners: 3 places at each end. Two are strongest; three of the next total share one place."""
    totals = dict(zip("abcdefghij", (1.0, 1.0, 0.8, 0.8, 0.8, 0.5, 0.4, 0.2, 0.1, 0.0), strict=True))
    upper, lower = tails(totals)
    assert {key: round(part, 4) for key, part in upper.items()} == {
        "a": 1,
        "b": 1,
        "c": 0.3333,
        "d": 0.3333,
        "e": 0.3333,
    }
    assert lower == {"j": 1, "i": 1, "h": 1}
    assert tails({"a": 1.0}) == ({}, {})


def test_figures_that_cannot_be_computed_are_none():
    everybody_right = Matrix(("a", "b"), {str(n): {"a": 1.0, "b": 1.0} for n in range(5)})
    figures = item_figures(everybody_right, "a")
    assert (figures.facility, figures.discrimination, figures.point_biserial, figures.item_rest) == (
        1,
        None,
        None,
        None,
    )
    assert cronbach_alpha(everybody_right) == (None, 5)
    nobody = item_figures(Matrix(("a",), {}), "a")
    assert (nobody.n, nobody.facility, nobody.discrimination) == (0, None, None)
    alone = item_figures(Matrix(("a",), {"x": {"a": 1.0}, "y": {"a": 0.0}}), "a")
    assert (alone.item_rest, alone.point_biserial) == (None, 1.0)
    assert cronbach_alpha(Matrix(("a",), {"x": {"a": 1.0}, "y": {"a": 0.0}})) == (None, 2)
    assert correlation([]) is None


def test_questions_that_were_not_put_to_somebody_do_not_count_for_them():
    """Random draws: a total is the mean over what one was asked, and alpha reads only those asked everything."""
    matrix = Matrix(
        ("a", "b", "c"),
        {
            "w": {"a": 1.0, "b": 1.0},
            "x": {"b": 0.0, "c": 0.5},
            "y": {"a": 1.0, "b": 1.0, "c": 1.0},
            "z": {"a": 0.0, "b": 0.0, "c": 0.0},
        },
    )
    assert matrix.totals == {"w": 1.0, "x": 0.25, "y": 1.0, "z": 0.0}
    assert matrix.rests("a") == {"w": 1.0, "y": 1.0, "z": 0.0}
    assert (item_figures(matrix, "a").n, item_figures(matrix, "c").facility) == (3, 0.5)
    assert cronbach_alpha(matrix) == (1.5 * (1 - 3 * 0.25 / 2.25), 2)


def test_a_share_on_an_edge_belongs_to_the_part_above():
    assert histogram([0, 0.1, 0.3, 0.7, 0.999, 1]) == [1, 1, 0, 1, 0, 0, 0, 1, 0, 2]
    assert histogram([3 * 0.1, 1 / 3 + 2 / 3]) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert histogram([]) == [0] * 10
    assert histogram([-0.25, 1.25]) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


# What looks wrong -----------------------------------------------------------------------

OPTIONS = (("a", "A", True), ("b", "B", False), ("c", "C", False))


def class_of(size: int, answers) -> Matrix:
    """``size`` learners from the weakest to the strongest; ``answers(number)`` is the option each chose."""
    chosen = {str(number): {"q": frozenset({answers(number)})} for number in range(size)}
    others = [f"other {number}" for number in range(9)]
    scores = {
        key: {"q": float(found["q"] == {"a"}), **dict.fromkeys(others, int(key) / size)}
        for key, found in chosen.items()
    }
    return Matrix(("q", *others), scores, chosen)


def words(matrix: Matrix) -> list[str]:
    return [finding_words(finding) for finding in item_figures(matrix, "q", OPTIONS).findings]


def test_a_wrong_key_is_named():
    figures = item_figures(
        class_of(40, lambda number: "a" if number < 20 else ("b" if number % 2 else "c")), "q", OPTIONS
    )
    assert figures.findings[0] == Finding(Looks.REVERSED)
    assert finding_words(figures.findings[0]) == (
        "Fewer right answers among the strongest learners than among the weakest. Check the key."
    )
    assert (figures.discrimination, figures.rest_discrimination) == (-1, -1)


def test_a_wrong_key_of_a_short_test_is_named():
    """Two questions: who fell for the wrong key stands above, so that the index alone finds nothing."""
    scores = {str(n): {"q": float(n < 12), "other": float(n >= 12)} for n in range(30)}
    figures = item_figures(Matrix(("q", "other"), scores), "q")
    assert (figures.discrimination, figures.rest_discrimination, figures.item_rest) == (None, -1, pytest.approx(-1))
    assert figures.findings == (Finding(Looks.REVERSED),)


def test_a_wrong_option_that_draws_the_strongest_is_named():
    """The strongest quarter falls for B."""
    told = words(class_of(40, lambda number: "b" if number >= 30 else ("a" if number >= 10 else "c")))
    assert "“B” is wrong, and the strongest learners chose it more often than the weakest." in told
    assert not any("“C” is wrong" in sentence for sentence in told)


def test_a_wrong_option_that_few_chose_is_chance():
    told = words(class_of(40, lambda number: "b" if number >= 36 else ("a" if number >= 10 else "c")))
    assert told == []
    told = words(class_of(40, lambda number: "b" if number >= 35 else ("a" if number >= 10 else "c")))
    assert told == ["“B” is wrong, and the strongest learners chose it more often than the weakest."]


def test_a_reversal_by_chance_is_not_named():
    """100 learners, one other question: 30 of 50 who got that one are right here, and 33 of the 50 who did not."""
    scores = {}
    for number in range(100):
        is_strong, place = number < 50, number % 50
        scores[str(number)] = {"q": float(place < (30 if is_strong else 33)), "other": float(is_strong)}
    figures = item_figures(Matrix(("q", "other"), scores), "q")
    assert figures.rest_discrimination < 0
    assert round(figures.item_rest, 4) == -0.0621
    assert Finding(Looks.REVERSED) not in figures.findings


def test_an_option_nobody_chose_is_named():
    assert words(class_of(40, lambda number: "a" if number >= 15 else "b")) == ["Nobody chose “C”."]


@pytest.mark.parametrize(("saw_it", "told"), [(29, []), (30, ["Nobody chose “C”."])])
def test_an_option_that_was_added_later_is_named_once_enough_saw_it(saw_it, told):
    """Version 1 had no C; the last ``saw_it`` of 60 had version 2. Shares are of those who saw an option."""
    matrix = class_of(60, lambda number: "a" if number >= 25 else "b")
    versions = {str(number): {"q": 1 if number < 60 - saw_it else 2} for number in range(60)}
    shown = {1: frozenset("ab"), 2: frozenset("abc")}
    seen = Matrix(matrix.questions, matrix.scores, matrix.chosen, versions, shown)
    assert words(seen) == told
    options = item_figures(seen, "q", OPTIONS).options
    assert [(option.count, option.of, option.upper, option.lower) for option in options] == [
        (35, 60, 1, 0),
        (25, 60, 0, 1),
        (0, saw_it, 0, None),
    ]


def test_whose_first_choice_is_not_known_does_not_count_among_the_options():
    matrix = class_of(40, lambda number: "a" if number >= 10 else "b")
    chosen = {learner: row for learner, row in matrix.chosen.items() if int(learner) >= 10}
    figures = item_figures(Matrix(matrix.questions, matrix.scores, chosen), "q", OPTIONS)
    assert (figures.n, figures.facility) == (40, 0.75)
    assert [(option.count, option.of, option.lower) for option in figures.options] == [
        (30, 30, 1),
        (0, 30, 0),
        (0, 30, 0),
    ]


def test_almost_everybody_and_almost_nobody():
    assert words(class_of(100, lambda number: "abc"[max(0, 3 - number) % 3]))[0] == "Almost everybody is right."
    assert words(class_of(100, lambda number: "a" if number > 95 else "bc"[number % 2]))[0] == "Almost nobody is right."


def test_a_question_that_tells_nothing_is_named():
    told = words(class_of(60, lambda number: "aabc"[number % 4]))
    assert told == ["The strongest learners do hardly better here than the weakest."]


def test_a_good_question_is_not_named():
    assert words(class_of(60, lambda number: "a" if number >= 25 else "bc"[number % 2])) == []


def test_few_answers_say_nothing():
    backwards = lambda number: "a" if number < 9 else "b"  # noqa: E731
    assert words(class_of(19, backwards)) == []
    assert words(class_of(20, backwards)) == [
        "Fewer right answers among the strongest learners than among the weakest. Check the key."
    ]


def test_the_easy_first_question_of_the_lsat_is_weak(lsat):
    assert {question: item_figures(lsat, question).findings for question in lsat.questions} == {
        "i1": (Finding(Looks.WEAK),),
        "i2": (),
        "i3": (),
        "i4": (),
        "i5": (),
    }


def test_options_are_counted_for_each_end():
    figures = item_figures(class_of(40, lambda number: "a" if number >= 10 else "b"), "q", OPTIONS)
    assert [(option.key, option.count, option.upper, option.lower) for option in figures.options] == [
        ("a", 30, 1.0, pytest.approx(1 / 11)),
        ("b", 10, 0.0, pytest.approx(10 / 11)),
        ("c", 0, 0.0, 0.0),
    ]


@given(
    st.dictionaries(
        st.text("ab1", min_size=1, max_size=4),
        st.fixed_dictionaries({}, optional={key: st.sampled_from([0.0, 0.25, 0.5, 1.0]) for key in "abc"}),
        max_size=12,
    )
)
def test_figures_stay_within_bounds(scores):
    matrix = Matrix(("a", "b", "c"), scores)
    for question in matrix.questions:
        figures = item_figures(matrix, question)
        assert figures.facility is None or 0 <= figures.facility <= 1
        for figure in (figures.discrimination, figures.point_biserial, figures.item_rest):
            assert figure is None or -1 <= figure <= 1
    alpha, _people = cronbach_alpha(matrix)
    assert alpha is None or alpha <= 1
    assert sum(histogram(matrix.totals.values())) == sum(bool(row) for row in scores.values())

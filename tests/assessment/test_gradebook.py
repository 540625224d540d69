"""Grades add up as the tables computed by hand say, and what must always hold does."""

import csv
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.gradebook import Category, Grade, Item, Problem, Treatment, category_total, course_total
from lms_pages.grading import Aggregation

D = Decimal
# The items of Moodle's own example: A1 70 of 100, A2 20 of 80, A3 10 of 10, weighing 10, 5 and 3.
ITEMS = (
    Item("a1", "A1", D(100), D(10)),
    Item("a2", "A2", D(80), D(5)),
    Item("a3", "A3", D(10), D(3)),
)
GRADES = {"a1": Grade(D(70), D(100)), "a2": Grade(D(20), D(80)), "a3": Grade(D(10), D(10))}


def line(aggregation=Aggregation.MEAN, items=ITEMS, grades=GRADES, **rules):
    return category_total(Category("A", D(1), items, aggregation, **rules), grades)[0]


def treatments(found) -> dict[str, str]:
    return {entry.item.key: str(entry.treatment) for entry in found.lines}


@pytest.mark.parametrize(
    ("aggregation", "total"),
    [
        (Aggregation.MEAN, "0.6500"),  # (.7 + .25 + 1) / 3
        (Aggregation.WEIGHTED_MEAN, "0.6250"),  # (.7·10 + .25·5 + 1·3) / 18
        (Aggregation.SUM, "0.5263"),  # 100 / 190 = .52631…
        (Aggregation.HIGHEST, "1.0000"),
        (Aggregation.MEDIAN, "0.7000"),
    ],
)
def test_each_aggregation_by_hand(aggregation, total):
    assert line(aggregation).total == D(total)


@pytest.mark.parametrize(
    ("aggregation", "total"),
    [
        (Aggregation.MEAN, "0.8500"),  # (.7 + 1) / 2
        (Aggregation.WEIGHTED_MEAN, "0.7692"),  # (7 + 3) / 13 = .76923…
        (Aggregation.SUM, "0.7272"),  # 80 / 110 = .72727…, rounded down
        (Aggregation.HIGHEST, "1.0000"),
        (Aggregation.MEDIAN, "0.8500"),  # between .7 and 1
    ],
)
def test_each_aggregation_with_the_lowest_dropped(aggregation, total):
    found = line(aggregation, drop_lowest=1)
    assert found.total == D(total)
    assert treatments(found) == {"a1": "counted", "a2": "dropped", "a3": "counted"}


@pytest.mark.parametrize(
    ("aggregation", "as_zero", "left_out"),
    [
        (Aggregation.MEAN, "0.3166", "0.4750"),  # .95 / 3 and .95 / 2
        (Aggregation.WEIGHTED_MEAN, "0.4583", "0.5500"),  # 8.25 / 18 and 8.25 / 15
        (Aggregation.SUM, "0.4736", "0.5000"),  # 90 / 190 and 90 / 180
        (Aggregation.HIGHEST, "0.7000", "0.7000"),
        (Aggregation.MEDIAN, "0.2500", "0.4750"),
    ],
)
def test_an_empty_item_counts_zero_or_is_left_out(aggregation, as_zero, left_out):
    grades = {key: grade for key, grade in GRADES.items() if key != "a3"}
    zero, out = line(aggregation, grades=grades), line(aggregation, grades=grades, empty_counts_zero=False)
    assert (zero.total, out.total) == (D(as_zero), D(left_out))
    assert zero.lines[2].counts_zero
    assert zero.lines[2].share == 0
    assert not out.lines[2].counts_zero
    assert (out.lines[2].treatment, out.lines[2].share, out.lines[2].part) == (Treatment.LEFT_OUT, None, None)


def test_a_sum_says_its_points():
    found = line(Aggregation.SUM, drop_lowest=1)
    assert (found.points, found.max_points) == (D(80), D(110))
    assert line(Aggregation.MEAN).points is None


def test_parts_say_what_hangs_on_each_item():
    assert [entry.part for entry in line(Aggregation.WEIGHTED_MEAN).lines] == [D("0.5555"), D("0.2777"), D("0.1666")]
    assert [entry.part for entry in line(Aggregation.HIGHEST).lines] == [0, 0, 1]
    assert [entry.part for entry in line(Aggregation.MEAN, drop_lowest=1).lines] == [D("0.5"), None, D("0.5")]


def test_among_equals_the_later_one_is_dropped():
    grades = {key: Grade(D(1), D(2)) for key in ("a1", "a2", "a3")}
    assert treatments(line(grades=grades, drop_lowest=1)) == {"a1": "counted", "a2": "counted", "a3": "dropped"}
    assert treatments(line(grades=dict(reversed(grades.items())), drop_lowest=1))["a3"] == "dropped"


def test_one_item_always_counts():
    found = line(drop_lowest=7)
    assert treatments(found) == {"a1": "dropped", "a2": "dropped", "a3": "counted"}
    assert (found.total, found.dropped, found.could_not_drop) == (1, 2, 5)
    only = line(grades={"a2": GRADES["a2"]}, drop_lowest=2, empty_counts_zero=False)
    assert (only.total, only.dropped, only.could_not_drop) == (D("0.25"), 0, 2)


def test_expected_items_that_are_not_there_are_empty():
    found = line(expected=5)
    assert found.total == D("0.3900")  # 1.95 / 5
    assert [entry.is_missing for entry in found.lines] == [False, False, False, True, True]
    assert line(expected=5, drop_lowest=2).total == D("0.6500")
    assert line(expected=5, empty_counts_zero=False).total == D("0.6500")
    assert line(expected=2).total == D("0.6500")
    assert line(Aggregation.SUM, expected=5).total == D("0.5263")


def test_a_hidden_item_counts_for_nobody():
    hidden = (ITEMS[0], ITEMS[1], Item("a3", "A3", D(10), D(3), is_hidden=True))
    found = line(items=hidden, expected=3)
    assert found.total == D("0.4750")
    assert (found.lines[2].treatment, found.lines[2].part, found.lines[2].grade) == (
        Treatment.HIDDEN,
        None,
        GRADES["a3"],
    )


def test_a_hidden_grade_counts_for_its_learner_no_more():
    grades = GRADES | {"a3": Grade(D(10), D(10), is_hidden=True)}
    assert line(grades=grades).total == D("0.4750")


def test_points_beyond_the_bounds_count_as_none_and_as_all():
    grades = {"a1": Grade(D(-5), D(100)), "a2": Grade(D(90), D(80)), "a3": Grade(D(5), D(0))}
    found = line(grades=grades)
    assert [entry.share for entry in found.lines] == [0, 1, 0]
    assert found.total == D("0.3333")


def test_an_override_is_marked_and_counts():
    grades = GRADES | {"a2": Grade(D(80), D(80), is_override=True)}
    found = line(grades=grades)
    assert found.total == D("0.9000")
    assert [entry.grade.is_override for entry in found.lines] == [False, True, False]


def test_nothing_to_count_gives_no_total():
    for found in (line(items=()), line(grades={}, empty_counts_zero=False)):
        assert (found.total, found.problem, found.could_not_drop) == (None, Problem.NOTHING_COUNTS, 0)


def test_weights_of_items_that_add_up_to_zero_are_said():
    weightless = tuple(Item(item.key, item.name, item.max_score, D(0)) for item in ITEMS)
    found = line(Aggregation.WEIGHTED_MEAN, items=weightless)
    assert (found.total, found.problem) == (None, Problem.WEIGHTS_ADD_TO_ZERO)
    assert line(Aggregation.MEAN, items=weightless).total == D("0.6500")


def course(*categories, grades=GRADES, pass_mark=None):
    return course_total(categories=categories, grades=grades, pass_mark=pass_mark)


def one(name, weight, *keys, **rules):
    return Category(name, D(weight), tuple(item for item in ITEMS if item.key in keys), **rules)


def test_the_course_by_hand():
    found = course(one("Papers", ".3", "a1", "a2"), one("Exam", ".7", "a3"), pass_mark=D("0.8"))
    # .3 · (.7 + .25) / 2 + .7 · 1
    assert (found.total, found.passed, found.weights) == (D("0.8425"), True, D("1.0"))
    assert [(entry.part, entry.adds) for entry in found.lines] == [(D("0.3"), D("0.1425")), (D("0.7"), D("0.7"))]


def test_weights_need_not_add_up_to_one():
    found = course(one("Papers", "3", "a1", "a2"), one("Exam", "7", "a3"))
    assert (found.total, found.weights, found.passed) == (D("0.8425"), D(10), None)


def test_a_category_without_a_total_hands_its_weight_to_the_others():
    found = course(one("Papers", ".3", "a1", "a2"), one("Exam", ".7", "a3", empty_counts_zero=False), grades={})
    assert (found.total, found.lines[0].part, found.lines[1].part) == (D(0), D(1), None)
    assert found.lines[1].problem == Problem.NOTHING_COUNTS


def test_weights_of_categories_that_add_up_to_zero_are_said():
    found = course(one("Papers", "0", "a1"), one("Exam", "0", "a3"), pass_mark=D("0.6"))
    assert (found.total, found.passed, found.problem) == (None, None, Problem.WEIGHTS_ADD_TO_ZERO)
    assert [entry.total for entry in found.lines] == [D("0.7"), D(1)]
    assert course().problem == Problem.NOTHING_COUNTS


def test_a_pass_is_judged_before_rounding():
    thirds = tuple(Item(str(number), "") for number in range(3))
    grades = {"0": Grade(D(1), D(1)), "1": Grade(D(1), D(1))}
    found = course(Category("A", D(1), thirds), grades=grades, pass_mark=D("0.667"))
    assert (found.total, found.passed) == (D("0.6666"), False)
    # Two of three in two categories, one third and two thirds of the weight: exactly two thirds.
    halves = course(
        Category("A", D(1), thirds[:1]), Category("B", D(2), thirds[1:]), grades=grades, pass_mark=D("0.666")
    )
    assert (halves.total, halves.passed) == (D("0.6666"), True)
    exact = course(*[Category(str(n), D(1), (thirds[n],)) for n in (0, 1)], grades=grades, pass_mark=D(1))
    assert exact.passed is True


def oulad(shared_data, module, presentation) -> tuple[Category, ...]:
    """A course of the Open University, each type of assessment a category, weights of items as written there."""
    by_type: dict[str, list[Item]] = {}
    with (shared_data / "oulad" / "assessments.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if (row["code_module"], row["code_presentation"]) == (module, presentation):
                key = row["id_assessment"]
                by_type.setdefault(row["assessment_type"], []).append(Item(key, key, D(100), D(row["weight"])))
    return tuple(
        Category(name, sum(item.weight for item in items), tuple(items), Aggregation.WEIGHTED_MEAN)
        for name, items in by_type.items()
    )


def test_a_real_course_whose_coursework_weighs_nothing(shared_data):
    categories = oulad(shared_data, "GGG", "2013J")
    assert {category.name: category.weight for category in categories} == {"CMA": 0, "TMA": 0, "Exam": 100}
    everything = {item.key: Grade(D(80), D(100)) for category in categories for item in category.items}
    found = course(*categories, grades=everything, pass_mark=D("0.4"))
    assert {entry.category.name: (entry.total, entry.problem) for entry in found.lines} == {
        "CMA": (None, Problem.WEIGHTS_ADD_TO_ZERO),
        "TMA": (None, Problem.WEIGHTS_ADD_TO_ZERO),
        "Exam": (D("0.8"), None),
    }
    assert (found.total, found.passed) == (D("0.8"), True)
    coursework = [category for category in categories if category.name != "Exam"]
    assert course(*coursework, grades=everything).total is None


def test_a_real_course_whose_weights_count(shared_data):
    (papers,) = oulad(shared_data, "AAA", "2013J")[:1]
    assert [int(item.weight) for item in papers.items] == [10, 20, 20, 20, 30]
    grades = {item.key: Grade(D(score), D(100)) for item, score in zip(papers.items, (50, 60, 70, 80, 90), strict=True)}
    assert course(papers, grades=grades).total == D("0.7400")  # 5 + 12 + 14 + 16 + 27


# Lessons that are graded together ---------------------------------------------------------


def item(name, *parts: Item) -> Item:
    return Item(name, name, sum((part.max_score for part in parts if not part.is_hidden), D(0)), parts=parts)


def part(key, points, **extra) -> Item:
    return Item(key, key.upper(), D(points), **extra)


def got(**scores) -> dict[str, Grade]:
    """Scores as "got/of"."""
    return {key: Grade(*map(D, text.split("/"))) for key, text in scores.items()}


# Three subsections as Open edX would grade them: two units worth 3 and 1, one worth 4, two worth 2 and 6.
SUBSECTIONS = (
    item("One", part("a", 3), part("b", 1)),
    item("Two", part("c", 4)),
    item("Three", part("d", 2), part("e", 6)),
)
WORK = got(a="3/3", b="0/1", c="1/4", d="2/2", e="2/6")


def test_lessons_graded_together_add_their_points():
    found = line(items=SUBSECTIONS, grades=WORK)
    # 3 / 4, 1 / 4, 4 / 8; a mean of the five lessons would be (1 + 0 + .25 + 1 + .3333) / 5 = .5166.
    assert [entry.share for entry in found.lines] == [D("0.75"), D("0.25"), D("0.5")]
    assert [(entry.grade.score, entry.grade.max_score) for entry in found.lines] == [(3, 4), (1, 4), (4, 8)]
    assert found.total == D("0.5000")
    assert [[inner.share for inner in entry.parts] for entry in found.lines] == [[1, 0], [D("0.25")], [1, D("0.3333")]]


def test_they_are_dropped_as_one():
    found = line(items=SUBSECTIONS, grades=WORK, drop_lowest=1)
    assert treatments(found) == {"One": "counted", "Two": "dropped", "Three": "counted"}
    assert found.total == D("0.6250")  # (.75 + .5) / 2; dropping the weakest lesson, b, would give .6458
    found = line(items=SUBSECTIONS, grades=WORK, drop_lowest=2)
    assert treatments(found) == {"One": "counted", "Two": "dropped", "Three": "dropped"}
    assert found.total == D("0.7500")


def test_they_are_one_of_the_expected_items():
    found = line(items=SUBSECTIONS, grades=WORK, expected=4)
    assert [entry.is_missing for entry in found.lines] == [False, False, False, True]
    assert found.total == D("0.3750")  # 1.5 / 4


@pytest.mark.parametrize(
    ("aggregation", "total"),
    [
        (Aggregation.SUM, "0.5000"),  # 8 of 16 points
        (Aggregation.HIGHEST, "0.7500"),
        (Aggregation.MEDIAN, "0.5000"),
        (Aggregation.WEIGHTED_MEAN, "0.5000"),
    ],
)
def test_every_way_of_adding_up_takes_them_as_one(aggregation, total):
    assert line(aggregation, items=SUBSECTIONS, grades=WORK).total == D(total)


def test_a_lesson_not_done_is_zero_of_its_points_or_left_out():
    grades = got(a="2/3", e="3/6")
    zero = line(items=SUBSECTIONS, grades=grades)
    assert [entry.share for entry in zero.lines] == [D("0.5"), D(0), D("0.375")]  # 2 / 4, 0 / 4, 3 / 8
    assert zero.total == D("0.2916")
    assert [entry.counts_zero for entry in zero.lines] == [False, True, False]
    assert [inner.counts_zero for inner in zero.lines[0].parts] == [False, True]
    out = line(items=SUBSECTIONS, grades=grades, empty_counts_zero=False)
    assert [entry.share for entry in out.lines] == [D("0.6666"), None, D("0.5")]  # 2 / 3, none, 3 / 6
    assert [str(entry.treatment) for entry in out.lines] == ["counted", "left_out", "counted"]
    assert out.total == D("0.5833")
    assert line(Aggregation.SUM, items=SUBSECTIONS, grades=grades, empty_counts_zero=False).max_points == 9


def test_a_hidden_lesson_is_in_neither_sum_and_hides_the_item_only_with_all_the_others():
    one = item("One", part("a", 3, is_hidden=True), part("b", 1))
    found = line(items=(one, *SUBSECTIONS[1:]), grades=WORK)
    assert [entry.share for entry in found.lines] == [D(0), D("0.25"), D("0.5")]
    assert (found.lines[0].grade.score, found.lines[0].grade.max_score) == (0, 1)
    assert [str(inner.treatment) for inner in found.lines[0].parts] == ["hidden", "counted"]
    both = item("One", part("a", 3, is_hidden=True), part("b", 1, is_hidden=True))
    found = line(items=(both, *SUBSECTIONS[1:]), grades=WORK)
    assert (found.lines[0].treatment, found.lines[0].share, found.total) == (Treatment.HIDDEN, None, D("0.3750"))
    assert (found.lines[0].grade.score, found.lines[0].grade.max_score) == (3, 4)


def test_a_grade_out_of_other_points_weighs_what_its_lesson_does():
    grades = WORK | {"a": Grade(D(50), D(100), is_override=True)}
    entry = line(items=SUBSECTIONS, grades=grades).lines[0]
    assert (entry.grade.score, entry.grade.max_score, entry.share) == (D("1.5"), 4, D("0.375"))
    assert entry.grade.is_override


def test_lessons_worth_nothing_make_an_item_worth_nothing():
    found = line(items=(item("One", part("a", 0), part("b", 0)),), grades=got(a="1/1"))
    assert (found.lines[0].share, found.total) == (0, 0)


# What always holds ----------------------------------------------------------------------

scores = st.decimals(min_value=-10, max_value=120, places=2)
grades_of = st.dictionaries(st.sampled_from("abcdef"), scores.map(lambda score: Grade(score, D(100))))
weights = st.decimals(min_value=0, max_value=3, places=2)


@st.composite
def categories_of(draw):
    keys = draw(st.permutations("abcdef"))
    cut = draw(st.integers(0, 6))
    return tuple(
        Category(
            name,
            draw(weights),
            tuple(Item(key, key, D(100), draw(weights), draw(st.booleans())) for key in part),
            draw(st.sampled_from(Aggregation.values)),
            draw(st.integers(0, 4)),
            draw(st.booleans()),
            draw(st.integers(0, 5)),
        )
        for name, part in (("one", keys[:cut]), ("two", keys[cut:]))
    )


@given(categories_of(), grades_of)
def test_totals_stay_within_bounds(categories, grades):
    found = course_total(categories=categories, grades=grades)
    for entry in (found, *found.lines):
        assert entry.total is None or 0 <= entry.total <= 1
        assert (entry.total is None) == (entry.problem is not None)
    for entry in found.lines:
        assert entry.points is None or 0 <= entry.points <= entry.max_points
        parts = [inner.part for inner in entry.lines if inner.part is not None]
        assert not parts or D("0.9989") < sum(parts) <= 1


@st.composite
def grouped(draw, categories):
    """The same items, neighbors put together at random."""
    found = []
    for category in categories:
        items: list[list[Item]] = []
        for one in category.items:
            if items and draw(st.booleans()):
                items[-1].append(one)
            else:
                items.append([one])
        # A single lesson may be an item of its own name, too.
        made = tuple(
            item(f"as {n}", *parts) if draw(st.booleans()) or parts[1:] else parts[0] for n, parts in enumerate(items)
        )
        found.append(replace(category, items=made))
    return tuple(found)


grouped_categories = categories_of().flatmap(grouped)


@given(grouped_categories, grades_of)
def test_totals_of_grouped_lessons_stay_within_bounds(categories, grades):
    found = course_total(categories=categories, grades=grades)
    for entry in (found, *found.lines):
        assert entry.total is None or 0 <= entry.total <= 1
        assert (entry.total is None) == (entry.problem is not None)
    for entry in found.lines:
        assert entry.points is None or 0 <= entry.points <= entry.max_points
        for inner in entry.lines:
            assert inner.share is None or 0 <= inner.share <= 1
            assert inner.grade is None or 0 <= inner.grade.score <= inner.grade.max_score or not inner.parts


@given(categories_of(), st.data(), grades_of)
def test_grouping_changes_no_sum_of_points(categories, data, grades):
    """Points are points, however the lessons are put together, while nothing is dropped."""
    plain = tuple(replace(one, aggregation=Aggregation.SUM, drop_lowest=0) for one in categories)
    grown = data.draw(grouped(plain))
    before, after = (course_total(categories=some, grades=grades) for some in (plain, grown))
    assert (before.total, before.passed) == (after.total, after.passed)
    assert [(one.total, one.points, one.max_points) for one in before.lines] == [
        (one.total, one.points, one.max_points) for one in after.lines
    ]


@given(categories_of(), grades_of)
def test_an_item_of_one_lesson_counts_as_the_lesson_does(categories, grades):
    alone = tuple(
        replace(one, items=tuple(replace(item(one.key, one), weight=one.weight) for one in one.items))
        for one in categories
    )
    before, after = (course_total(categories=some, grades=grades) for some in (categories, alone))
    assert (before.total, before.weights) == (after.total, after.weights)
    for one, other in zip(before.lines, after.lines, strict=True):
        assert (one.total, one.problem, one.part, one.points) == (other.total, other.problem, other.part, other.points)
        assert [(a.treatment, a.share, a.part) for a in one.lines] == [
            (b.treatment, b.share, b.part) for b in other.lines
        ]


@given(grouped_categories, grades_of, grades_of)
def test_what_is_hidden_in_an_item_changes_no_total(categories, grades, others):
    lessons = [lesson for one in categories for entry in one.items for lesson in (entry.parts or (entry,))]
    hidden = {lesson.key for lesson in lessons if lesson.is_hidden}
    swapped = {key: grade for key, grade in grades.items() if key not in hidden}
    swapped |= {key: grade for key, grade in others.items() if key in hidden}
    before, after = (course_total(categories=categories, grades=some) for some in (grades, swapped))
    assert (before.total, [one.total for one in before.lines]) == (after.total, [one.total for one in after.lines])


@given(categories_of(), grades_of, st.randoms())
def test_the_order_of_grading_does_not_matter(categories, grades, random):
    shuffled = list(grades.items())
    random.shuffle(shuffled)
    assert course_total(categories=categories, grades=grades) == course_total(
        categories=categories, grades=dict(shuffled)
    )


@given(categories_of(), grades_of, grades_of)
def test_what_is_hidden_changes_no_total(categories, grades, others):
    """Whatever stands in hidden items, the totals of everybody are as if nothing stood there."""
    hidden = {item.key for category in categories for item in category.items if item.is_hidden}
    swapped = {key: grade for key, grade in grades.items() if key not in hidden}
    swapped |= {key: grade for key, grade in others.items() if key in hidden}
    before, after = (course_total(categories=categories, grades=some) for some in (grades, swapped))
    assert (before.total, [entry.total for entry in before.lines]) == (
        after.total,
        [entry.total for entry in after.lines],
    )


@given(categories_of(), grades_of, st.sampled_from("abcdef"))
def test_a_better_grade_never_lowers_a_mean_without_drops(categories, grades, key):
    plain = tuple(
        Category(one.name, one.weight, one.items, one.aggregation, 0, True, one.expected) for one in categories
    )
    better = grades | {key: Grade(D(100), D(100))}
    before, after = (course_total(categories=plain, grades=some) for some in (grades, better))
    assert before.total is None or after.total >= before.total

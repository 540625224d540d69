"""Grades added up: a category's items to its total, categories to the course's total, with every step as data.

Scores come in as Decimal and totals go out as Decimal. In between they are exact fractions, so that neither thirds nor
the order in which work was graded can move a total; what goes out is rounded down to four places and never into a pass.

A grade is first made a share of its item's points, 0 to 1 (Moodle: "normalization",
https://docs.moodle.org/en/Category_aggregation); negative marks count as 0, more than all points as 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from lms_pages.grading import Aggregation

PLACES = 4


@dataclass(frozen=True)
class Item:
    """Something graded. ``weight`` counts in a weighted mean only, ``max_score`` in a sum only.

    An item may be made of ``parts``: lessons that are graded together. Then grades are given to the parts, the parts
    say what is hidden, and ``max_score`` is what those that are not hidden are worth.
    """

    key: str
    name: str
    max_score: Decimal = Decimal(1)
    weight: Decimal = Decimal(1)
    is_hidden: bool = False
    parts: tuple["Item", ...] = ()

    @property
    def all_hidden(self) -> bool:
        return all(part.is_hidden for part in self.parts) if self.parts else self.is_hidden

    @property
    def first_key(self) -> str:
        """The key of the item's first lesson, or of the item where it is one lesson."""
        return self.parts[0].key if self.parts else self.key


@dataclass(frozen=True)
class Category:
    """Items that are graded together. ``expected`` items, where more than there are, are empty for everybody."""

    name: str
    weight: Decimal
    items: tuple[Item, ...] = ()
    aggregation: str = Aggregation.MEAN
    drop_lowest: int = 0
    empty_counts_zero: bool = True
    expected: int = 0


@dataclass(frozen=True)
class Grade:
    """What a learner got for an item. An override stands in place of what was earned; the caller has chosen."""

    score: Decimal
    max_score: Decimal
    is_override: bool = False
    is_hidden: bool = False


class Treatment(StrEnum):
    """What became of an item in its category's total."""

    COUNTED = "counted"
    DROPPED = "dropped"
    LEFT_OUT = "left_out"
    HIDDEN = "hidden"


class Problem(StrEnum):
    """Why there is no total."""

    NOTHING_COUNTS = "nothing_counts"
    WEIGHTS_ADD_TO_ZERO = "weights_add_to_zero"


@dataclass(frozen=True)
class ItemLine:
    """One item of one learner. ``share`` is None for an empty item that is left out and for a hidden one; ``part`` is
    how much of the category's total hangs on it, None where it does not count. The ``grade`` of an item with parts is
    their sum; each of ``parts`` is counted, left out or hidden within the item."""

    item: Item
    grade: Grade | None
    treatment: Treatment
    share: Decimal | None = None
    part: Decimal | None = None
    is_missing: bool = False
    parts: tuple["ItemLine", ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.grade is None

    @property
    def counts_zero(self) -> bool:
        """Empty, and counted as 0."""
        return self.is_empty and self.treatment == Treatment.COUNTED

    @property
    def possible(self) -> Decimal:
        """The points that what counts of the item is worth."""
        if not self.parts:
            return self.item.max_score
        return sum((line.item.max_score for line in self.parts if line.treatment == Treatment.COUNTED), Decimal(0))


@dataclass(frozen=True)
class CategoryLine:
    """One category of one learner. ``part`` is its weight as a share of the weights that count, ``adds`` is
    ``part`` × ``total``; both are None while the category has no total."""

    category: Category
    lines: tuple[ItemLine, ...]
    total: Decimal | None
    problem: Problem | None = None
    points: Decimal | None = None
    max_points: Decimal | None = None
    part: Decimal | None = None
    adds: Decimal | None = None

    @property
    def dropped(self) -> int:
        return sum(line.treatment == Treatment.DROPPED for line in self.lines)

    @property
    def could_not_drop(self) -> int:
        """How many fewer were dropped than the rule says, because one item always counts."""
        return self.category.drop_lowest - self.dropped if self.total is not None else 0


@dataclass(frozen=True)
class CourseTotal:
    """What one learner has in the course, 0 to 1. ``passed`` is None without a pass mark or without a total."""

    lines: tuple[CategoryLine, ...]
    total: Decimal | None
    passed: bool | None
    pass_mark: Decimal | None
    weights: Decimal
    problem: Problem | None = None


def course_total(
    *, categories: Sequence[Category], grades: Mapping[str, Grade], pass_mark: Decimal | None = None
) -> CourseTotal:
    """The total of one learner: Σ weight × category total / Σ weight, over the categories that have a total.

    Moodle's weighted mean of grades. Open edX adds weight × total without dividing (`xmodule.graders`,
    WeightedSubsectionsGrader), which is the same where weights add up to 1. Weights that add up to 0 give no total
    and the problem's name. Passed means at least ``pass_mark``, judged before rounding.
    """
    found = [(category, *category_total(category, grades)) for category in categories]
    weighed = [(Fraction(category.weight), share) for category, _line, share in found if share is not None]
    weights = sum((weight for weight, _share in weighed), Fraction(0))
    lines = []
    for category, line, share in found:
        if share is None or not weights:
            lines.append(line)
            continue
        part = Fraction(category.weight) / weights
        lines.append(replace(line, part=rounded(part), adds=rounded(part * share)))
    if not weights:
        problem = Problem.WEIGHTS_ADD_TO_ZERO if weighed else Problem.NOTHING_COUNTS
        return CourseTotal(tuple(lines), None, None, pass_mark, Decimal(0), problem)
    total = sum((weight * share for weight, share in weighed), Fraction(0)) / weights
    passed = None if pass_mark is None else total >= Fraction(pass_mark)
    written = sum((category.weight for category in categories), Decimal(0))
    return CourseTotal(tuple(lines), rounded(total), passed, pass_mark, written)


def category_total(category: Category, grades: Mapping[str, Grade]) -> tuple[CategoryLine, Fraction | None]:
    """A category of one learner as a line, and its exact total (None where nothing counts).

    - Hidden items count for nobody. A hidden item still fills one of the expected places.
    - Lessons that are graded together are one item, as `line_of_parts` adds them up: one place, dropped as a whole.
    - Empty items, and expected ones that are not there yet, count 0 or are left out, as the category says. Open edX
      counts 0 and fills up to the expected number (`xmodule.graders`, AssignmentFormatGrader, ``min_count``).
    - Of what is left the ``drop_lowest`` smallest shares are dropped, among equals the one that comes later in the
      course (as in Open edX), but one item always counts.
    - mean: Σ share / n. weighted mean: Σ weight × share / Σ weight. sum: Σ points / Σ points there are, and an
      expected item that is not there has no points yet. highest: the largest share. median: the middle share, or the
      mean of the two in the middle. All as in Moodle, which calls the sum "natural".
    """
    missing = [_missing(number) for number in range(max(category.expected - len(category.items), 0))]
    lines: list[ItemLine] = []
    shares: dict[int, Fraction] = {}
    for place, item in enumerate([*category.items, *missing]):
        line, share = item_line(item, grades, empty_counts_zero=category.empty_counts_zero)
        lines.append(replace(line, is_missing=True) if place >= len(category.items) else line)
        if share is not None:
            shares[place] = share
    by_share = sorted(shares, key=lambda place: (shares[place], -place))
    for place in by_share[: max(min(category.drop_lowest, len(shares) - 1), 0)]:
        del shares[place]
        lines[place] = replace(lines[place], treatment=Treatment.DROPPED)
    if not shares:
        return CategoryLine(category, tuple(lines), None, Problem.NOTHING_COUNTS), None
    weights = weights_of(category.aggregation, {place: lines[place] for place in shares}, shares)
    together = sum(weights.values(), Fraction(0))
    if not together:
        return CategoryLine(category, tuple(lines), None, Problem.WEIGHTS_ADD_TO_ZERO), None
    for place, weight in weights.items():
        lines[place] = replace(lines[place], part=part_of(weight, together))
    total = sum((weight * shares[place] for place, weight in weights.items() if weight), Fraction(0)) / together
    points = max_points = None
    if category.aggregation == Aggregation.SUM:
        points, max_points = rounded(total * together), rounded(together)
    return CategoryLine(category, tuple(lines), rounded(total), None, points, max_points), total


def item_line(item: Item, grades: Mapping[str, Grade], *, empty_counts_zero: bool) -> tuple[ItemLine, Fraction | None]:
    """An item of one learner before anything is dropped, and its exact share (None where it does not count)."""
    if item.parts:
        return line_of_parts(item, grades, empty_counts_zero=empty_counts_zero)
    grade = grades.get(item.key)
    if item.is_hidden or (grade is not None and grade.is_hidden):
        return ItemLine(item, grade, Treatment.HIDDEN), None
    if grade is None and not empty_counts_zero:
        return ItemLine(item, None, Treatment.LEFT_OUT), None
    share = share_of(grade) if grade is not None else Fraction(0)
    return ItemLine(item, grade, Treatment.COUNTED, share=rounded(share)), share


def line_of_parts(
    item: Item, grades: Mapping[str, Grade], *, empty_counts_zero: bool
) -> tuple[ItemLine, Fraction | None]:
    """An item that several lessons make up: Σ points / Σ points there are.

    That is how Open edX makes a subsection of its problems (`xmodule.graders`, aggregate_scores). A lesson's points are
    its share × the points it is worth, so that a grade out of other points weighs no more than the lesson does. Hidden
    lessons are in neither sum; empty ones are 0 of their points or left out, as the category says. The item is hidden
    when all its lessons are, and empty when none of those shown has a grade.
    """
    found = [item_line(part, grades, empty_counts_zero=empty_counts_zero) for part in item.parts]
    parts = tuple(line for line, _share in found)
    is_hidden = all(line.treatment == Treatment.HIDDEN for line in parts)
    if is_hidden:
        # Those who teach see what there is all the same.
        counted = [(line, share_of(line.grade) if line.grade else Fraction(0)) for line in parts]
    else:
        counted = [(line, share) for line, share in found if share is not None]
    got = sum((share * Fraction(line.item.max_score) for line, share in counted), Fraction(0))
    of = sum((line.item.max_score for line, _share in counted), Decimal(0))
    own = [line.grade for line, _share in counted if line.grade is not None]
    grade = Grade(rounded(got), of, is_override=any(one.is_override for one in own)) if own else None
    if is_hidden or not counted:
        treatment = Treatment.HIDDEN if is_hidden else Treatment.LEFT_OUT
        return ItemLine(item, grade, treatment, parts=parts), None
    share = got / Fraction(of) if of else Fraction(0)
    return ItemLine(item, grade, Treatment.COUNTED, share=rounded(share), parts=parts), share


def weights_of(aggregation: str, lines: Mapping[int, ItemLine], shares: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """What each counted item weighs in its category's total; 0 for those that a highest or a median passes over."""
    match aggregation:
        case Aggregation.WEIGHTED_MEAN:
            return {place: Fraction(line.item.weight) for place, line in lines.items()}
        case Aggregation.SUM:
            return {place: Fraction(line.possible) for place, line in lines.items()}
        case Aggregation.HIGHEST:
            best = max(shares, key=lambda place: (shares[place], -place))
            return {place: Fraction(place == best) for place in shares}
        case Aggregation.MEDIAN:
            ordered = sorted(shares, key=lambda place: (shares[place], place))
            middle = {ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]}
            return {place: Fraction(place in middle) for place in shares}
    return dict.fromkeys(shares, Fraction(1))


def share_of(grade: Grade) -> Fraction:
    """Score of points there are, from 0 to 1. A grade of no points is 0."""
    return bounded_share(grade.score, grade.max_score)


# A class has few different scores, and exact fractions are dear: these remember what they computed.
@lru_cache(maxsize=8192)
def bounded_share(score: Decimal, max_score: Decimal) -> Fraction:
    if max_score <= 0:
        return Fraction(0)
    return min(max(Fraction(score) / Fraction(max_score), Fraction(0)), Fraction(1))


@lru_cache(maxsize=8192)
def part_of(weight: Fraction, together: Fraction) -> Decimal:
    return rounded(weight / together)


@lru_cache(maxsize=8192)
def rounded(value: Fraction) -> Decimal:
    """``value``, which is not negative, rounded down to four places."""
    return Decimal(value.numerator * 10**PLACES // value.denominator).scaleb(-PLACES)


def _missing(number: int) -> Item:
    return Item(key=f"missing:{number}", name="", max_score=Decimal(0))

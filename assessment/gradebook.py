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
    """Something graded. ``weight`` counts in a weighted mean only, ``max_score`` in a sum only."""

    key: str
    name: str
    max_score: Decimal = Decimal(1)
    weight: Decimal = Decimal(1)
    is_hidden: bool = False


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
    how much of the category's total hangs on it, None where it does not count."""

    item: Item
    grade: Grade | None
    treatment: Treatment
    share: Decimal | None = None
    part: Decimal | None = None
    is_missing: bool = False

    @property
    def is_empty(self) -> bool:
        return self.grade is None

    @property
    def counts_zero(self) -> bool:
        """Empty, and counted as 0."""
        return self.is_empty and self.treatment == Treatment.COUNTED


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
    for item in [*category.items, *missing]:
        grade, place = grades.get(item.key), len(lines)
        is_missing = place >= len(category.items)
        if item.is_hidden or (grade is not None and grade.is_hidden):
            lines.append(ItemLine(item, grade, Treatment.HIDDEN))
        elif grade is None and not category.empty_counts_zero:
            lines.append(ItemLine(item, None, Treatment.LEFT_OUT, is_missing=is_missing))
        else:
            shares[place] = share_of(grade) if grade is not None else Fraction(0)
            lines.append(ItemLine(item, grade, Treatment.COUNTED, share=rounded(shares[place]), is_missing=is_missing))
    by_share = sorted(shares, key=lambda place: (shares[place], -place))
    for place in by_share[: max(min(category.drop_lowest, len(shares) - 1), 0)]:
        del shares[place]
        lines[place] = replace(lines[place], treatment=Treatment.DROPPED)
    if not shares:
        return CategoryLine(category, tuple(lines), None, Problem.NOTHING_COUNTS), None
    weights = weights_of(category.aggregation, {place: lines[place].item for place in shares}, shares)
    together = sum(weights.values(), Fraction(0))
    if not together:
        return CategoryLine(category, tuple(lines), None, Problem.WEIGHTS_ADD_TO_ZERO), None
    for place, weight in weights.items():
        lines[place] = replace(lines[place], part=part_of(weight, together))
    total = sum((weight * shares[place] for place, weight in weights.items() if weight), Fraction(0)) / together
    points = max_points = None
    if category.aggregation == Aggregation.SUM:
        possible = sum((Fraction(lines[place].item.max_score) for place in shares), Fraction(0))
        points, max_points = rounded(total * possible), rounded(possible)
    return CategoryLine(category, tuple(lines), rounded(total), None, points, max_points), total


def weights_of(aggregation: str, items: Mapping[int, Item], shares: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """What each counted item weighs in its category's total; 0 for those that a highest or a median passes over."""
    match aggregation:
        case Aggregation.WEIGHTED_MEAN:
            return {place: Fraction(item.weight) for place, item in items.items()}
        case Aggregation.SUM:
            return {place: Fraction(item.max_score) for place, item in items.items()}
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

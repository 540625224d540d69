"""How well questions measure: facility, discrimination, options, reliability, and what looks wrong, in words.

Everything is computed from an answer matrix: one row a learner, one score from 0 to 1 for each question, None where
the question was not put to that learner (a random draw). Correlations need roots, so these are floats; sums are
exactly rounded (`math.fsum`), so the order of the rows changes nothing. A learner's total is the mean over what was
put to them, which ranks and correlates as the sum does where everybody was asked everything.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from django.utils.translation import gettext as _

# Kelley (1939), "The selection of upper and lower groups for the validation of test items": 27 % at each end
# tells most under a normal distribution.
TAIL = 0.27
HISTOGRAM_BINS = 10

# When a question looks wrong. Fewer answers than these say nothing about it.
ENOUGH_ANSWERS = 20
ENOUGH_FOR_OPTIONS = 30
# Ebel and Frisbie (1991), Essentials of Educational Measurement: a discrimination of .20 is the least to keep.
LOW_DISCRIMINATION = 0.2
# Outside of these nearly everybody does the same, so that a low discrimination says nothing more.
VERY_EASY = 0.95
VERY_HARD = 0.1
# A wrong option is named when so many chose it, and it leads by more than this among the strongest.
OPTION_CHOSEN = 5
OPTION_LEAD = 0.1
# A reversal or a lead is named when chance alone would bring it about less than once in twenty (one-sided normal
# approximation): lessons of two or three questions rank people roughly.
NOT_BY_CHANCE = 1.645


class Looks(StrEnum):
    """What looks wrong about a question."""

    REVERSED = "reversed"
    WEAK = "weak"
    VERY_EASY = "very_easy"
    VERY_HARD = "very_hard"
    OPTION_UNUSED = "option_unused"
    OPTION_MISLEADS = "option_misleads"


@dataclass(frozen=True)
class Finding:
    looks: Looks
    option: str = ""


@dataclass(frozen=True)
class Option:
    """One option of a choice question: how many of those whom it was shown to chose it, and what share of the strongest
    and the weakest did, ranked by the other questions."""

    key: str
    label: str
    is_right: bool
    count: int
    of: int
    upper: float | None = None
    lower: float | None = None


@dataclass(frozen=True)
class ItemFigures:
    """One question. None stands where a figure cannot be computed, as a correlation where everybody was right.

    ``discrimination`` ranks learners by the whole test, as the index is defined; ``rest_discrimination`` by the other
    questions, because in a short test a wrong key lifts those who fell for it.
    """

    n: int
    facility: float | None
    discrimination: float | None
    rest_discrimination: float | None
    point_biserial: float | None
    item_rest: float | None
    options: tuple[Option, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Matrix:
    """``scores[learner][question]``, and for questions with options ``chosen[learner][question]``: what a learner chose
    at the first try, where that is known. ``versions[learner][question]`` is the version that was asked, and ``shown``
    names the options of each version; of one that is not named, all were shown."""

    questions: tuple[str, ...]
    scores: Mapping[str, Mapping[str, float]]
    chosen: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    versions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    shown: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def column(self, question: str) -> dict[str, float]:
        return {learner: row[question] for learner, row in self.scores.items() if question in row}

    @cached_property
    def sums(self) -> dict[str, float]:
        return {learner: math.fsum(row.values()) for learner, row in self.scores.items() if row}

    @cached_property
    def totals(self) -> dict[str, float]:
        return {learner: together / len(self.scores[learner]) for learner, together in self.sums.items()}

    def choices(self, question: str, option: str) -> dict[str, float]:
        """1 for each learner who chose ``option`` and 0 for each who did not, of those who could."""
        found = {}
        for learner, row in self.chosen.items():
            shown = self.shown.get(self.versions.get(learner, {}).get(question, 0))
            if question in row and (shown is None or option in shown):
                found[learner] = float(option in row[question])
        return found

    def rests(self, question: str) -> dict[str, float]:
        """Each learner's mean without ``question``; not for learners who were asked nothing else."""
        return {
            learner: (self.sums[learner] - row[question]) / (len(row) - 1)
            for learner, row in self.scores.items()
            if question in row and len(row) > 1
        }


def item_figures(matrix: Matrix, question: str, options: Iterable[tuple[str, str, bool]] = ()) -> ItemFigures:
    """Everything about one question; ``options`` are (id, label, is right), in the order they stand."""
    column = matrix.column(question)
    totals = {learner: total for learner, total in matrix.totals.items() if learner in column}
    rests = matrix.rests(question)
    upper, lower = tails(rests)
    counted = []
    for key, label, is_right in options:
        choices = matrix.choices(question, key)
        count = round(math.fsum(choices.values()))
        strong, weak = weighted_mean(choices, upper), weighted_mean(choices, lower)
        counted.append(Option(key, label, is_right, count, len(choices), strong, weak))
    figures = ItemFigures(
        n=len(column),
        facility=mean(column.values()),
        discrimination=discrimination(column, totals),
        rest_discrimination=discrimination(column, rests),
        point_biserial=correlation([(column[learner], total) for learner, total in totals.items()]),
        item_rest=correlation([(column[learner], rest) for learner, rest in rests.items()]),
        options=tuple(counted),
    )
    return replace(figures, findings=what_looks_wrong(figures))


def mean(values: Iterable[float]) -> float | None:
    """Facility is the mean score of a question; of right and wrong answers, the share that is right."""
    values = list(values)
    return math.fsum(values) / len(values) if values else None


def tails(totals: Mapping[str, float], share: float = TAIL) -> tuple[dict[str, float], dict[str, float]]:
    """The strongest and the weakest ``share`` of learners, each with how much of them belongs to the group.

    A group has max(1, round(share × n)) places. Learners with one total who do not all fit share the places left
    in equal parts, so that no order of rows decides who is in.
    """
    if len(totals) < 2:
        return {}, {}
    places = max(1, math.floor(share * len(totals) + 0.5))
    return _best(totals, places), _best({learner: -total for learner, total in totals.items()}, places)


def _best(totals: Mapping[str, float], places: int) -> dict[str, float]:
    by_total: dict[float, list[str]] = {}
    for learner, total in totals.items():
        by_total.setdefault(round(total, 9), []).append(learner)
    group: dict[str, float] = {}
    left: float = places
    for total in sorted(by_total, reverse=True):
        if left <= 0:
            break
        part = min(1.0, left / len(by_total[total]))
        group |= dict.fromkeys(by_total[total], part)
        left -= part * len(by_total[total])
    return group


def weighted_mean(values: Mapping[str, float], group: Mapping[str, float]) -> float | None:
    """The mean over those of ``group`` who have a value; None where nobody has."""
    parts = {learner: part for learner, part in group.items() if learner in values}
    together = math.fsum(parts.values())
    if not together:
        return None
    return math.fsum(values[learner] * part for learner, part in parts.items()) / together


def discrimination(column: Mapping[str, float], totals: Mapping[str, float]) -> float | None:
    """D = mean score of the strongest 27 % − mean score of the weakest 27 %, ranked by ``totals`` (Kelley 1939;
    Johnson 1951). From −1 to 1. None while all have one total."""
    if len(set(totals.values())) < 2:
        return None
    upper, lower = tails(totals)
    strong, weak = weighted_mean(column, upper), weighted_mean(column, lower)
    return None if strong is None or weak is None else strong - weak


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r = Σ(x−x̄)(y−ȳ) / √(Σ(x−x̄)² Σ(y−ȳ)²). With a score of 0 or 1 it is the point-biserial correlation
    (Lord and Novick 1968, section 15.5). With the rest of the test for y it is the corrected item-total correlation
    (Henrysson 1963), in which a question does not count for itself. None where one side does not vary."""
    if len(pairs) < 2:
        return None
    middle_x = math.fsum(x for x, _y in pairs) / len(pairs)
    middle_y = math.fsum(y for _x, y in pairs) / len(pairs)
    over_x = math.fsum((x - middle_x) ** 2 for x, _y in pairs)
    over_y = math.fsum((y - middle_y) ** 2 for _x, y in pairs)
    # Means of equal floats differ in the last place; what is smaller than that is no variance.
    if min(over_x, over_y) < 1e-12 * len(pairs):
        return None
    together = math.fsum((x - middle_x) * (y - middle_y) for x, y in pairs)
    return max(-1.0, min(1.0, together / math.sqrt(over_x * over_y)))


def variance(values: Iterable[float]) -> float:
    """Σ(x−x̄)² / n."""
    values = list(values)
    middle = math.fsum(values) / len(values)
    return math.fsum((value - middle) ** 2 for value in values) / len(values)


def cronbach_alpha(matrix: Matrix) -> tuple[float | None, int]:
    """α = k/(k−1) · (1 − Σ σ²ᵢ / σ²ₓ) (Cronbach 1951) over the learners who were asked every question, and their number.

    With scores of 0 and 1 only, σ²ᵢ = p·q and this is the formula 20 of Kuder and Richardson (1937). None with fewer
    than two questions or learners, or where all have one total.
    """
    size = len(matrix.questions)
    rows = [
        [row[question] for question in matrix.questions]
        for row in matrix.scores.values()
        if all(question in row for question in matrix.questions)
    ]
    if size < 2 or len(rows) < 2:
        return None, len(rows)
    whole = variance(math.fsum(row) for row in rows)
    if whole < 1e-12:
        return None, len(rows)
    items = math.fsum(variance(column) for column in zip(*rows, strict=True))
    return size / (size - 1) * (1 - items / whole), len(rows)


def histogram(shares: Iterable[float], bins: int = HISTOGRAM_BINS) -> list[int]:
    """How many totals lie in each of ``bins`` equal parts of 0 to 1; a lower edge belongs to its part, 1 to the last, and
    what lies outside to the nearest."""
    counts = [0] * bins
    for share in shares:
        counts[max(0, min(int(share * bins + 1e-9), bins - 1))] += 1
    return counts


def leads(option: Option) -> bool:
    """Whether more of the strongest than of the weakest chose an option, by more than chance brings about: the standard
    error of the difference of two shares is √(2 p (1 − p) / g) in groups of g with the mean share p."""
    if option.upper is None or option.lower is None:
        return False
    together = (option.upper + option.lower) / 2
    error = math.sqrt(2 * together * (1 - together) / max(1, round(TAIL * option.of)))
    return option.upper - option.lower > max(OPTION_LEAD, NOT_BY_CHANCE * error)


def what_looks_wrong(figures: ItemFigures) -> tuple[Finding, ...]:
    """What an author should look at, gravest first. Nothing is said on fewer than 20 answers, nor on an option that was
    shown to fewer than 30."""
    if figures.n < ENOUGH_ANSWERS or figures.facility is None:
        return ()
    found = []
    # The standard error of a correlation of nothing with nothing is 1 / √(n − 1).
    by_chance = NOT_BY_CHANCE / math.sqrt(figures.n - 1)
    if is_reversed := (figures.rest_discrimination or 0) < 0 and (figures.item_rest or 0) < -by_chance:
        found.append(Finding(Looks.REVERSED))
    options = [option for option in figures.options if option.of >= ENOUGH_FOR_OPTIONS]
    found += [
        Finding(Looks.OPTION_MISLEADS, option.label)
        for option in options
        if not option.is_right and option.count >= OPTION_CHOSEN and leads(option)
    ]
    if figures.facility > VERY_EASY:
        found.append(Finding(Looks.VERY_EASY))
    elif figures.facility < VERY_HARD:
        found.append(Finding(Looks.VERY_HARD))
    elif not is_reversed and figures.discrimination is not None and figures.discrimination < LOW_DISCRIMINATION:
        found.append(Finding(Looks.WEAK))
    found += [Finding(Looks.OPTION_UNUSED, option.label) for option in options if not option.count]
    return tuple(found)


def finding_words(finding: Finding) -> str:
    """What looks wrong, as a sentence for the author."""
    sentences = {
        Looks.REVERSED: _("Fewer right answers among the strongest learners than among the weakest. Check the key."),
        Looks.WEAK: _("The strongest learners do hardly better here than the weakest."),
        Looks.VERY_EASY: _("Almost everybody is right."),
        Looks.VERY_HARD: _("Almost nobody is right."),
        Looks.OPTION_UNUSED: _("Nobody chose “%(option)s”."),
        Looks.OPTION_MISLEADS: _(
            "“%(option)s” is wrong, and the strongest learners chose it more often than the weakest."
        ),
    }
    return sentences[finding.looks] % {"option": finding.option}

"""The rules of a quiz as one attempt is judged by them: pure, and kept with the attempt as they were when it began."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from lms_pages.models import FeedbackMode, KeptAttempt, Layout

# Shares and points are kept to four decimals.
PLACES = Decimal("0.0001")


class Rules(BaseModel):
    """What decides an attempt's points. Shares are 0 to 1, times in minutes; None stands for no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_limit: int | None = None
    pass_mark: Decimal | None = None
    feedback_mode: FeedbackMode = FeedbackMode.AT_THE_END
    penalty: Decimal = Decimal(0)
    negative_marks: bool = False
    layout: Layout = Layout.ALL


def rounded(value: Decimal) -> Decimal:
    return value.quantize(PLACES, rounding=ROUND_HALF_UP)


def earned(*, share: Decimal, points: Decimal, tries: int, rules: Rules) -> Decimal:
    """Points for one question: its share of ``points`` after what wrong tries cost, below 0 only where that is allowed.

    As in Moodle's "interactive with multiple tries": each try before the last takes `penalty` of the points.
    """
    if rules.feedback_mode == FeedbackMode.AGAIN and share > 0:
        share = max(share - rules.penalty * max(tries - 1, 0), Decimal(0))
    if not rules.negative_marks:
        share = max(share, Decimal(0))
    return rounded(share * points)


def total(points: list[Decimal]) -> Decimal:
    """The points of an attempt: a sum that never falls below 0."""
    return max(sum(points, Decimal(0)), Decimal(0))


def passes(*, score: Decimal, max_score: Decimal, pass_mark: Decimal | None) -> bool | None:
    """Whether ``score`` reaches the pass mark; None where there is none. Compared without rounding."""
    return None if pass_mark is None else score >= pass_mark * max_score


def deadline(
    *, started_at: datetime, time_limit: int | None, extra_minutes: int, closes_at: datetime | None
) -> datetime | None:
    """When an attempt ends by itself: its own time, or the closing of the quiz, whichever comes first."""
    ends = [closes_at] if closes_at else []
    if time_limit is not None:
        ends.append(started_at + timedelta(minutes=time_limit + extra_minutes))
    return min(ends, default=None)


def kept(scores: list[tuple[Decimal, Decimal]], which: str) -> tuple[Decimal, Decimal] | None:
    """The score and the points it is out of that count, from those of the graded attempts in order.

    ``which`` is best, last, first or average. Attempts may be out of different points, since each draws its own
    questions, so they are compared by their share; an average is a share of the last attempt's points.
    """
    if not scores:
        return None
    match which:
        case KeptAttempt.FIRST:
            return scores[0]
        case KeptAttempt.LAST:
            return scores[-1]
        case KeptAttempt.AVERAGE:
            mean = sum((score / of for score, of in scores), Decimal(0)) / len(scores)
            return rounded(mean * scores[-1][1]), scores[-1][1]
    return max(scores, key=lambda pair: pair[0] / pair[1])


def reading(rules: dict[str, Any]) -> Rules:
    """Stored rules, as they were written."""
    return Rules.model_validate(rules)


def points_words(points: Decimal | None) -> str:
    """ "1.5", "2": without zeros that say nothing."""
    return "" if points is None else f"{points.normalize():f}"

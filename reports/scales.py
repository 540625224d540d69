"""The scales of charts: round numbers along an axis, and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reports.columns import Type

MINUTE, HOUR = 60, 3600
# Steps of a clock; above, hours are counted like anything else.
CLOCK = (1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE)
MOST_STEPS = 4


@dataclass(frozen=True)
class Tick:
    value: float
    label: str


def ticks(low: float, high: float, kind: Type, steps: int = MOST_STEPS) -> tuple[Tick, ...]:
    """From at or below ``low`` to at or above ``high``, zero included, in at most that many even, round steps.

    Percentages between 0 and 100 always get the whole scale.
    """
    if kind == Type.PERCENT and low >= 0 and high <= 100:
        return tuple(Tick(value, tick_label(value, 25, kind)) for value in (0, 25, 50, 75, 100))
    low, high = min(low, 0), max(high, 0)
    step = nice_step(max(high, -low), kind, steps)
    first, last = floor(low / step), max(ceil(high / step), 1 if low == 0 else 0)
    return tuple(Tick(place * step, tick_label(place * step, step, kind)) for place in range(first, last + 1))


def nice_step(top: float, kind: Type, steps: int = MOST_STEPS) -> float:
    """The smallest round step that reaches ``top`` in ``steps``: 1, 2 or 5 times a power of ten, or one of the clock's.
    Whole for whole numbers."""
    if kind == Type.DURATION:
        found = next((step for step in CLOCK if top <= steps * step), None)
        return found or HOUR * nice_step(top / HOUR, Type.NUMBER, steps)
    if kind == Type.NUMBER:
        top = max(ceil(top), 1)
    if not top:
        return 1
    # Not by logarithms, which are off by one at powers of ten.
    unit: float = 1
    while kind != Type.NUMBER and top <= steps * unit / 2:
        unit /= 10
    while True:
        for step in (unit, 2 * unit, 5 * unit):
            if top <= steps * step * (1 + 1e-9):
                return step
        unit *= 10


def tick_label(value: float, step: float, kind: Type) -> str:
    """A tick in the fewest words: 1,500, 0.25, 50 %, 1 h 30 min."""
    if kind == Type.DURATION:
        return clock_label(round(value))
    digits = 0
    while digits < 6 and abs(step * 10**digits - round(step * 10**digits)) > 1e-6:
        digits += 1
    words = number_format(round(value, digits) + 0.0, decimal_pos=digits, force_grouping=True).replace("-", "−")
    return f"{words}\u00a0%" if kind == Type.PERCENT else words


def clock_label(seconds: int) -> str:
    if not seconds:
        return "0"
    sign = "−" if seconds < 0 else ""
    hours, rest = divmod(abs(seconds), HOUR)
    minutes, left = divmod(rest, MINUTE)
    parts: list[tuple[str, Any]] = [
        (_("%(n)s h"), number_format(hours, force_grouping=True) if hours else ""),
        (_("%(n)s min"), minutes or ""),
        (_("%(n)s s"), left or ""),
    ]
    said = " ".join(words % {"n": count} for words, count in parts if count)
    return sign + said.replace(" ", "\u00a0")


def bounds(values: Any, limit: float | None = None) -> tuple[float, float]:
    """The lowest and highest of ``values``, zero and ``limit`` included."""
    known = [value for value in values if value is not None]
    return min([0, *known]), max([0, *known, *([limit] if limit else [])])


def spread(heights: Sequence[float], gap: float, top: float = float("inf")) -> list[float]:
    """``heights`` moved as little as keeps them ``gap`` apart and below ``top``, in the order given."""
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    placed: dict[int, float] = {}
    free = float("-inf")
    for index in order:
        placed[index] = max(heights[index], free)
        free = placed[index] + gap
    for index in reversed(order):
        placed[index] = min(placed[index], top)
        top = placed[index] - gap
    return [placed[index] for index in range(len(heights))]

"""Scales: round numbers, the clock's own steps, and labels that keep apart."""

import pytest

from reports.columns import Type
from reports.scales import bounds, spread, ticks


def labels(low, high, kind) -> list[str]:
    return [tick.label for tick in ticks(low, high, kind)]


@pytest.mark.parametrize(
    ("low", "high", "kind", "found"),
    [
        (0, 0, Type.NUMBER, ["0", "1"]),
        (0, 3, Type.NUMBER, ["0", "1", "2", "3"]),
        (0, 5, Type.NUMBER, ["0", "2", "4", "6"]),
        (0, 44, Type.NUMBER, ["0", "20", "40", "60"]),
        (0, 1_234_567, Type.NUMBER, ["0", "500,000", "1,000,000", "1,500,000"]),
        (-12, 30, Type.NUMBER, ["−20", "−10", "0", "10", "20", "30"]),
        (-5, 0, Type.NUMBER, ["−6", "−4", "−2", "0"]),
        (0, 0.37, Type.DECIMAL, ["0.0", "0.1", "0.2", "0.3", "0.4"]),
        (0, 7.3, Type.DECIMAL, ["0", "2", "4", "6", "8"]),
        (0, 12, Type.PERCENT, ["0\u00a0%", "25\u00a0%", "50\u00a0%", "75\u00a0%", "100\u00a0%"]),
        (0, 130, Type.PERCENT, ["0\u00a0%", "50\u00a0%", "100\u00a0%", "150\u00a0%"]),
        (0, 50, Type.DURATION, ["0", "15\u00a0s", "30\u00a0s", "45\u00a0s", "1\u00a0min"]),
        (0, 5000, Type.DURATION, ["0", "30\u00a0min", "1\u00a0h", "1\u00a0h\u00a030\u00a0min"]),
        (0, 90_000, Type.DURATION, ["0", "10\u00a0h", "20\u00a0h", "30\u00a0h"]),
    ],
)
def test_ticks_are_round(low, high, kind, found):
    assert labels(low, high, kind) == found


def test_bounds_hold_zero_and_the_limit():
    assert bounds([3, None, 8]) == (0, 8)
    assert bounds([-3, None], 100) == (-3, 100)
    assert bounds([]) == (0, 0)


def test_labels_keep_apart():
    assert spread([10, 12, 80], 20) == [10, 30, 80]
    assert spread([12, 10], 20) == [30, 10]
    # Those that would leave the plot move down again.
    assert spread([90, 95, 99], 20, 100) == [60, 80, 100]

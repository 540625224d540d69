"""Histograms: round stretches, every value in exactly one, and the median."""

import pytest

from reports.columns import Type
from reports.histograms import edges_of, median
from reports.results import ResultColumn
from tests.factories.charts import COUNT, SCORE, draw, table


def test_percentages_lie_in_tens_and_a_hundred_in_the_last():
    chart = draw(
        "histogram", table(SCORE, rows=[(0.0,), (10.0,), (55.0,), (58.0,), (100.0,), (None,)]), measures=("score",)
    )
    assert chart.edges == tuple(range(0, 101, 10))
    assert chart.counts.values == (1, 1, 0, 0, 0, 2, 0, 0, 0, 1)
    assert (chart.middle, chart.middle_label) == (55.0, "median 55\u00a0%")
    assert (chart.axis, chart.unit) == ("Score", "rows")
    assert chart.places[5] == "50\u00a0% to 60\u00a0%"
    assert chart.note == "1 row without a value is not drawn."
    assert chart.description == (
        "Most, 2, lie at: 50\u00a0% to 60\u00a0%. Median: 55\u00a0%; lowest: 0\u00a0%; highest: 100\u00a0%."
    )


def test_few_whole_numbers_have_a_bar_each():
    tries = ResultColumn("tries", "Attempts", Type.NUMBER)
    chart = draw("histogram", table(tries, rows=[(1,), (1,), (3,)]), measures=("tries",))
    assert (chart.places, chart.counts.values) == (("1", "2", "3"), (2, 0, 1))
    assert chart.ticks == ((1.5, "1"), (2.5, "2"), (3.5, "3"))
    assert chart.middle == 1.5


def test_numbers_are_counted_by_another_number():
    tries = ResultColumn("tries", "Attempts", Type.NUMBER)
    chart = draw("histogram", table(tries, COUNT, rows=[(1, 30), (2, 10), (4, 2)]), by="tries", measures=(COUNT.name,))
    assert (chart.places, chart.counts.values) == (("1", "2", "3", "4"), (30, 10, 0, 2))
    assert (chart.axis, chart.unit, chart.middle_label) == ("Attempts", "Enrollments", "median 1")


@pytest.mark.parametrize(
    ("low", "high", "kind", "first", "last", "step"),
    [
        (0, 100, Type.NUMBER, 0, 110, 10),
        (-7, 95, Type.NUMBER, -20, 100, 20),
        (5, 5, Type.NUMBER, 5, 6, 1),
        (0.1, 0.9, Type.DECIMAL, 0.1, 1.0, 0.1),
        (2.5, 2.5, Type.DECIMAL, 2, 3, 1),
        (-10, 50, Type.PERCENT, -10, 60, 10),
        (30, 5400, Type.DURATION, 0, 6000, 600),
    ],
)
def test_edges_are_round_and_hold_all(low, high, kind, first, last, step):
    edges, found = edges_of(low, high, kind)
    assert (edges[0], edges[-1], found) == (first, last, step)
    assert edges[0] <= low
    assert edges[-1] > high


def test_the_median_counts_each_value_as_often_as_it_is_there():
    assert median([(3, 1), (1, 1), (2, 1)]) == 2
    assert median([(1, 1), (2, 1)]) == 1.5
    assert median([(1, 5), (100, 1)]) == 1

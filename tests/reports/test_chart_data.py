"""From tables to charts: every kind, and what odd data makes of it."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from reports.chart_data import chart_of
from reports.charts import BarChart, DonutChart, Heatmap, Histogram, LineChart, NumberChart
from reports.columns import Aggregation, Bucket, Type
from reports.figures import drawn
from reports.results import ResultColumn, Table
from reports.spec import ChartSpec
from tests.factories.charts import (
    BY_BOTH,
    BY_TEAM,
    BY_WEEK,
    COUNT,
    DONE,
    KINDS,
    ODD,
    RATE,
    SCORE,
    STATUS,
    TEAM,
    TIME,
    WEEK,
    WEEKS,
    charts,
    draw,
    odd,
    table,
)

SHAPES = {
    "bar": BarChart,
    "grouped": BarChart,
    "stacked": BarChart,
    "horizontal": BarChart,
    "line": LineChart,
    "area": LineChart,
    "donut": DonutChart,
    "histogram": Histogram,
    "heatmap": Heatmap,
    "number": NumberChart,
}


def test_every_kind_has_its_shape_and_its_words():
    found = charts()
    assert {kind: type(chart) for kind, chart in found.items()} == SHAPES
    assert all(chart.title and chart.description for chart in found.values())


# What each kind makes of plain data -------------------------------------------------


def test_bars():
    chart = draw("bar", BY_TEAM, by="team", measures=("records_count",))
    assert chart.title == "Enrollments by Team"
    assert chart.places == ("Sales", "IT", "Legal")
    (series,) = chart.series
    assert (series.values, series.labels, series.rows) == ((40, 20, 0), ("40", "20", "0"), (0, 1, 2))
    assert chart.description == "Sales: 40; IT: 20; Legal: 0."
    assert (chart.note, chart.limit, chart.is_horizontal) == ("", None, False)


def test_several_measures_are_several_series():
    chart = draw("grouped", BY_TEAM, by="team", measures=("records_count", "done_sum"))
    assert [(series.name, series.values) for series in chart.series] == [
        ("Enrollments", (40, 20, 0)),
        ("Completed", (10, 20, 0)),
    ]
    assert chart.description == "Enrollments: Sales: 40; IT: 20; Legal: 0. Completed: Sales: 10; IT: 20; Legal: 0."


def test_a_second_column_makes_series_and_what_was_not_counted_is_zero():
    chart = draw("stacked", BY_BOTH, by="team", measures=("records_count",))
    assert [(series.name, series.values, series.rows) for series in chart.series] == [
        ("Active", (30, 0), (0, None)),
        ("Completed", (10, 20), (1, 2)),
    ]
    assert (chart.is_stacked, chart.totals, chart.sums) == (True, ("40", "20"), [40, 20])


@pytest.mark.parametrize("kind", ["grouped", "line", "heatmap"])
def test_what_was_left_out_of_the_table_is_unknown_and_never_zero(kind):
    """The rows of IT that are active may be among the seven that were cut off."""
    chart = draw(kind, replace(BY_BOTH, total=10), by="team", measures=("records_count",))
    assert [series.values for series in chart.series] == [(30, None), (10, 20)]
    assert chart.series[0].labels == ("30", "–")
    assert chart.note == "Drawn from 3 of 10 rows."


def test_a_week_without_a_row_in_a_table_that_was_cut_is_unknown():
    weeks = table(WEEK, COUNT, rows=[(WEEKS[0], 9), (WEEKS[2], 8)], total=3)
    chart = draw("line", weeks, by="enrolled_week", measures=("records_count",))
    assert chart.series[0].values == (9, None, 8)


def test_an_average_of_nothing_is_unknown():
    rates = table(TEAM, STATUS, RATE, rows=[("Sales", "Active", 50.0), ("IT", "Completed", 75.0)])
    chart = draw("grouped", rates, by="team", measures=("rate",))
    assert [series.values for series in chart.series] == [(50.0, None), (None, 75.0)]
    assert chart.series[0].labels == ("50\u00a0%", "–")
    assert chart.limit == 100


def test_lines_run_through_time_and_the_running_week_says_so():
    rows = [(WEEKS[3], 7), (WEEKS[0], 3), (WEEKS[1], 5)]
    chart = draw("line", table(WEEK, COUNT, rows=rows), by="enrolled_week", measures=("records_count",))
    assert chart.title == "Enrollments by week"
    assert chart.ticks == ("2 Nov", "9 Nov", "16 Nov", "23 Nov")
    assert chart.places[0] == "Week of 2 November 2026"
    # The third week has no row: nobody enrolled.
    assert chart.series[0].values == (3, 5, 0, 7)
    assert chart.series[0].labels == ("3", "5", "0", "7 so far")
    assert chart.series[0].rows == (1, 2, None, 0)
    assert chart.is_running
    assert (
        chart.description
        == "Enrollments: from 3 at first to 7 so far at last; most, 7 so far, in: Week of 23 November 2026."
    )
    over = chart_of(ChartSpec(kind="line", by="enrolled_week", measures=("records_count",)), BY_WEEK)
    assert not over.is_running


def test_a_gap_in_an_average_stays_a_gap():
    rows = [(WEEKS[0], 30.0), (WEEKS[2], 50.0)]
    chart = draw("line", table(WEEK, RATE, rows=rows), by="enrolled_week", measures=("rate",))
    assert chart.series[0].values == (30.0, None, 50.0)
    assert chart.limit == 100


@pytest.mark.parametrize(
    ("bucket", "days", "names"),
    [
        (Bucket.DAY, ("2026-02-27", "2026-03-01"), ["27 Feb 2026", "28 Feb 2026", "1 Mar 2026"]),
        (Bucket.MONTH, ("2026-11-01", "2027-01-01"), ["November 2026", "December 2026", "January 2027"]),
        (Bucket.QUARTER, ("2026-07-01", "2027-01-01"), ["Q3 2026", "Q4 2026", "Q1 2027"]),
        (Bucket.YEAR, ("2024-01-01", "2026-01-01"), ["2024", "2025", "2026"]),
    ],
)
def test_stretches_without_a_row_are_there(bucket, days, names):
    column = ResultColumn("when", "When", Type.DATE, None, bucket)
    rows = [(dt.date.fromisoformat(day), 1) for day in days]
    chart = draw("bar", table(column, COUNT, rows=rows), by="when", measures=("records_count",))
    assert [name.removesuffix(" so far") for name in chart.places] == names
    assert chart.series[0].values == (1, 0, 1)


def test_days_that_were_not_cut_keep_their_distance():
    column = ResultColumn("due", "Due", Type.DATE)
    rows = [(dt.date(2026, 11, day), day) for day in (10, 1, 3)]
    chart = draw("line", table(column, DONE, rows=rows), by="due", measures=("done_sum",))
    assert chart.positions == (0, 2, 9)
    assert chart.series[0].values == (1, 3, 10)


def test_moments_are_shown_in_the_zone_of_the_report():
    column = ResultColumn("enrolled", "Enrolled", Type.DATETIME)
    late = dt.datetime(2026, 11, 25, 23, 30, tzinfo=dt.UTC)
    chart = draw("bar", table(column, DONE, rows=[(late, 1)]), by="enrolled", measures=("done_sum",))
    assert chart.places == ("26 Nov 2026, 00:30",)


def test_areas_stand_on_one_another():
    chart = draw("area", BY_WEEK, by="enrolled_week", measures=("records_count", "done_sum"))
    assert chart.is_area
    assert chart.heights == [(10, 20, 30, 40), (10, 21, 32, 43)]
    assert (chart.end(0), chart.end(1)) == (20, 41.5)


def test_a_donut_has_its_biggest_part_first_and_leaves_out_what_is_nothing():
    chart = draw("donut", BY_TEAM, by="team", measures=("records_count",))
    assert (chart.places, chart.parts.values, chart.whole) == (("Sales", "IT"), (40, 20), "60")
    assert chart.parts.labels == ("40 (67 %)", "20 (33 %)")
    assert chart.parts.rows == (0, 1)
    assert chart.description == "Sales: 40 (67 %); IT: 20 (33 %)"


def test_a_heatmap_has_a_row_for_each_series_and_round_shades():
    chart = draw("heatmap", BY_BOTH, by="team", measures=("records_count",))
    assert [(series.name, series.values) for series in chart.series] == [("Active", (30, 0)), ("Completed", (10, 20))]
    assert (chart.edges, chart.shades) == ((0, 10, 20, 30), ("0–9", "10–19", "20–30"))
    assert [chart.shade(value) for value in (0, 9, 10, 29, 30)] == [0, 0, 1, 2, 2]
    assert chart.description == "Highest: Active, Sales: 30."


@pytest.mark.parametrize(
    ("top", "shades"),
    [
        (10, ("0–1", "2–3", "4–5", "6–7", "8–10")),
        (5, ("1", "2", "3", "4–5")),
        (1500, ("0–499", "500–999", "1,000–1,500")),
    ],
)
def test_shades_are_several_and_no_whole_number_has_two(top, shades):
    columns = (ResultColumn("team", "Team"), ResultColumn("n", "Rows", Type.NUMBER, Aggregation.COUNT))
    chart = draw("heatmap", Table(columns, (("Sales", top), ("IT", 1)), 2), by="team", measures=("n",))
    assert chart.shades == shades


FAR_APART = {
    Bucket.DAY: (dt.date(1000, 1, 1), dt.date(9999, 12, 31)),
    Bucket.WEEK: (dt.date(1000, 1, 6), dt.date(9999, 12, 27)),
    Bucket.MONTH: (dt.date(1000, 1, 1), dt.date(9999, 12, 1)),
    Bucket.QUARTER: (dt.date(1000, 1, 1), dt.date(9999, 10, 1)),
    Bucket.YEAR: (dt.date(1000, 1, 1), dt.date(9999, 1, 1)),
}


@pytest.mark.parametrize("bucket", FAR_APART)
def test_dates_at_both_ends_of_the_calendar_are_two_places_and_not_millions(bucket):
    rows = list(zip(FAR_APART[bucket], (1, 2), strict=True))
    chart = draw(
        "line", table(replace(WEEK, bucket=bucket), COUNT, rows=rows), by="enrolled_week", measures=("records_count",)
    )
    assert chart.series[0].values == (1, 2)


@pytest.mark.parametrize("bucket", FAR_APART)
def test_the_last_days_there_are_can_be_drawn(bucket):
    rows = [(FAR_APART[bucket][1], 2)]
    chart = draw(
        "line", table(replace(WEEK, bucket=bucket), COUNT, rows=rows), by="enrolled_week", measures=("records_count",)
    )
    assert chart.series[0].values == (2,)


# Cutting ------------------------------------------------------------------------------


def sixty(kind: str, *, total: int | None = None):
    rows = [(f"Team {number}", 60 - number) for number in range(60)]
    return draw(kind, table(TEAM, COUNT, rows=rows, total=total), by="team", measures=("records_count",))


def test_sixty_places_are_twelve_and_the_chart_says_so():
    for kind in ("bar", "horizontal"):
        chart = sixty(kind)
        assert (len(chart.places), chart.places[-1]) == (12, "Team 11")
        assert chart.note == "Team: showing 12 of 60."
        assert chart.description == "highest: Team 0, 60; lowest: Team 11, 49."
    assert sixty("bar", total=211).note == "Drawn from 60 of 211 rows. Team: showing 12 of 60."


def test_sixty_parts_are_six_and_other():
    chart = sixty("donut")
    assert chart.places == (*(f"Team {number}" for number in range(6)), "Other (54)")
    assert sum(chart.parts.values) == sum(range(1, 61))
    assert chart.parts.rows[-1] is None
    assert chart.note == ""


def test_sixty_series_are_six_and_other_where_they_add_up():
    rows = [(day, f"Team {number}", number) for day in WEEKS for number in range(60)]
    given = table(WEEK, TEAM, COUNT, rows=rows)
    for kind in ("line", "area", "stacked"):
        chart = draw(kind, given, by="enrolled_week", measures=("records_count",))
        assert [series.name for series in chart.series] == [*(f"Team {n}" for n in range(54, 60)), "Other (54)"]
        assert chart.series[-1].values == (sum(range(54)),) * 4
        assert chart.note == ""


@pytest.mark.parametrize("kind", ["line", "area", "grouped", "stacked"])
def test_sixty_series_of_averages_are_six_and_the_chart_says_so(kind):
    rows = [(day, f"Team {number}", float(number)) for day in WEEKS for number in range(60)]
    chart = draw(kind, table(WEEK, TEAM, RATE, rows=rows), by="enrolled_week", measures=("rate",))
    assert [series.name for series in chart.series] == [f"Team {n}" for n in range(6)]
    assert chart.note.endswith("Showing 6 of 60 series.")


def test_of_sixty_weeks_the_newest_stay():
    days = [WEEKS[-1] - dt.timedelta(weeks=back) for back in range(60)]
    chart = draw("bar", table(WEEK, COUNT, rows=[(day, 1) for day in days]), by="enrolled_week", measures=(COUNT.name,))
    assert (len(chart.places), chart.ticks[-1]) == (31, "23\u00a0Nov so\u00a0far")
    assert chart.note == "Enrolled: showing 31 of 60."


def test_a_heatmap_cuts_both_ways():
    rows = [(f"Team {place}", f"Status {line}", 1) for place in range(20) for line in range(20)]
    chart = draw("heatmap", table(TEAM, STATUS, COUNT, rows=rows), by="team", measures=("records_count",))
    assert (len(chart.places), len(chart.series)) == (12, 12)
    assert chart.note == "Showing 12 of 20 series. Team: showing 12 of 20."


def test_measures_of_another_unit_are_left_to_the_table():
    given = table(TEAM, COUNT, RATE, rows=[("Sales", 4, 50.0)])
    chart = draw("grouped", given, by="team", measures=("records_count", "rate"))
    assert [series.name for series in chart.series] == ["Enrollments"]
    assert chart.note == "Not drawn, for it has another unit: Completion rate."


# Odd data -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_draw(kind):
    empty = table(TEAM, COUNT, RATE, rows=[])
    assert draw(kind, empty, by="team", measures=("records_count",)) is None
    if kind != "number":
        unknown = table(TEAM, STATUS, RATE, rows=[("Sales", "Active", None), ("IT", "Active", None)])
        assert draw(kind, unknown, by="team", measures=("rate",)) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ODD)
def test_odd_data_is_drawn_or_is_nothing(kind, name):
    chart = draw(kind, odd(name), by="team", measures=("done_sum",))
    if chart is None:
        assert kind == "donut"
        assert name == "all zero"
    else:
        assert chart.title == "Completed by Team"
        # Plain JSON, which has no word for what is no number.
        json.loads(json.dumps(drawn(chart), allow_nan=False))


def test_two_teams_of_one_name_stay_two():
    keys = [{"team": "a"}, {"team": "b"}]
    chart = draw(
        "bar", table(TEAM, COUNT, rows=[("Sales", 3), ("Sales", 4)], keys=keys), by="team", measures=(COUNT.name,)
    )
    assert (chart.places, chart.series[0].values) == (("Sales", "Sales"), (3, 4))


def test_single_rows_are_never_put_together():
    given = table(ResultColumn("person", "Person"), SCORE, rows=[("Ada", 50.0), ("Ada", 70.0)])
    chart = draw("bar", given, by="person", measures=("score",))
    assert chart.series[0].values == (50.0, 70.0)


def test_names_of_all_types():
    for column, value, name in [
        (ResultColumn("x", "X", Type.BOOLEAN), True, "yes"),
        (ResultColumn("x", "X", Type.BOOLEAN), False, "no"),
        (ResultColumn("x", "X", Type.REFERENCE), None, "none"),
        (ResultColumn("x", "X", Type.TEXT), "", "none"),
        (ResultColumn("x", "X", Type.NUMBER), 1234, "1,234"),
    ]:
        chart = draw("bar", table(column, COUNT, rows=[(value, 1)]), by="x", measures=("records_count",))
        assert chart.places == (name,)


def test_durations_are_in_words():
    chart = draw("horizontal", table(TEAM, TIME, rows=[("Sales", 5400), ("IT", 61)]), by="team", measures=(TIME.name,))
    assert chart.series[0].labels == ("1 h 30 min", "1 min 1 s")
    below = table(TEAM, replace(TIME, aggregation=Aggregation.SUM), rows=[("Sales", -90)])
    assert draw("bar", below, by="team", measures=(TIME.name,)).series[0].labels == ("−1 min 30 s",)


def test_what_has_no_date_is_counted_out():
    given = table(WEEK, COUNT, rows=[(WEEKS[0], 3), (None, 4)])
    chart = draw("line", given, by="enrolled_week", measures=("records_count",))
    assert chart.series[0].values == (3,)
    assert chart.note == "1 row without a date is not drawn."


def test_a_donut_of_what_has_no_whole_is_bars_and_says_so():
    rates = table(TEAM, RATE, rows=[("Sales", 50.0), ("IT", 75.0)])
    below = table(TEAM, DONE, rows=[("Sales", -1), ("IT", 2)])
    for given, measure in ((rates, "rate"), (below, "done_sum")):
        chart = draw("donut", given, by="team", measures=(measure,))
        assert isinstance(chart, BarChart)
        assert chart.is_horizontal
        assert chart.note == "Drawn as bars, for only what adds up and is above zero has parts of a whole."


def test_averages_are_never_stacked():
    rates = table(TEAM, STATUS, RATE, rows=[("Sales", "Active", 50.0), ("Sales", "Completed", 75.0)])
    bars, lines = (draw(kind, rates, by="team", measures=("rate",)) for kind in ("stacked", "area"))
    assert (bars.is_stacked, lines.is_area) == (False, False)
    assert bars.note == "Drawn side by side, for only what adds up and is above zero can be stacked."
    assert lines.note == "Drawn as lines, for only what adds up and is above zero can be stacked."


def test_percentages_of_a_change_have_no_end():
    chart = draw("horizontal", table(TEAM, RATE, rows=[("Sales", -5.0)]), by="team", measures=("rate",))
    assert chart.limit is None

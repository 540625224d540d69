"""Charts as Plotly JSON: labels, ticks, six lines and other, escaped names, both themes."""

import datetime as dt
import json

import pytest
from django.utils import translation

from reports.charts import Bar, BarChart, LineChart, Series
from reports.figures import capped, figure, nice_ticks, number, spread, template
from reports.tokens import DARK, LIGHT, MOST_SERIES

DAYS = tuple(dt.date(2026, 9, 7) + dt.timedelta(weeks=place) for place in range(12))


def line_chart(*series: tuple[str, tuple[int, ...]], days=DAYS) -> LineChart:
    return LineChart("By week", "per week", days, tuple(Series(name, values) for name, values in series))


TWO = line_chart(("Enrollments", tuple(range(21, 33))), ("Completions", (12,) * 12))
SHARES = BarChart("By course", "%", (Bar("Fire & <b>water</b>", 71, "37 of 52"), Bar("SQL", 0, "0 of 4")), limit=100)


def annotations(drawn) -> list[str]:
    return [entry["text"] for entry in drawn["layout"]["annotations"]]


def test_each_line_is_named_at_its_end_and_the_unit_stands_at_the_axis():
    drawn = figure(TWO, LIGHT, names=[f"Week {n}" for n in range(12)], is_running=True)
    first, second, unit = annotations(drawn)
    assert first == '<b><span style="color:#0a5f5b">●</span> Enrollments</b><br>32 so far'
    assert "Completions" in second
    assert "12 so far" in second
    assert unit == "per week"
    assert not template(LIGHT)["layout"]["showlegend"]


def test_a_running_week_is_dotted():
    whole, dotted, marks = figure(TWO, LIGHT, is_running=True)["data"][:3]
    assert (len(whole["x"]), dotted["x"], dotted["line"]["dash"]) == (11, [10, 11], "dot")
    assert marks["y"] == list(range(21, 33))
    assert [trace["mode"] for trace in figure(TWO, LIGHT)["data"]] == ["lines", "markers"] * 2


def test_marks_say_the_week_and_open_their_rows():
    drawn = figure(TWO, LIGHT, links=[[f"/a{n}" for n in range(12)], [f"/b{n}" for n in range(12)]], names=["w"] * 12)
    marks = [trace for trace in drawn["data"] if trace["mode"] == "markers"]
    assert marks[0]["text"][0] == "w<br>Enrollments: 21"
    assert (marks[0]["customdata"][3], marks[1]["customdata"][11]) == ("/a3", "/b11")


def test_at_most_four_dates_the_last_among_them():
    drawn = figure(TWO, LIGHT, ticks=[f"t{n}" for n in range(12)])
    assert drawn["layout"]["xaxis"]["ticktext"] == ["t2", "t5", "t8", "t11"]
    one = figure(line_chart(("Active", (3,)), days=DAYS[:1]), LIGHT, is_running=True)
    assert one["layout"]["xaxis"]["tickvals"] == [0]
    assert "3 so far" in annotations(one)[0]


def test_six_lines_and_other():
    eight = line_chart(*((f"Course {n}", (n,) * 12) for n in range(8)))
    cut = capped(eight)
    assert [series.name for series in cut.series] == [*(f"Course {n}" for n in range(2, 8)), "Other (2)"]
    assert cut.series[-1].values == (1,) * 12
    assert len(cut.series) == MOST_SERIES + 1
    assert figure(eight, LIGHT)["data"][-1]["marker"]["color"] == LIGHT.other
    assert capped(TWO) is TWO


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (5, [0, 2, 4, 6]),
        (44, [0, 20, 40, 60]),
        (1_234_567, [0, 500_000, 1_000_000, 1_500_000]),
    ],
)
def test_ticks_are_round_and_whole(top, ticks):
    assert nice_ticks(top) == ticks


def test_labels_keep_apart():
    assert spread([10, 12, 80], 20) == [10, 30, 80]
    assert spread([12, 10], 20) == [30, 10]


def test_a_label_at_zero_stands_above_the_dates():
    ends = figure(line_chart(("Enrollments", (1,) * 12), ("Completions", (0,) * 12)), LIGHT)["layout"]["annotations"]
    assert (ends[1]["yshift"], ends[0]["yshift"]) == (17, pytest.approx(224))


def test_bars_have_their_number_in_words_and_the_whole_behind():
    track, part, target = figure(SHARES, LIGHT, links=["/fire", "/sql"])["data"]
    assert (track["x"], part["x"]) == ([100, 100], [71, 0])
    assert target["customdata"] == ["/fire", "/sql"]
    assert annotations(figure(SHARES, LIGHT)) == [
        "Fire &amp; &lt;b&gt;water&lt;/b&gt;",
        "SQL",
        "37 of 52",
        "0 of 4",
        "%",
    ]


def test_counts_have_no_whole_behind_them():
    part, _target = figure(BarChart("Overdue", "people", (Bar("Sales", 4, "4"),)), LIGHT)["data"]
    assert part["marker"]["color"] == LIGHT.accent


def test_names_are_escaped_wherever_plotly_reads_html():
    evil = '<a href="javascript:alert(1)">x</a>'
    charts = (line_chart((evil, (1,) * 12)), BarChart("t", "u", (Bar(evil, 1, evil),)))
    for chart in charts:
        drawn = figure(chart, LIGHT, names=[evil] * 12)
        # The whole names for the browser's own cutting are data; it escapes them itself.
        drawn["layout"].pop("meta", None)
        assert "<a" not in json.dumps(drawn)


def test_both_themes_differ_and_are_plain_json():
    light, dark = figure(TWO, LIGHT), figure(TWO, DARK)
    assert json.loads(json.dumps(light)) == light
    assert light != dark
    assert template(LIGHT)["layout"]["colorway"] == list(LIGHT.series)
    assert template(DARK)["layout"]["font"]["color"] == DARK.quiet


def test_numbers_in_the_readers_language():
    assert number(1_234_567) == "1,234,567"
    with translation.override("de"):
        assert number(1_234_567) == "1.234.567"


def test_nothing_to_draw_is_still_a_figure():
    assert figure(line_chart(("None", ()), days=()), LIGHT)["layout"]["xaxis"]["tickvals"] == []
    assert figure(BarChart("t", "u", ()), LIGHT)["layout"]["meta"] == {"names": [], "labels": []}

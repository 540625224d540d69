"""Charts as Plotly JSON: the numbers and words of each kind, escaped names, narrow screens, both themes."""

import json
from dataclasses import replace

import pytest
from django.utils import translation

from reports.charts import BarChart, LineChart, Series
from reports.columns import Type
from reports.figures import drawn, figure, links_of, number, template
from reports.figures.bars import MOST_LABELED
from reports.tokens import DARK, LIGHT, contrast, words_on
from tests.factories.charts import BY_TEAM, COUNT, WEEK, WEEKS, charts, draw, table


def line_chart(*series: tuple[str, tuple[int, ...]], count: int = 12, is_running: bool = False) -> LineChart:
    def labels(values):
        return tuple(
            f"{value} so far" if is_running and x == count - 1 else str(value) for x, value in enumerate(values)
        )

    return LineChart(
        title="By week",
        unit="per week",
        places=tuple(f"Week {n}" for n in range(count)),
        ticks=tuple(f"t{n}" for n in range(count)),
        series=tuple(Series(name, values, labels(values)) for name, values in series),
        is_running=is_running,
    )


TWO = line_chart(("Enrollments", tuple(range(21, 33))), ("Completions", (12,) * 12), is_running=True)
SHARES = BarChart(
    title="By course",
    unit="%",
    type=Type.PERCENT,
    places=("Fire & <b>water</b>", "SQL"),
    series=(Series("Rate", (71, 0), ("37 of 52", "0 of 4")),),
    limit=100,
    is_horizontal=True,
)


def annotations(drawn) -> list[str]:
    return [entry["text"] for entry in drawn["layout"]["annotations"]]


def traces(drawn, **wanted):
    return [trace for trace in drawn["data"] if all(trace.get(key) == value for key, value in wanted.items())]


def test_each_kind_is_plain_json_with_the_one_template_and_no_legend_it_does_not_need():
    for kind, chart in charts().items():
        light = figure(chart, LIGHT)
        if kind == "number":
            assert light is None
            assert drawn(chart) is None
            continue
        assert json.loads(json.dumps(light, allow_nan=False)) == light
        assert light["layout"]["template"] == template(LIGHT)
        assert not template(LIGHT)["layout"]["showlegend"]
        assert light["layout"].get("showlegend", False) == (kind in ("grouped", "stacked")), kind
        assert drawn(chart)["dark"]["layout"]["template"] == template(DARK)
        assert all(
            trace["hovertemplate"].endswith("<extra></extra>") for trace in light["data"] if "hovertemplate" in trace
        )


# Lines --------------------------------------------------------------------------------


def test_each_line_is_named_at_its_end_and_the_unit_stands_at_the_axis():
    first, second, unit = annotations(figure(TWO, LIGHT))
    assert first == '<b><span style="color:#0a5f5b">●</span> Enrollments</b><br>32 so far'
    assert second == '<b><span style="color:#b8801c">■</span> Completions</b><br>12 so far'
    assert unit == "per week"


def test_on_a_narrow_screen_the_names_stand_above_the_lines():
    narrow = figure(TWO, LIGHT)["narrow"]
    assert annotations(narrow) == [
        "per week",
        '<b><span style="color:#0a5f5b">●</span> Enrollments</b> 32 so far',
        '<b><span style="color:#b8801c">■</span> Completions</b> 12 so far',
    ]
    assert [entry["yshift"] for entry in narrow["layout"]["annotations"]] == [6, 42, 24]
    assert "data" not in narrow
    assert narrow["below"] > 400


def test_a_running_week_is_dotted():
    found = figure(TWO, LIGHT)
    whole, dotted = traces(found, mode="lines", name="Enrollments")
    (marks,) = traces(found, mode="markers", name="Enrollments")
    assert (len(whole["x"]), dotted["x"], dotted["line"]["dash"]) == (11, [10, 11], "dot")
    assert marks["y"] == list(range(21, 33))
    assert marks["cliponaxis"] is False
    over = figure(replace(TWO, is_running=False), LIGHT)
    assert [trace["mode"] for trace in over["data"]] == ["lines", "lines", "markers", "markers"]


def test_marks_differ_by_more_than_color_say_the_week_and_open_their_rows():
    found = figure(TWO, LIGHT, links=[[f"/a{n}" for n in range(12)], [f"/b{n}" for n in range(12)]])
    marks = traces(found, mode="markers")
    assert [trace["marker"]["symbol"] for trace in marks] == ["circle", "square"]
    assert marks[0]["text"][0] == "Week 0<br>Enrollments: 21"
    assert (marks[0]["customdata"][3], marks[1]["customdata"][11]) == ("/a3", "/b11")


def test_at_most_four_dates_the_last_among_them():
    found = figure(TWO, LIGHT)
    assert found["layout"]["xaxis"]["ticktext"] == ["t2", "t5", "t8", "t11"]
    assert found["narrow"]["layout"]["xaxis"]["ticktext"] == ["t3", "t7", "t11"]
    one = figure(line_chart(("Active", (3,)), count=1, is_running=True), LIGHT)
    assert one["layout"]["xaxis"]["tickvals"] == [0]
    assert "3 so far" in annotations(one)[0]


def test_a_label_at_zero_stands_above_the_dates_and_one_at_the_top_below_the_edge():
    ends = figure(line_chart(("A", (1,) * 12), ("B", (0,) * 12)), LIGHT)["layout"]["annotations"]
    assert (ends[1]["yshift"], ends[0]["yshift"]) == (17, pytest.approx(215.4, abs=0.1))


def test_gaps_stay_gaps():
    chart = LineChart(title="t", places=("a", "b"), ticks=("a", "b"), series=(Series("s", (1, None), ("1", "–")),))
    assert traces(figure(chart, LIGHT), mode="lines")[0]["y"] == [1, None]
    assert "1" in annotations(figure(chart, LIGHT))[0]


def test_areas_stand_on_one_another_with_patterns():
    found = figure(charts()["area"], LIGHT)
    first, second = traces(found, mode="lines")
    assert (first["y"], first["fill"]) == ([10, 20, 30, 40], "tozeroy")
    assert (second["y"], second["fill"], second["fillpattern"]["shape"]) == ([10, 21, 32, 43], "tonexty", "/")
    # In the box stands what is there, not what it stands on.
    assert traces(found, mode="markers")[1]["text"][1] == "Week of 9 November 2026<br>Completed: 1"


def test_days_keep_their_distance():
    found = figure(replace(TWO, positions=tuple(n * n for n in range(12))), LIGHT)
    assert traces(found, mode="markers")[0]["x"][:4] == [0, 1, 4, 9]
    assert found["layout"]["xaxis"]["tickvals"][-1] == 121


# Bars ---------------------------------------------------------------------------------


def test_bars_have_their_number_in_words_and_the_whole_behind():
    track, part, target = figure(SHARES, LIGHT, links=[["/fire", "/sql"]])["data"]
    assert (track["x"], part["x"]) == ([100, 100], [71, 0])
    assert (target["customdata"], target["text"]) == (
        ["/fire", "/sql"],
        ["Fire &amp; &lt;b&gt;water&lt;/b&gt;<br>37 of 52", "SQL<br>0 of 4"],
    )
    assert annotations(figure(SHARES, LIGHT)) == [
        "Fire &amp; &lt;b&gt;water&lt;/b&gt;",
        "SQL",
        "37 of 52",
        "0 of 4",
        "%",
    ]
    assert figure(SHARES, LIGHT)["layout"]["meta"] == {
        "names": ["Fire & <b>water</b>", "SQL"],
        "labels": ["37 of 52", "0 of 4"],
        "share": 1,
    }


def test_counts_have_no_whole_behind_them():
    part, target = figure(replace(SHARES, limit=None), LIGHT)["data"]
    assert (part["marker"]["color"], part["x"]) == (LIGHT.accent, [71, 0])
    assert target["x"] == [71, 71]


def test_few_standing_bars_have_their_numbers_on_top_and_many_an_axis():
    few = figure(charts()["bar"], LIGHT)
    assert annotations(few) == ["40", "20", "0"]
    assert not few["layout"]["yaxis"]["visible"]
    assert few["layout"]["xaxis"]["ticktext"] == ["Sales", "IT", "Legal"]
    rows = [(WEEKS[0].replace(day=1 + place), 5) for place in range(MOST_LABELED + 1)]
    column = replace(WEEK, bucket="day")
    many = figure(draw("bar", table(column, COUNT, rows=rows), by="enrolled_week", measures=(COUNT.name,)), LIGHT)
    assert annotations(many) == []
    assert many["layout"]["yaxis"]["ticktext"] == ["0", "2", "4", "6"]


def test_standing_bars_lie_down_where_their_names_have_no_room():
    narrow = figure(charts()["bar"], LIGHT)["narrow"]
    assert narrow["below"] == 360
    assert traces(narrow, orientation="h")[0]["x"] == [40, 20, 0]
    assert annotations(narrow) == ["Sales", "IT", "Legal", "40", "20", "0"]


def test_series_stand_side_by_side_with_patterns_and_a_key():
    found = figure(charts()["grouped"], LIGHT)
    shown = [trace for trace in found["data"] if trace.get("showlegend", True)]
    assert [(trace["name"], trace["y"]) for trace in shown] == [
        ("Enrollments", [40, 20, 0]),
        ("Completed", [10, 20, 0]),
    ]
    assert [trace["marker"].get("pattern", {}).get("shape") for trace in shown] == [None, "/"]
    assert (shown[0]["offset"], shown[1]["offset"], shown[0]["width"]) == (-0.4, 0, pytest.approx(0.376))


def test_stacks_begin_where_those_below_end():
    found = figure(charts()["stacked"], LIGHT, links=links_of(charts()["stacked"], ["/0", "/1", "/2"]))
    first, second = found["data"]
    assert (first["y"], first["base"], first["customdata"]) == ([30, 0], [0, 0], ["/0", ""])
    assert (second["y"], second["base"], second["customdata"]) == ([10, 20], [30, 0], ["/1", "/2"])
    assert annotations(found) == ["40", "20"]


def test_bars_below_zero_start_from_a_line():
    chart = BarChart(title="t", places=("a", "b"), series=(Series("s", (-5, 10), ("−5", "10")),))
    standing, lying = figure(chart, LIGHT), figure(replace(chart, is_horizontal=True), LIGHT)
    assert standing["layout"]["yaxis"]["range"] == [-6.5, 11.5]
    assert [shape["y0"] for shape in standing["layout"]["shapes"]] == [0]
    assert standing["layout"]["annotations"][0]["yanchor"] == "top"
    assert lying["layout"]["xaxis"]["range"] == [-5, 10]
    assert len(lying["layout"]["shapes"]) == 2


# Others -------------------------------------------------------------------------------


def test_a_donut_has_its_parts_in_a_list():
    chart = charts()["donut"]
    found = figure(chart, LIGHT, links=links_of(chart, ["/sales", "/it", "/legal"]))
    (ring,) = found["data"]
    assert (ring["type"], ring["values"], ring["labels"]) == ("pie", [40, 20], ["Sales", "IT"])
    assert (ring["textinfo"], ring["customdata"]) == ("none", ["/sales", "/it"])
    assert ring["marker"]["pattern"]["shape"] == ["", "/"]
    assert annotations(found) == ["Sales", "IT", "40 (67 %)", "20 (33 %)", "■", "■", "<b>60</b>"]
    assert annotations(found["narrow"]) == annotations(found)


def test_a_histogram_has_its_edges_at_the_axis_and_a_line_at_the_median():
    found = figure(charts()["histogram"], LIGHT)
    bars, target = found["data"]
    assert (bars["x"][:3], bars["y"], set(bars["width"])) == ([0, 10, 20], [0, 0, 0, 0, 0, 2, 0, 1, 0, 1], {10})
    assert target["text"][5] == "50\u00a0% to 60\u00a0%<br>rows: 2"
    assert annotations(found) == ["median 64.8\u00a0%", "Score", "rows"]
    assert found["layout"]["shapes"][0]["x0"] == 64.75
    assert found["narrow"]["layout"]["xaxis"]["tickvals"] == [0, 30, 60, 90]


def test_a_heatmap_has_few_shades_and_words_that_can_be_read_on_them():
    chart = charts()["heatmap"]
    for palette in (LIGHT, DARK):
        found = figure(chart, palette, links=links_of(chart, ["/0", "/1", "/2"]))
        (cells,) = found["data"]
        shades = palette.shades(3)
        assert cells["text"] == ["30", "0", "10", "20"]
        assert cells["marker"]["color"] == [shades[2], shades[0], shades[1], shades[2]]
        assert cells["customdata"] == ["/0", "", "/1", "/2"]
        pairs = zip(cells["insidetextfont"]["color"], cells["marker"]["color"], strict=True)
        assert all(contrast(*pair) >= 4.5 for pair in pairs)
        assert annotations(found)[:2] == ["Active", "Completed"]
        assert found["narrow"]["layout"]["meta"]["names"] == ["Active", "Completed"]


def test_every_shade_carries_words():
    for palette in (LIGHT, DARK):
        for count in range(1, 9):
            assert all(contrast(words_on(color), color) >= 4.5 for color in palette.shades(count))


def test_what_is_not_known_has_no_shade():
    chart = replace(charts()["heatmap"], series=(Series("s", (None, 30), ("–", "30")),))
    assert figure(chart, LIGHT)["data"][0]["marker"]["color"][0] == LIGHT.paper


def test_rows_behind_numbers():
    assert links_of(charts()["number"], ["/0", "/1", "/2", "/3"]) == [["/2"]]
    assert links_of(charts()["histogram"], ["/0"]) == [[]]
    assert links_of(charts()["line"], ["/0", "/1", "/2", "/3"]) == [["/0", "/1", "/2", "/3"]] * 2


# Words --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in charts() if kind != "number"])
def test_names_are_escaped_wherever_plotly_reads_html(kind):
    evil = '<a href="javascript:alert(1)">x</a>'
    chart = charts()[kind]
    known = {entry: evil for entry in ("title", "unit", "axis", "whole", "middle_label") if hasattr(chart, entry)}
    for entry in ("places", "ticks", "totals", "shades"):
        if (given := getattr(chart, entry, None)) and kind != "histogram":
            known[entry] = (evil,) * len(given)

    def renamed(series):
        return replace(series, name=evil, labels=(evil,) * len(series.labels))

    if hasattr(chart, "series"):
        known["series"] = tuple(map(renamed, chart.series))
    for entry in ("parts", "counts"):
        if hasattr(chart, entry):
            known[entry] = renamed(getattr(chart, entry))
    found = figure(replace(chart, **known), LIGHT)
    # The whole names for the browser's own cutting are data; it escapes them itself.
    for one in (found, found.get("narrow", {"layout": {}})):
        one["layout"].pop("meta", None)
    assert "javascript" in json.dumps(found)
    assert "<a" not in json.dumps(found)


def test_both_themes_differ():
    assert figure(TWO, LIGHT) != figure(TWO, DARK)
    assert template(LIGHT)["layout"]["colorway"] == list(LIGHT.series)
    assert template(DARK)["layout"]["font"]["color"] == DARK.quiet


def test_numbers_in_the_readers_language():
    assert number(1_234_567) == "1,234,567"
    with translation.override("de"):
        assert number(1_234_567) == "1.234.567"
        chart = draw("bar", replace(BY_TEAM, rows=(("Sales", 1_234_567, 0),)), by="team", measures=(COUNT.name,))
        assert annotations(figure(chart, LIGHT)) == ["1.234.567"]


def test_nothing_to_draw_is_still_a_figure():
    assert figure(line_chart(("None", ()), count=0), LIGHT)["layout"]["xaxis"]["tickvals"] == []
    empty = BarChart(title="t", places=(), series=(Series("s", (), ()),), is_horizontal=True)
    assert figure(empty, LIGHT)["layout"]["meta"] == {"names": [], "labels": [], "share": 1}

"""Charts on paper: the same bytes twice, text that stays text, names that stay harmless."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from reports.charts import BarChart, LineChart, Series
from reports.paper_charts import draw_chart
from reports.paper_charts.sheet import keys, printable, shortened
from reports.tokens import LIGHT
from tests.factories.charts import DONE, KINDS, TEAM, charts, draw, odd, table


def words(svg: str) -> list[str]:
    """All words drawn, in order."""
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_drawn_the_same_twice_as_text_without_gradients(kind):
    chart = charts()[kind]
    drawn = draw_chart(chart)
    assert drawn == draw_chart(chart)
    assert drawn.startswith("<svg")
    assert drawn.endswith("</svg>")
    assert "Gradient" not in drawn
    assert "<metadata>" not in drawn
    assert "<image" not in drawn
    # No glyphs: what is written can be searched and read aloud.
    assert 'xlink:href="#DejaVu' not in drawn
    assert f"<title>{chart.title}</title><desc>" in drawn
    assert words(drawn)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("bar", ["Sales", "IT", "Legal", "40", "20", "0"]),
        ("grouped", ["Enrollments", "Completed", "Sales", "40", "10"]),
        ("stacked", ["Active", "Completed", "Sales", "IT", "40", "20"]),
        ("horizontal", ["Sales", "IT", "25\u00a0%", "100\u00a0%"]),
        ("line", ["2 Nov", "23 Nov", "0", "20", "40", "Enrollments", "40 so far", "Completed", "3 so far"]),
        ("area", ["2 Nov", "23 Nov", "Enrollments", "40 so far", "Completed", "3 so far"]),
        ("donut", ["60", "Sales", "40 (67 %)", "IT", "20 (33 %)"]),
        ("histogram", ["rows", "Score", "median 64.8\u00a0%", "0\u00a0%", "100\u00a0%"]),
        ("heatmap", ["0–9", "20–30", "Active", "Completed", "Sales", "IT", "30"]),
        ("number", ["Enrollments", "30", "Week of 16 November 2026: 10 more than before (20)"]),
    ],
)
def test_what_stands_on_each(kind, wanted):
    assert set(wanted) <= set(words(draw_chart(charts()[kind])))


def test_areas_differ_by_more_than_color():
    assert len(re.findall(r"<pattern ", draw_chart(charts()["stacked"]))) >= 1
    # One series needs no pattern.
    assert "<pattern " not in draw_chart(charts()["bar"])


def test_bars_are_as_long_as_their_numbers():
    drawn = draw_chart(charts()["horizontal"])
    paths = re.findall(rf'<path d="M ([\d.]+) [\d.]+ \nL ([\d.]+) [^"]*"[^>]*style="fill: {LIGHT.accent}"', drawn)
    quarter, whole = (float(right) - float(left) for left, right in paths)
    assert quarter / whole == pytest.approx(0.25, abs=0.001)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["one value", "below zero", "no name", "no number", "long and hostile names"])
def test_odd_data_is_drawn(kind, name):
    chart = draw(kind, odd(name), by="team", measures=("done_sum",))
    assert words(draw_chart(chart))


@pytest.mark.parametrize("kind", ["bar", "horizontal", "line", "donut", "heatmap"])
def test_markup_and_formulas_in_names_are_letters(kind):
    name = r"<b>&amp;</b> $x^2$ \g<9> \1 ]]>"
    drawn = draw_chart(draw(kind, table(TEAM, DONE, rows=[(name, 3), ("IT", 4)]), by="team", measures=("done_sum",)))
    assert "<b>" not in drawn
    if kind == "horizontal":
        assert name in words(drawn)


def test_backslashes_in_titles_are_drawn_as_they_are():
    name = r"C:\temp \g<9> \1"
    chart = BarChart(title=name, places=(name,), series=(Series("s", (1,), ("1",)),), description=name)
    escaped = r"C:\temp \g&lt;9&gt; \1"
    assert f"<title>{escaped}</title><desc>{escaped}</desc>" in draw_chart(chart)


def test_what_is_cut_is_said_aloud():
    chart = replace(charts()["bar"], description="Sales: 40.", note="Team: showing 12 of 60.")
    assert "<desc>Sales: 40. Team: showing 12 of 60.</desc>" in draw_chart(chart)


def test_naughty_strings_are_drawn(shared_data):
    path = shared_data / "hostile" / "blns" / "blns.json"
    if not path.is_file():
        pytest.skip("The list of naughty strings does not stand beside this checkout.")
    strings = [text for text in json.loads(path.read_text()) if text.strip()]
    assert len(strings) > 400
    for first in range(0, len(strings), 60):
        some = tuple(strings[first : first + 60])
        places = tuple(shortened(text, 30) for text in some)
        chart = BarChart(
            title=some[0],
            places=places,
            series=(Series("s", (1,) * len(some), ("1",) * len(some)),),
            description=" ".join(some),
            is_horizontal=True,
        )
        drawn = draw_chart(chart)
        assert drawn == draw_chart(chart)
        found = set(words(drawn))
        missing = [text for text in places if printable(text).strip() not in found]
        assert missing == []
        root = ElementTree.fromstring(drawn)
        assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_lines_have_gaps_and_names_at_their_ends():
    chart = LineChart(
        title="Active <learners>",
        unit="people",
        places=("a", "b", "c"),
        ticks=("a", "b", "c"),
        series=(Series("Active", (3, None, 9), ("3", "–", "9")), Series("New & back", (1, 2, 3), ("1", "2", "3"))),
    )
    drawn = draw_chart(chart)
    assert "<title>Active &lt;learners&gt;</title>" in drawn
    assert {"people", "Active", "9", "New & back", "3"} <= set(words(drawn))


def test_keys_break_into_lines():
    assert keys(["A", "B"]) == [(0, 0, "A"), (29.5, 0, "B")]
    assert [line for _left, line, _name in keys(["A long name of a series"] * 6)] == [0, 0, 0, 1, 1, 1]


def test_words_are_printable():
    assert printable("a\nb\tc\x00\x1b\ud800\ufffe") == "a b c"
    assert shortened("abcdef", 4) == "abc…"

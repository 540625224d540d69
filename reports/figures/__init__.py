"""Charts as Plotly figures: plain JSON in our own colors, with direct labels and words already in place.

A figure is ``{"data": …, "layout": …}``. Where a narrow screen needs another one, ``narrow`` holds it, with ``below``, the
width in pixels under which it is drawn, with data and template only where they differ. ``layout.meta.names`` are whole names for the browser to cut to the room there is.
"""

from collections.abc import Sequence
from typing import Any

from reports.charts import BarChart, Chart, DonutChart, Heatmap, Histogram, LineChart, NumberChart
from reports.figures.bars import bars
from reports.figures.donut import donut
from reports.figures.heatmap import heatmap
from reports.figures.histogram import histogram
from reports.figures.lines import lines
from reports.figures.look import Json, Links, number, template
from reports.tokens import DARK, LIGHT, Palette

__all__ = ["drawn", "figure", "links_of", "number", "template"]

DRAWN: dict[type, Any] = {
    BarChart: bars,
    LineChart: lines,
    DonutChart: donut,
    Histogram: histogram,
    Heatmap: heatmap,
}


def figure(chart: Chart, palette: Palette, *, links: Links = ()) -> Json | None:
    """``chart`` as Plotly draws it, or None where it is text alone. ``links`` are the addresses a mark opens, for each
    series one for each place."""
    draw = DRAWN.get(type(chart))
    if draw is None:
        return None
    found: Json = draw(chart, palette, links)
    found["layout"]["template"] = template(palette)
    return found


def drawn(chart: Chart, *, links: Links = ()) -> Json | None:
    """The figure in both themes."""
    light, dark = (figure(chart, palette, links=links) for palette in (LIGHT, DARK))
    return {"light": light, "dark": dark} if light else None


def links_of(chart: Chart, addresses: Sequence[str]) -> list[list[str]]:
    """``links`` for a chart made from a table whose rows open ``addresses``."""
    match chart:
        case BarChart() | LineChart() | Heatmap():
            series: Sequence[Any] = chart.series
        case DonutChart():
            series = [chart.parts]
        case Histogram():
            series = [chart.counts]
        case NumberChart():
            return [[addresses[entry.row] if entry.row is not None else "" for entry in chart.numbers]]
    return [[addresses[row] if row is not None else "" for row in line.rows] for line in series]

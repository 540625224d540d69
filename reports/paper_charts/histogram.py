"""Histograms on paper: bars without gaps over an axis of what is measured, and a line at the median."""

from typing import Any

from reports.charts import Histogram
from reports.columns import Type
from reports.paper_charts.bars import point, scale
from reports.paper_charts.sheet import LETTER, LINE, SMALL, WIDTH, Sheet, head, printable
from reports.scales import ticks
from reports.tokens import LIGHT

HEIGHT = 165.0


def histogram(chart: Histogram) -> Any:
    found = ticks(0, max((value or 0 for value in chart.counts.values), default=0), Type.NUMBER)
    top, below = 2 * LINE + 6, 2 * LINE + 8
    sheet = Sheet(top + HEIGHT + below)
    head(sheet, chart.unit, ())
    axes = sheet.axes(8 + LETTER * max(len(tick.label) for tick in found), top, 14, below)
    widths = [high - low for low, high in zip(chart.edges, chart.edges[1:], strict=False)]
    axes.bar(
        chart.edges[:-1],
        [value or 0 for value in chart.counts.values],
        width=widths,
        align="edge",
        color=LIGHT.accent,
        edgecolor="#ffffff",
        linewidth=1,
    )
    scale(axes, found)
    first, last = chart.edges[0], chart.edges[-1]
    axes.axvline(chart.middle, color=LIGHT.ink, linewidth=1, linestyle=(0, (4, 3)))
    right = chart.middle > (first + last) / 2
    at = (chart.middle, found[-1].value)
    point(axes, chart.middle_label, at, (-4 if right else 4, 4), ha="right" if right else "left", color=LIGHT.ink)
    axes.set_xlim(first, last)
    axes.set_xticks([value for value, _label in chart.ticks], [label for _value, label in chart.ticks], size=SMALL)
    axes.axhline(0, color=LIGHT.line, linewidth=0.7)
    sheet.text(WIDTH - 14, top + HEIGHT + below - 6, printable(chart.axis), ha="right")
    return sheet.figure

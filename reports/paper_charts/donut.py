"""Donuts on paper: the ring, and its parts in a list beside it."""

from typing import Any

from reports.charts import DonutChart
from reports.paper_charts.sheet import SIZE, WIDTH, Sheet, fill, shortened
from reports.tokens import LIGHT

RING, ROW = 130.0, 17.0
LIST = 170.0


def donut(chart: DonutChart) -> Any:
    count = len(chart.places)
    height = max(RING, ROW * count) + 8
    sheet = Sheet(height)
    middle = height / 2
    axes = sheet.axes(8, middle - RING / 2, WIDTH - 8 - RING, middle - RING / 2)
    wedges, *_texts = axes.pie(
        chart.parts.values,
        startangle=90,
        counterclock=False,
        radius=1,
        wedgeprops={"width": 0.34, "linewidth": 0},
    )
    for place, wedge in enumerate(wedges):
        look = fill(place)
        wedge.set_facecolor(look["facecolor"])
        if "hatch" in look:
            wedge.set_hatch(look["hatch"])
            wedge.set_edgecolor(look["edgecolor"])
    axes.set_xlim(-1, 1)
    axes.set_ylim(-1, 1)
    size = 15 if len(chart.whole) < 8 else 9
    sheet.text(8 + RING / 2, middle, chart.whole, ha="center", color=LIGHT.ink, size=size, weight="bold")
    for place, (name, label) in enumerate(zip(chart.places, chart.parts.labels, strict=True)):
        down = middle + (place - (count - 1) / 2) * ROW
        sheet.box(LIST, down, **fill(place))
        sheet.text(LIST + 14, down, shortened(name, 48), color=LIGHT.ink, size=SIZE)
        sheet.text(WIDTH, down, label, ha="right", size=SIZE)
    return sheet.figure

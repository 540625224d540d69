"""Heatmaps on paper: a grid in a few shades, each cell with its number where there is room."""

from textwrap import wrap
from typing import Any

from reports.charts import Heatmap
from reports.paper_charts.bars import some
from reports.paper_charts.sheet import LETTER, LINE, SMALL, WIDTH, Sheet, printable, shortened
from reports.tokens import LIGHT, words_on

NAMES, ROW = 130.0, 20.0
BELOW = 28.0


def heatmap(chart: Heatmap) -> Any:
    from matplotlib.patches import Rectangle

    shades = LIGHT.shades(len(chart.shades))
    count, rows = max(len(chart.places), 1), max(len(chart.series), 1)
    top = LINE * (2 if chart.unit else 1) + 6
    sheet = Sheet(top + ROW * rows + BELOW)
    if chart.unit:
        sheet.text(0, LINE / 2, chart.unit)
    left = 0.0
    for color, words in zip(shades, chart.shades, strict=True):
        sheet.box(left, top - LINE, facecolor=color)
        sheet.text(left + 11, top - LINE, words)
        left += 11 + LETTER * len(words) + 14
    axes = sheet.axes(NAMES, top, 0, BELOW)
    room = max(int((WIDTH - NAMES) / count / LETTER), 4)
    widest = max((len(label) for series in chart.series for label in series.labels), default=0)
    for line, series in enumerate(chart.series):
        sheet.text(0, top + ROW * (line + 0.5), shortened(series.name, int(NAMES / LETTER) - 1), color=LIGHT.ink)
        for place, (value, label) in enumerate(zip(series.values, series.labels, strict=True)):
            # What is not known has no shade.
            color = LIGHT.paper if value is None else shades[chart.shade(value)]
            axes.add_patch(
                Rectangle(
                    (place - 0.475, line + 0.04), 0.95, 0.92, facecolor=color, edgecolor=LIGHT.line, linewidth=0.3
                )
            )
            if widest <= room:
                axes.text(place, line + 0.5, label, ha="center", va="center", size=SMALL, color=words_on(color))
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(rows, 0)
    letters = max(room - 2, 4) if chart.ticks == chart.places else 10
    names = [
        "\n".join(shortened(printable(part), letters) for part in wrap(tick, letters, break_long_words=False)[:2])
        for tick in chart.ticks
    ]
    # Every other place has its name below it; those in time need not.
    shown = some(chart.ticks) if chart.ticks != chart.places else list(range(len(names)))
    axes.set_xticks(shown, [names[place] for place in shown], size=SMALL)
    return sheet.figure

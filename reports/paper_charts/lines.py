"""Lines and areas on paper, each named at its end."""

from typing import Any

from reports.charts import LineChart
from reports.paper_charts.bars import scale, some
from reports.paper_charts.sheet import (
    HATCHES,
    LETTER,
    LINE,
    MARKERS,
    SMALL,
    WIDTH,
    Sheet,
    fill,
    head,
    printable,
    shortened,
)
from reports.scales import bounds, spread, ticks
from reports.tokens import LIGHT, MOST_SERIES

HEIGHT = 175.0
NAME = 24
MOST_TALL = 4


def lines(chart: LineChart) -> Any:
    drawn = chart.heights
    found = ticks(*bounds((value for line in drawn for value in line), chart.limit), chart.type)
    tall = len(chart.series) <= MOST_TALL
    ends = [(shortened(line.name, NAME), line.labels[line.last]) for line in chart.series if line.values]
    letters = max(
        (max(len(name), len(label)) if tall else len(name) + len(label) + 1 for name, label in ends), default=0
    )
    left, right = 8 + LETTER * max(len(tick.label) for tick in found), 20 + (LETTER + 0.3) * letters
    top = LINE + 4 if chart.unit else 6
    sheet = Sheet(top + HEIGHT + 18)
    head(sheet, chart.unit, ())
    axes = sheet.axes(left, top, right, 18)
    positions = list(chart.positions or range(len(chart.places)))
    for place, _series in enumerate(chart.series):
        values = [float("nan") if value is None else value for value in drawn[place]]
        look = {"color": LIGHT.of(place), "linewidth": 1.6, "solid_capstyle": "round"}
        if chart.is_area:
            below = drawn[place - 1] if place else [0] * len(values)
            hatch = HATCHES[min(place, MOST_SERIES)] if len(chart.series) > 1 else ""
            axes.fill_between(
                positions,
                [value or 0 for value in below],
                values,
                facecolor=LIGHT.of(place),
                alpha=0.16 if len(chart.series) == 1 else 0.7,
                linewidth=0,
                **({"hatch": hatch, "edgecolor": "#ffffff"} if hatch else {}),
            )
        # The last stretch is dotted where that week or month is not over.
        whole = len(values) - (chart.is_running and len(values) > 1 and not chart.is_area)
        axes.plot(positions[:whole], values[:whole], **look)
        if whole < len(values):
            axes.plot(positions[-2:], values[-2:], **look, linestyle=(0, (1, 1.5)))
        if len(values) <= 40 and not chart.is_area:
            axes.plot(
                positions,
                values,
                linestyle="",
                marker=MARKERS[min(place, MOST_SERIES)],
                markersize=3.4,
                color=look["color"],
            )
    scale(axes, found)
    axes.axhline(0, color=LIGHT.quiet if found[0].value < 0 else LIGHT.line, linewidth=0.7)
    if positions:
        air = (positions[-1] - positions[0]) * 0.015 or 0.3
        axes.set_xlim(positions[0] - air, positions[-1] + air)
    shown = some(chart.ticks)
    axes.set_xticks([positions[x] for x in shown], [printable(chart.ticks[x]) for x in shown], size=SMALL)
    beside(sheet, chart, ends, found, top=top, right=right, tall=tall)
    return sheet.figure


def beside(sheet: Sheet, chart: LineChart, ends: Any, found: Any, *, top: float, right: float, tall: bool) -> None:
    """The names at the ends of their lines, apart from one another."""
    low, high = found[0].value, found[-1].value
    step = 2 * LINE if tall else LINE
    at = []
    for place, series in enumerate(chart.series):
        if not series.values:
            continue
        at.append(max((chart.end(place) - low) / (high - low) * HEIGHT, step / 2 - 2))
    left = WIDTH - right + 8
    for place, (height, (name, label)) in enumerate(zip(spread(at, step, HEIGHT), ends, strict=True)):
        down = top + HEIGHT - height
        at = down - (LINE / 2 - 1 if tall else 0)
        if chart.is_area:
            sheet.box(left, at, **fill(place))
        else:
            sheet.mark(left, at, place)
        if tall:
            sheet.text(left + 11, down - LINE / 2 + 1, name, color=LIGHT.ink, weight="bold")
            sheet.text(left + 11, down + LINE / 2 - 1, label)
        else:
            sheet.text(left + 11, down, f"{name} {label}", color=LIGHT.ink)

"""Bars on paper: lying beside their names, or standing over them."""

from textwrap import wrap
from typing import Any

from reports.charts import BarChart
from reports.paper_charts.sheet import LETTER, LINE, SMALL, WIDTH, Sheet, fill, head, head_height, printable, shortened
from reports.scales import bounds, ticks
from reports.tokens import LIGHT

NAMES = 168.0
ROW, OF_SEVERAL = 21.0, 12.0
HEIGHT = 190.0
MOST_LABELED = 12
# Letters of a number in words.
LABEL = 36
MOST_TICKS = 8
TICK = 9


def bars(chart: BarChart) -> Any:
    if chart.is_horizontal or not stands(chart):
        return lying(chart)
    return standing(chart)


def stands(chart: BarChart) -> bool:
    """Whether the names have room below bars that stand."""
    return bool(chart.ticks) or all(
        len(wrap(name, letters(chart))) <= 3 and max(map(len, name.split()), default=0) <= letters(chart)
        for name in chart.places
    )


def letters(chart: BarChart) -> int:
    return max(int(WIDTH / max(len(chart.places), 1) / LETTER) - 1, 4)


def extent(chart: BarChart) -> tuple[float, float]:
    if chart.is_stacked:
        low, high = 0.0, max(chart.sums, default=0)
    else:
        low, high = bounds((value for line in chart.series for value in line.values), chart.limit)
    return low, high or (0 if low else 1)


def look(chart: BarChart, line: int) -> dict[str, Any]:
    return fill(line) if len(chart.series) > 1 else {"facecolor": LIGHT.accent}


def lying(chart: BarChart) -> Any:
    several = len(chart.series) > 1 and not chart.is_stacked
    names = [series.name for series in chart.series]
    row = OF_SEVERAL * len(chart.series) + 9 if several else ROW
    top = head_height(chart.unit, names)
    sheet = Sheet(top + row * max(len(chart.places), 1) + 2)
    head(sheet, chart.unit, names)
    labels = list(chart.totals) if chart.is_stacked else [label for line in chart.series for label in line.labels]
    widest = max((len(shortened(label, LABEL)) for label in labels), default=0)
    axes = sheet.axes(NAMES, top, 12 + LETTER * widest, 2)
    low, high = extent(chart)
    thick = OF_SEVERAL * 0.82 / row if several else 0.58
    starts = [0.0] * len(chart.places)
    for line, series in enumerate(chart.series):
        offset = (line - (len(chart.series) - 1) / 2) * OF_SEVERAL / row if several else 0
        at = [place + offset for place in range(len(chart.places))]
        values = [value or 0 for value in series.values]
        if chart.limit and not chart.is_stacked:
            axes.barh(at, [chart.limit] * len(at), height=thick, color=LIGHT.line, alpha=0.55, linewidth=0)
        axes.barh(at, values, left=starts, height=thick, linewidth=0, **look(chart, line))
        if chart.is_stacked:
            starts = [start + value for start, value in zip(starts, values, strict=True)]
            continue
        for y, value, label in zip(at, values, series.labels, strict=True):
            # Beside the whole where there is one, else at the end of the bar.
            end = chart.limit if chart.limit and not several else max(value, 0)
            point(axes, shortened(label, LABEL), (end, y), (4, 0), ha="left", va="center")
    if chart.is_stacked:
        for place, label in enumerate(chart.totals):
            point(axes, label, (starts[place], place), (4, 0), ha="left", va="center")
    for place, name in enumerate(chart.places):
        words = shortened(name, int((NAMES - 8) / LETTER))
        point(axes, words, (low, place), (-8, 0), ha="right", va="center", color=LIGHT.ink)
    if low < 0:
        axes.axvline(0, color=LIGHT.quiet, linewidth=0.7)
    axes.set_xlim(low, high)
    axes.set_ylim(max(len(chart.places), 1) - 0.5, -0.5)
    return sheet.figure


def point(axes: Any, words: str, at: tuple[float, float], shift: tuple[float, float], **more: Any) -> None:
    axes.annotate(
        printable(words),
        at,
        xytext=shift,
        textcoords="offset points",
        annotation_clip=False,
        **{"size": SMALL, **more},
    )


def standing(chart: BarChart) -> Any:
    several = len(chart.series) > 1 and not chart.is_stacked
    names = [series.name for series in chart.series]
    count = len(chart.places)
    labeled = count * (len(chart.series) if several else 1) <= MOST_LABELED
    low, high = extent(chart)
    found = ticks(low, high, chart.type)
    top = head_height(chart.unit, names) + (10 if labeled else 2)
    below = [wrap(name, TICK if chart.ticks else letters(chart)) for name in chart.ticks or chart.places]
    lines = max(map(len, below), default=1)
    sheet = Sheet(top + HEIGHT + LINE * lines)
    head(sheet, chart.unit, names)
    left = 0 if labeled else 8 + LETTER * max(len(tick.label) for tick in found)
    axes = sheet.axes(left, top, 0, LINE * lines + 6)
    thick = 0.8 / len(chart.series) if several else 0.62 if count < 8 else 0.76
    starts = [0.0] * count
    for line, series in enumerate(chart.series):
        at = [place + (-0.4 + thick * (line + 0.5) if several else 0) for place in range(count)]
        values = [value or 0 for value in series.values]
        width = thick * (0.94 if several else 1)
        if chart.limit and labeled and not chart.is_stacked:
            axes.bar(at, [chart.limit] * count, width=width, color=LIGHT.line, alpha=0.55, linewidth=0)
        axes.bar(at, values, bottom=starts, width=width, linewidth=0, **look(chart, line))
        if chart.is_stacked:
            starts = [start + value for start, value in zip(starts, values, strict=True)]
        elif labeled:
            for x, value, label in zip(at, values, series.labels, strict=True):
                end(axes, x, value, label)
    if chart.is_stacked and labeled:
        for place, label in enumerate(chart.totals):
            end(axes, place, starts[place], label)
    if labeled:
        # Numbers below the bars stay clear of the names.
        axes.set_ylim(low - (high - low) * 0.08 if low < 0 else 0, high)
    else:
        scale(axes, found)
    axes.axhline(0, color=LIGHT.quiet if low < 0 else LIGHT.line, linewidth=0.7)
    axes.set_xlim(-0.5, count - 0.5)
    shown = some(chart.ticks) if chart.ticks else list(range(count))
    words = ["\n".join(map(printable, below[place])) for place in shown]
    axes.set_xticks(shown, words, color=LIGHT.quiet, size=SMALL)
    return sheet.figure


def end(axes: Any, x: float, value: float, label: str) -> None:
    below = value < 0
    point(
        axes, label, (x, value), (0, -2 if below else 2), ha="center", va="top" if below else "bottom", color=LIGHT.ink
    )


def scale(axes: Any, found: Any) -> None:
    """Round numbers along the left, each with its line."""
    axes.set_ylim(found[0].value, found[-1].value)
    axes.set_yticks([tick.value for tick in found], [tick.label for tick in found], size=SMALL)
    axes.grid(axis="y", color=LIGHT.line, linewidth=0.6)
    axes.set_axisbelow(True)


def some(labels: tuple[str, ...]) -> list[int]:
    """Places evenly apart, the last one among them, few enough to be named."""
    every = max(1, -(-len(labels) // MOST_TICKS))
    return list(range(len(labels) - 1, -1, -every))[::-1]

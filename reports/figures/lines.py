"""Lines and areas as Plotly figures, each named at its end."""

from collections.abc import Sequence
from typing import Any

from reports.charts import LineChart
from reports.figures.look import (
    CLEAR,
    LINE,
    MOST_TICKS,
    PATTERNS,
    SIGNS,
    SYMBOLS,
    TOP,
    Json,
    Links,
    annotation,
    corner,
    hover,
    link,
    room,
    scale,
    shortened,
    some,
    text,
    tint,
    unit,
)
from reports.scales import bounds, spread, ticks
from reports.tokens import MOST_SERIES, Palette

HEIGHT = 280
NARROW = 400
# Letters of a name at the end of its line, and labels that have room for a second line.
NAME = 22
MOST_TALL = 4
# More points than these are no longer marked one by one.
MOST_MARKED = 60


def lines(chart: LineChart, palette: Palette, links: Links) -> Json:
    last = len(chart.places) - 1
    drawn = chart.heights
    found = ticks(*bounds((value for line in drawn for value in line), chart.limit), chart.type)
    positions: Sequence[float] = chart.positions or range(last + 1)
    data: list[Json] = []
    for place in range(len(chart.series)):
        data += (area if chart.is_area else strokes)(chart, palette, place, drawn[place], positions)
    for place in range(len(chart.series)):
        data.append(marks(chart, palette, place, drawn[place], positions, link(links, place, last + 1)))
    begin, end = (positions[0], positions[-1]) if last >= 0 else (0, 0)
    air = (end - begin) * 0.02 or 0.3

    def layout(most: int, **more: Any) -> Json:
        shown = some(chart.ticks, most)
        return {
            "height": HEIGHT,
            "xaxis": {
                "range": [begin - air, end + air],
                "tickvals": [positions[x] for x in shown],
                "ticktext": [text(chart.ticks[x]) for x in shown],
                "showline": found[0].value == 0,
            },
            "yaxis": scale(found),
            **more,
        }

    left = room(found)
    ends, right = beside(chart, palette, found[0].value, found[-1].value)
    above = [
        corner(f"{named(chart, palette, place)} {text(series.labels[series.last])}", palette, xshift=-left)
        for place, series in enumerate(chart.series)
        if last >= 0
    ]
    for place, label in enumerate(reversed(above), start=1 if chart.unit else 0):
        label["yshift"] += LINE * place
        label["font"] = {"color": palette.ink, "size": 12}
    units = [unit(chart.unit, palette, left=left)] if chart.unit else []
    top = TOP + 4 + LINE * (len(above) - (0 if chart.unit else 1))
    return {
        "data": data,
        "layout": layout(
            MOST_TICKS, margin={"l": left, "r": right, "t": TOP + 4, "b": 28}, annotations=[*ends, *units]
        ),
        # On a narrow screen the lines take the whole width, and their names stand above them.
        "narrow": {
            "below": NARROW if len(chart.series) < 2 else NARROW + right,
            "layout": layout(
                MOST_TICKS - 1,
                height=HEIGHT + top - TOP,
                margin={"l": left, "r": 24, "t": top, "b": 28},
                annotations=[*units, *above],
            ),
        },
    }


def strokes(
    chart: LineChart, palette: Palette, place: int, values: Sequence[float | None], positions: Sequence[float]
) -> list[Json]:
    """The line; its last stretch is dotted where that week or month is not over."""
    last = len(values) - 1
    dotted = chart.is_running and last > 0
    whole = last if dotted else last + 1
    stroke = {"type": "scatter", "mode": "lines", "name": text(chart.series[place].name), "hoverinfo": "skip"}
    line = {"color": palette.of(place), "width": 2.5}
    found = [{**stroke, "x": list(positions[:whole]), "y": list(values[:whole]), "line": line}]
    if dotted:
        found.append({**stroke, "x": list(positions[-2:]), "y": list(values[-2:]), "line": {**line, "dash": "dot"}})
    return found


def area(
    chart: LineChart, palette: Palette, place: int, values: Sequence[float | None], positions: Sequence[float]
) -> list[Json]:
    alone, color = len(chart.series) == 1, palette.of(place)
    found: Json = {
        "type": "scatter",
        "mode": "lines",
        "name": text(chart.series[place].name),
        "hoverinfo": "skip",
        "x": list(positions),
        "y": list(values),
        "line": {"color": color, "width": 2.5 if alone else 1.5},
        "fill": "tonexty" if place else "tozeroy",
        "fillcolor": tint(color, 0.16 if alone else 0.55),
    }
    if shape := PATTERNS[min(place, MOST_SERIES)]:
        found["fillpattern"] = {
            "shape": shape,
            "fillmode": "replace",
            "bgcolor": tint(color, 0.45),
            "fgcolor": color,
            "fgopacity": 0.9,
            "size": 7,
            "solidity": 0.2,
        }
    return [found]


def marks(
    chart: LineChart,
    palette: Palette,
    place: int,
    values: Sequence[float | None],
    positions: Sequence[float],
    links: list[str],
) -> Json:
    """Over all lines, so that each can be pointed at."""
    series, count = chart.series[place], len(values)
    name = series.name if len(chart.series) > 1 or series.name != chart.title else ""
    return {
        "type": "scatter",
        "mode": "markers",
        # A mark at zero is drawn whole.
        "cliponaxis": False,
        "name": text(series.name),
        "x": list(positions),
        "y": list(values),
        "marker": {
            "size": 8 if count < 30 else 6,
            "symbol": SYMBOLS[min(place, MOST_SERIES)],
            "color": palette.of(place) if count <= MOST_MARKED else CLEAR,
        },
        "text": [hover(where, name, label) for where, label in zip(chart.places, series.labels, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
        "customdata": links,
    }


def named(chart: LineChart, palette: Palette, place: int) -> str:
    sign, name = SIGNS[min(place, MOST_SERIES)], shortened(chart.series[place].name, NAME)
    return f'<b><span style="color:{palette.of(place)}">{sign}</span> {text(name)}</b>'


def beside(chart: LineChart, palette: Palette, low: float, high: float) -> tuple[list[Json], int]:
    """The names at the ends of their lines, apart from one another and clear of the dates below; and their width."""
    plot = HEIGHT - TOP - 4 - 28
    tall = len(chart.series) <= MOST_TALL
    step = 2 * LINE if tall else LINE
    at, labels, right = [], [], 8
    for place, series in enumerate(chart.series):
        if not series.values:
            continue
        label = series.labels[series.last]
        at.append(max((chart.end(place) - low) / (high - low) / 1.04 * plot, step / 2 - 1))
        name = len(shortened(series.name, NAME)) + 2
        letters = max(name, len(label)) if tall else name + len(label) + 1
        right = max(right, 16 + int(6.9 * letters))
        labels.append(
            annotation(
                f"{named(chart, palette, place)}{'<br>' if tall else ' '}{text(label)}",
                x=1,
                xref="paper",
                xanchor="left",
                xshift=4,
                y=0,
                yref="paper",
                yanchor="middle",
                font={"color": palette.ink, "size": 12},
            )
        )
    for label, height in zip(labels, spread(at, step, plot), strict=True):
        label["yshift"] = height
    return labels, right

"""Bars as Plotly figures: lying below their names, or standing over them."""

from dataclasses import replace
from textwrap import wrap

from reports.charts import BarChart, Series
from reports.figures.look import (
    CLEAR,
    KEY_NAME,
    LETTER,
    LINE,
    MOST_TICKS,
    Json,
    Links,
    annotation,
    fill,
    head,
    hover,
    link,
    room,
    scale,
    shortened,
    some,
    text,
    tint,
)
from reports.scales import bounds, ticks
from reports.tokens import Palette

# The plot of bars that stand.
PLOT = 228
# Of one place with lying bars: the line with its name, and the space below the bars.
NAME, GAP = 24, 10
ONE_BAR, OF_SEVERAL = 12, 16
# Letters in a line below a bar that stands, and such lines.
LETTERS, LINES = 14, 3
TICK = 9
# More bars than these are read off the axis.
MOST_LABELED = 12
# Letters a key may be wide.
KEY_NARROW, KEY_WIDE = 36, 60


def bars(chart: BarChart, palette: Palette, links: Links) -> Json:
    if chart.is_horizontal:
        return lying(chart, palette, links)
    count, side_by_side = len(chart.places), 1 if chart.is_stacked else len(chart.series)
    labeled = count * side_by_side <= MOST_LABELED
    found = standing(chart, palette, links, labeled=labeled)
    if chart.ticks:
        widest = max((len(label) for label in labels_over(chart)), default=0)
        if labeled:
            found["narrow"] = {
                "below": int(count * side_by_side * (LETTER * widest + 8)),
                **standing(chart, palette, links, labeled=False),
            }
    else:
        letters = min(max((len(name) for name in chart.places), default=0), LETTERS)
        wanted = max(LETTER * letters + 10, 34 * side_by_side)
        found["narrow"] = {
            "below": max(int(count * wanted), 360),
            **lying(replace(chart, is_horizontal=True), palette, links),
        }
    return found


def labels_over(chart: BarChart) -> list[str]:
    return list(chart.totals) if chart.is_stacked else [label for line in chart.series for label in line.labels]


def extent(chart: BarChart) -> tuple[float, float]:
    if chart.is_stacked:
        return 0, max(chart.sums, default=0)
    return bounds((value for line in chart.series for value in line.values), chart.limit)


def bases(chart: BarChart) -> list[list[float]]:
    """For each series where its bars begin: at zero, or where those below end."""
    found, ends = [], [0.0] * len(chart.places)
    for line in chart.series:
        found.append(list(ends))
        if chart.is_stacked:
            ends = [end + (value or 0) for end, value in zip(ends, line.values, strict=True)]
    return found


def said(chart: BarChart, line: Series) -> list[str]:
    name = line.name if len(chart.series) > 1 else ""
    return [hover(place, name, label) for place, label in zip(chart.places, line.labels, strict=True)]


# Lying --------------------------------------------------------------------------------


def lying(chart: BarChart, palette: Palette, links: Links) -> Json:
    """Bars below the name of their place; the number of a single one stands at the right of the name, those of several at
    the ends of their bars."""
    count, several = len(chart.places), len(chart.series) > 1 and not chart.is_stacked
    thick, rows = (OF_SEVERAL, len(chart.series)) if several else (ONE_BAR, 1)
    row = NAME + thick * rows + GAP
    low, high = extent(chart)
    high = high or (1 if low == 0 else 0)
    # Room for the numbers at the ends.
    widest = max((len(label) for label in labels_over(chart)), default=0) if several else 0
    end = high + (high - low) * min(0.04 * widest + 0.02, 0.5) if several else high
    places = list(range(count))
    base = {"type": "bar", "orientation": "h", "y": places, "hoverinfo": "skip", "textposition": "none"}
    data: list[Json] = []
    notes: list[Json] = []
    starts = bases(chart)
    if chart.limit:
        # The whole stands behind the part only where there is a whole.
        for line in range(rows):
            data.append(
                {
                    **base,
                    "name": text(chart.unit),
                    "showlegend": False,
                    "x": [chart.limit] * count,
                    "width": (thick - 3 * several) / row,
                    "offset": -0.5 + (NAME + thick * line) / row,
                    "marker": {"color": palette.line},
                }
            )
    for line, series in enumerate(chart.series):
        from_top = NAME + (thick * line if several else 0)
        bar = {
            **base,
            "name": text(shortened(series.name, KEY_NAME)),
            "x": list(series.values),
            "base": starts[line],
            "width": (thick - 3 * several) / row,
            "offset": -0.5 + from_top / row,
            "marker": fill(palette, line) if len(chart.series) > 1 else {"color": palette.accent},
        }
        hovered = {
            "text": said(chart, series),
            "hoverinfo": "text",
            "hovertemplate": "%{text}<extra></extra>",
            "customdata": link(links, line, count),
        }
        if chart.is_stacked:
            data.append({**bar, **hovered})
            continue
        # Unseen, over the whole row: a thin bar is hard to point at.
        area = {
            "x": [end - low] * count,
            "base": [low] * count,
            "width": thick / row if several else 0.98,
            "offset": -0.5 + from_top / row if several else -0.49,
            "marker": {"color": CLEAR},
            "showlegend": False,
        }
        data += [bar, {**bar, **area, **hovered}]
        if several:
            notes += [
                annotation(
                    text(label),
                    x=max(value or 0, 0),
                    xanchor="left",
                    xshift=4,
                    y=place - 0.5 + (from_top + thick / 2 - 1) / row,
                    yanchor="middle",
                    font={"color": palette.quiet, "size": 11},
                )
                for place, (value, label) in enumerate(zip(series.values, series.labels, strict=True))
            ]
    beside = list(chart.totals) if chart.is_stacked else [] if several else list(chart.series[0].labels)
    over, top = head(chart, palette, KEY_NARROW, row * max(count, 1))
    return {
        "data": data,
        "layout": {
            "height": row * max(count, 1) + top,
            "margin": {"l": 0, "r": 0, "t": top, "b": 0},
            "barmode": "overlay",
            "barcornerradius": 3 if not chart.is_stacked else 0,
            "meta": {"names": list(chart.places), "labels": beside or [""] * count, "share": 1},
            **over,
            "annotations": [
                *(_above(place, name, "left", palette.ink, row) for place, name in enumerate(chart.places)),
                *(_above(place, label, "right", palette.quiet, row) for place, label in enumerate(beside)),
                *notes,
                *over["annotations"],
            ],
            "shapes": [
                zero(palette, "x", place - 0.5 + (NAME - 3) / row, place + 0.5 - (GAP - 3) / row)
                for place in (places if low < 0 else [])
            ],
            "xaxis": {"range": [low, end], "visible": False},
            "yaxis": {"range": [count - 0.5, -0.5], "visible": False},
        },
    }


def _above(place: int, words: str, side: str, color: str, row: int) -> Json:
    return annotation(
        text(words),
        x=0 if side == "left" else 1,
        xref="paper",
        xanchor=side,
        y=place - 0.5 + NAME / row,
        yanchor="bottom",
        yshift=0,
        font={"color": color, "size": 13},
    )


def zero(palette: Palette, axis: str, low: float, high: float) -> Json:
    """The line that bars to both sides start from; ``low`` and ``high`` are its ends along the other axis."""
    across = "y" if axis == "x" else "x"
    ends = {f"{axis}0": 0, f"{axis}1": 0, f"{across}0": low, f"{across}1": high}
    return {"type": "line", **ends, "line": {"color": palette.quiet, "width": 1}}


# Standing -----------------------------------------------------------------------------


def standing(chart: BarChart, palette: Palette, links: Links, *, labeled: bool) -> Json:
    """Bars over their names. Few have their numbers on top, more are read off the axis."""
    count, several = len(chart.places), len(chart.series) > 1 and not chart.is_stacked
    low, high = extent(chart)
    found = ticks(low, high, chart.type)
    places = list(range(count))
    thick = 0.8 / len(chart.series) if several else (0.62 if count < 8 else 0.76)
    base = {"type": "bar", "x": places, "hoverinfo": "skip", "textposition": "none"}
    top, bottom = (high or (0 if low else 1), low) if labeled else (found[-1].value, found[0].value)
    left = 0 if labeled else room(found)
    starts = bases(chart)
    data: list[Json] = []
    notes: list[Json] = []
    for line, series in enumerate(chart.series):
        offset = -0.4 + thick * line if several else -thick / 2
        bar = {
            **base,
            "name": text(shortened(series.name, KEY_NAME)),
            "y": list(series.values),
            "base": starts[line],
            "width": thick * (0.94 if several else 1),
            "offset": offset,
            "marker": fill(palette, line) if len(chart.series) > 1 else {"color": palette.accent},
        }
        if chart.limit and labeled:
            data.append(
                {**bar, "y": [chart.limit] * count, "marker": {"color": tint(palette.line, 0.5)}, "showlegend": False}
            )
        hovered = {
            "text": said(chart, series),
            "hoverinfo": "text",
            "hovertemplate": "%{text}<extra></extra>",
            "customdata": link(links, line, count),
        }
        if chart.is_stacked:
            data.append({**bar, **hovered})
        else:
            area = {
                "y": [top - bottom] * count,
                "base": [bottom] * count,
                "marker": {"color": CLEAR},
                "showlegend": False,
            }
            data += [bar, {**bar, **area, **hovered}]
        if labeled and not chart.is_stacked:
            notes += [
                _end(place + offset + bar["width"] / 2, value or 0, label, palette)
                for place, (value, label) in enumerate(zip(series.values, series.labels, strict=True))
            ]
    if labeled and chart.is_stacked:
        notes += [_end(place, chart.sums[place], label, palette) for place, label in enumerate(chart.totals)]
    over, above = head(chart, palette, KEY_WIDE, PLOT, left=left)
    if chart.ticks:
        shown = some(chart.ticks, MOST_TICKS)
        cut = [wrap(chart.ticks[place], TICK) for place in shown]
    else:
        shown = places
        cut = [[shortened(part, LETTERS) for part in wrap(name, LETTERS)] or [""] for name in chart.places]
        cut = [parts if len(parts) <= LINES else [*parts[: LINES - 1], f"{parts[LINES - 1]}…"] for parts in cut]
    named, lines = ["<br>".join(map(text, parts)) for parts in cut], max(map(len, cut), default=1)
    space = (top - bottom) * 0.1 if labeled else 0
    return {
        "data": data,
        "layout": {
            "height": above + PLOT + 10 + LINE * lines,
            "margin": {
                "l": left,
                "r": 12 if chart.ticks else 0,
                "t": above,
                "b": 10 + LINE * lines,
            },
            "barmode": "overlay",
            "barcornerradius": 3 if not chart.is_stacked else 0,
            **over,
            "annotations": [*notes, *over["annotations"]],
            "shapes": [zero(palette, "y", -0.5, count - 0.5)] if low < 0 else [],
            "xaxis": {
                "range": [-0.5, count - 0.5],
                "tickvals": shown,
                "ticktext": named,
                "showline": low == 0,
                "color": palette.quiet,
            },
            "yaxis": {"range": [bottom - (space if low < 0 else 0), top + space], "visible": False}
            if labeled
            else scale(found),
        },
    }


def _end(x: float, value: float, label: str, palette: Palette) -> Json:
    return annotation(
        text(label),
        x=x,
        y=value,
        yanchor="top" if value < 0 else "bottom",
        yshift=-2 if value < 0 else 2,
        font={"color": palette.ink, "size": 12},
    )

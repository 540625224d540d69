"""Charts as Plotly figures: plain JSON in our own colors, with direct labels and dates already in words."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from math import ceil
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reports.charts import BarChart, Chart, LineChart, Series
from reports.tokens import MOST_SERIES, Palette

Json = dict[str, Any]

FONT = '-apple-system, BlinkMacSystemFont, "Segoe UI", system-ui, Roboto, "Helvetica Neue", Arial, sans-serif'
CLEAR = "rgba(0,0,0,0)"
LINES_HEIGHT = 280
BAR_ROW = 46  # a line of words and the bar below it
LINE_OF_TEXT = 17
# Ticks that still stand apart on the narrowest phone.
MOST_TICKS = 4


def template(palette: Palette) -> Json:
    """The one look of all charts; a figure adds only what its own data asks for."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "color": palette.quiet,
        "gridcolor": palette.line,
        "linecolor": palette.line,
        "tickfont": {"size": 12},
        "tickangle": 0,
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": palette.quiet},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "colorway": list(palette.series),
            "xaxis": axis,
            "yaxis": {**axis, "showgrid": True, "rangemode": "tozero"},
            "hoverlabel": {
                "bgcolor": palette.ink,
                "bordercolor": palette.ink,
                "font": {"family": FONT, "size": 13, "color": palette.paper},
                "align": "left",
                # Names are never cut in the box.
                "namelength": -1,
            },
            "modebar": {"bgcolor": CLEAR, "color": palette.quiet, "activecolor": palette.ink},
            "hovermode": "closest",
            "dragmode": False,
            "showlegend": False,
        }
    }


def text(value: str) -> str:
    """``value`` for Plotly, which reads some HTML in every label."""
    return escape(value, quote=False)


def number(value: float) -> str:
    """A whole number with the separators of the reader's language."""
    return str(number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True))


def capped(chart: LineChart) -> LineChart:
    """``chart`` with at most six lines; the smaller ones are added up in one more, called other."""
    if len(chart.series) <= MOST_SERIES:
        return chart
    order = sorted(chart.series, key=lambda series: -sum(value or 0 for value in series.values))
    named = [series for series in chart.series if series in order[:MOST_SERIES]]
    rest = order[MOST_SERIES:]
    values = tuple(sum(value or 0 for value in column) for column in zip(*(s.values for s in rest), strict=True))
    other = Series(_("Other (%(n)s)") % {"n": len(rest)}, values)
    return replace(chart, series=(*named, other))


def nice_ticks(top: float) -> list[int]:
    """Whole numbers from 0 to at least ``top`` in at most four even steps of 1, 2 or 5 times a power of ten."""
    whole, unit = max(ceil(top), 1), 1
    while True:
        for step in (unit, 2 * unit, 5 * unit):
            if whole <= 4 * step:
                return list(range(0, step * ceil(whole / step) + 1, step))
        unit *= 10


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """``heights`` moved up as little as keeps them ``gap`` apart, in the order given."""
    placed: dict[int, float] = {}
    free = float("-inf")
    for index in sorted(range(len(heights)), key=lambda index: heights[index]):
        placed[index] = max(heights[index], free)
        free = placed[index] + gap
    return [placed[index] for index in range(len(heights))]


def figure(
    chart: Chart,
    palette: Palette,
    *,
    links: Sequence[Any] = (),
    names: Sequence[str] = (),
    ticks: Sequence[str] = (),
    is_running: bool = False,
) -> Json:
    """``chart`` as ``{"data": …, "layout": …}``.

    ``links`` are the addresses a mark opens: one for each bar, or for each line a list. ``names`` and
    ``ticks`` are the long and the short words for the days of a line chart; ``is_running`` says that
    its last day stands for a week or month that is not over, which is drawn dotted.
    """
    if isinstance(chart, BarChart):
        return bars(chart, palette, links)
    return lines(capped(chart), palette, links, names, ticks, is_running)


def lines(
    chart: LineChart,
    palette: Palette,
    links: Sequence[Sequence[str]],
    names: Sequence[str],
    ticks: Sequence[str],
    is_running: bool,
) -> Json:
    names = names or [day.isoformat() for day in chart.days]
    ticks = ticks or names
    last = len(chart.days) - 1
    top = max((value or 0 for series in chart.series for value in series.values), default=0)
    scale = nice_ticks(top)
    margin = {"l": 8 + 8 * len(number(scale[-1])), "r": 8, "t": 28, "b": 28}
    pixels = (LINES_HEIGHT - margin["t"] - margin["b"]) / scale[-1]
    dotted = is_running and last > 0
    whole = last if dotted else last + 1
    data: list[Json] = []
    labels: list[Json] = []
    # Two lines of text each, apart from one another and clear of the dates below.
    heights = [max((series.values[-1] or 0) * pixels, LINE_OF_TEXT) for series in chart.series if series.values]
    ends = spread(heights, 2 * LINE_OF_TEXT + 2)
    for place, series in enumerate(chart.series):
        color = palette.series[place] if place < MOST_SERIES else palette.other
        said = [_running(number(value or 0), is_running and x == last) for x, value in enumerate(series.values)]
        stroke = {"type": "scatter", "mode": "lines", "name": text(series.name), "hoverinfo": "skip"}
        line = {"color": color, "width": 2.5}
        data.append({**stroke, "x": list(range(whole)), "y": list(series.values[:whole]), "line": line})
        if dotted:
            data.append(
                {**stroke, "x": [last - 1, last], "y": list(series.values[-2:]), "line": {**line, "dash": "dot"}}
            )
        # The marks stand over all lines, so that each can be pointed at.
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": text(series.name),
                "x": list(range(last + 1)),
                "y": list(series.values),
                "marker": {"size": 7 if last < 30 else 5, "color": color},
                "text": [f"{text(names[x])}<br>{text(series.name)}: {said[x]}" for x in range(last + 1)],
                "hovertemplate": "%{text}<extra></extra>",
                "customdata": list(links[place]) if place < len(links) else [],
            }
        )
        if last >= 0:
            labels.append(
                {
                    "x": 1,
                    "xref": "paper",
                    "xanchor": "left",
                    "xshift": 4,
                    "y": 0,
                    "yref": "paper",
                    "yanchor": "middle",
                    "yshift": ends[place],
                    "align": "left",
                    "showarrow": False,
                    "text": f'<b><span style="color:{color}">●</span> {text(series.name)}</b><br>{said[last]}',
                    "font": {"color": palette.ink, "size": 12},
                }
            )
            margin["r"] = max(margin["r"], 16 + int(6.9 * max(len(series.name) + 2, len(said[last]))))
    labels.append(_unit(chart.unit, palette))
    every = max(1, -(-(last + 1) // MOST_TICKS))
    shown = list(range(last, -1, -every))[::-1]
    return {
        "data": data,
        "layout": {
            "height": LINES_HEIGHT,
            "margin": margin,
            "annotations": labels,
            "xaxis": {
                "range": [-0.3, last + 0.3],
                "tickvals": shown,
                "ticktext": [text(ticks[x]) for x in shown],
                "showline": True,
            },
            "yaxis": {
                "range": [0, scale[-1] * 1.04],
                "tickvals": scale,
                "ticktext": [number(tick) for tick in scale],
            },
        },
    }


def _running(said: str, is_running: bool) -> str:
    return _("%(number)s so far") % {"number": said} if is_running else said


def _unit(unit: str, palette: Palette) -> Json:
    return {
        "text": text(unit),
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 6,
        "showarrow": False,
        "font": {"color": palette.quiet, "size": 12},
    }


def bars(chart: BarChart, palette: Palette, links: Sequence[str]) -> Json:
    """Each bar below its name; the number in words stands at the right of the name.

    ``layout.meta`` has the whole names, so that the browser can cut them to the width there is.
    """
    count = len(chart.bars)
    limit = chart.limit or max((entry.value for entry in chart.bars), default=0) or 1
    rows = list(range(count))
    bar = {"type": "bar", "orientation": "h", "y": rows, "width": 0.26, "hoverinfo": "skip", "textposition": "none"}
    # The whole stands behind the part only where there is a whole.
    track = {**bar, "name": text(chart.unit), "x": [limit] * count, "marker": {"color": palette.line}}
    return {
        "data": [
            *([track] if chart.limit else []),
            {
                **bar,
                "name": text(chart.title),
                "x": [entry.value for entry in chart.bars],
                "marker": {"color": palette.accent},
            },
            {
                # Unseen, over the whole row: a thin bar is hard to point at.
                "type": "bar",
                "orientation": "h",
                "name": text(chart.title),
                "x": [limit] * count,
                "y": rows,
                "width": 0.9,
                "offset": -0.6,
                "marker": {"color": CLEAR},
                "text": [f"{text(entry.name)}<br>{text(entry.label)}" for entry in chart.bars],
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
                "customdata": list(links),
            },
        ],
        "layout": {
            "height": BAR_ROW * max(count, 1) + 24,
            "margin": {"l": 0, "r": 0, "t": 24, "b": 0},
            "barmode": "overlay",
            "barcornerradius": 3,
            "meta": {"names": [entry.name for entry in chart.bars], "labels": [entry.label for entry in chart.bars]},
            "annotations": [
                *(_above(place, entry.name, "left", palette.ink) for place, entry in enumerate(chart.bars)),
                *(_above(place, entry.label, "right", palette.quiet) for place, entry in enumerate(chart.bars)),
                _unit(chart.unit, palette),
            ],
            "xaxis": {"range": [0, limit], "visible": False},
            "yaxis": {"range": [count - 0.5, -0.5], "visible": False},
        },
    }


def _above(place: int, words: str, side: str, color: str) -> Json:
    return {
        "text": text(words),
        "x": 0 if side == "left" else 1,
        "xref": "paper",
        "xanchor": side,
        "y": place,
        "yanchor": "bottom",
        "yshift": BAR_ROW * 0.14,
        "showarrow": False,
        "font": {"color": color, "size": 13},
    }

"""What all figures share: the one look, labels and keys."""

from collections.abc import Sequence
from html import escape
from typing import Any

from django.utils.formats import number_format

from reports.scales import Tick
from reports.tokens import MOST_SERIES, Palette, channels

Json = dict[str, Any]
Links = Sequence[Sequence[str]]

FONT = '-apple-system, BlinkMacSystemFont, "Segoe UI", system-ui, Roboto, "Helvetica Neue", Arial, sans-serif'
CLEAR = "rgba(0,0,0,0)"
# A line of words, and what one letter of the small type takes in most of them.
LINE = 18
LETTER = 6.6
TOP = 24
# Letters of a name in a key.
KEY_NAME = 30
# Ticks that still stand apart on the narrowest phone.
MOST_TICKS = 4
# Besides its color each series has a pattern where it is an area, and a mark where it is a line.
PATTERNS = ("", "/", ".", "-", "x", "|", "\\")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "pentagon", "cross")
SIGNS = ("●", "■", "◆", "▲", "▼", "⬟", "✚")


def template(palette: Palette) -> Json:
    """The one look of all charts; a figure adds only what its own data asks for."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "color": palette.quiet,
        "gridcolor": palette.line,
        "linecolor": palette.line,
        "zerolinecolor": palette.quiet,
        "tickfont": {"size": 12},
        "tickangle": 0,
        "ticklabeloverflow": "allow",
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


def tint(color: str, part: float) -> str:
    red, green, blue = channels(color)
    return f"rgba({red},{green},{blue},{part})"


def fill(palette: Palette, place: int) -> Json:
    """The marker of a series that is an area: its color, and a pattern from the second one on."""
    found: Json = {"color": palette.of(place)}
    if shape := PATTERNS[min(place, MOST_SERIES)]:
        found["pattern"] = {
            "shape": shape,
            "fillmode": "overlay",
            "fgcolor": palette.paper,
            "fgopacity": 0.55,
            "size": 6,
            "solidity": 0.25,
        }
    return found


def link(links: Links, line: int, count: int) -> list[str]:
    return list(links[line]) if line < len(links) else [""] * count


def hover(place: str, name: str, label: str) -> str:
    """Two lines in the box: where, and what; the name only where there are several."""
    return f"{text(place)}<br>{text(name)}: {text(label)}" if name else f"{text(place)}<br>{text(label)}"


def annotation(words: str, **more: Any) -> Json:
    return {"text": words, "showarrow": False, "align": "left", **more}


def corner(words: str, palette: Palette, *, up: int = 6, **more: Any) -> Json:
    """Small words over the top left corner."""
    return annotation(
        words,
        x=0,
        xref="paper",
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=up,
        font={"color": palette.quiet, "size": 12},
        **more,
    )


def unit(words: str, palette: Palette, *, up: int = 6, left: int = 0) -> Json:
    """The unit at the left edge of the chart, ``left`` pixels before the plot."""
    return corner(text(words), palette, up=up, xshift=-left)


def some(labels: Sequence[str], most: int = MOST_TICKS) -> list[int]:
    """Places evenly apart, the last one among them, few enough to be named."""
    every = max(1, -(-len(labels) // most))
    return list(range(len(labels) - 1, -1, -every))[::-1]


def scale(found: Sequence[Tick], *, over: float = 1.04) -> Json:
    """The axis of numbers from its lowest tick to a little over its highest."""
    low, high = found[0].value, found[-1].value
    return {
        "range": [low * over, high * over],
        "tickvals": [tick.value for tick in found],
        "ticktext": [text(tick.label) for tick in found],
        "zeroline": low < 0,
    }


def room(found: Sequence[Tick]) -> int:
    """Pixels the tick labels take left of the plot."""
    return 8 + int(8 * max(len(tick.label) for tick in found))


def shortened(words: str, most: int) -> str:
    """``words`` in at most ``most`` letters; the whole name stands in the table below the chart."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def key(names: Sequence[str], palette: Palette, letters: int, up: float) -> tuple[Json, int]:
    """The key of several series, ``up`` of the plot's height above it, and how high it is on a chart ``letters`` wide.

    It is drawn by Plotly, which alone can show patterns in it. The traces of the series, no others, show in it.
    """
    lines, left = 1, letters
    for name in names:
        wanted = len(shortened(name, KEY_NAME)) + 7
        if wanted > left and left < letters:
            lines, left = lines + 1, letters
        left -= wanted
    legend = {
        "orientation": "h",
        # The signs stand in the middle of their boxes.
        "x": -0.015,
        "xanchor": "left",
        "y": round(1 + up, 4),
        "yanchor": "bottom",
        "traceorder": "normal",
        "itemclick": False,
        "itemdoubleclick": False,
        "itemwidth": 30,
        "tracegroupgap": 0,
        "font": {"color": palette.ink, "size": 12},
    }
    return legend, 8 + 19 * lines


def head(chart: Any, palette: Palette, letters: int, plot: int, *, left: int = 0) -> tuple[Json, int]:
    """The part of the layout that stands over a plot of that height, and its own: the unit, and the key of several series
    above it."""
    words = [unit(chart.unit, palette, left=left)] if chart.unit else []
    if len(chart.series) < 2:
        return {"annotations": words}, TOP if words else 8
    up = LINE * len(words)
    legend, high = key([series.name for series in chart.series], palette, letters, up / plot)
    return {"showlegend": True, "legend": legend, "annotations": words}, high + up

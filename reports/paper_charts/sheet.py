"""What all charts on paper share: their style, and places on the sheet in points."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from reports.tokens import LIGHT, MOST_SERIES

# The text width of an A4 page with its margins, in points.
WIDTH = 493.0
SMALL, SIZE = 8, 8.5
# What one letter of the small type takes in most words.
LETTER = 4.5
LINE = 12
# Besides its color each series has a pattern, as on screen.
HATCHES = ("", "///", "...", "---", "xx", "|||", "\\\\\\")
MARKERS = ("o", "s", "D", "^", "v", "p", "P")
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lectern",
    "font.family": "sans-serif",
    "font.sans-serif": ["Noto Sans", "DejaVu Sans"],
    "font.size": SIZE,
    "text.color": LIGHT.quiet,
    "text.parse_math": False,
    "axes.edgecolor": LIGHT.line,
    "axes.unicode_minus": True,
    "xtick.color": LIGHT.quiet,
    "ytick.color": LIGHT.quiet,
    "hatch.linewidth": 0.7,
}


class Sheet:
    """A figure ``WIDTH`` points wide; all places on it are in points from its left and top edge."""

    def __init__(self, height: float):
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        self.height = height
        self.figure = Figure(figsize=(WIDTH / 72, height / 72))
        FigureCanvasSVG(self.figure)

    def axes(self, left: float, top: float, right: float, bottom: float) -> Any:
        """Bare axes; the two last are distances from the right and the bottom edge."""
        box = (
            left / WIDTH,
            bottom / self.height,
            (WIDTH - left - right) / WIDTH,
            (self.height - top - bottom) / self.height,
        )
        axes = self.figure.add_axes(box)
        axes.set_facecolor("none")
        for side in axes.spines.values():
            side.set_visible(False)
        axes.tick_params(length=0, pad=4)
        axes.set_xticks([])
        axes.set_yticks([])
        return axes

    def text(self, left: float, top: float, words: str, **more: Any) -> None:
        """Words whose middle is ``top`` points below the upper edge."""
        more = {"va": "center", "ha": "left", "size": SMALL, **more}
        self.figure.text(left / WIDTH, 1 - top / self.height, printable(words), **more)

    def box(self, left: float, top: float, **more: Any) -> None:
        """A small square, for a key."""
        from matplotlib.patches import Rectangle

        size = 7
        self.figure.add_artist(
            Rectangle(
                (left / WIDTH, 1 - (top + size / 2) / self.height),
                size / WIDTH,
                size / self.height,
                linewidth=0,
                **more,
            )
        )

    def mark(self, left: float, top: float, place: int) -> None:
        """The mark of the line at ``place``, for its name."""
        from matplotlib.lines import Line2D

        at = ([(left + 3.5) / WIDTH], [1 - top / self.height])
        look = {"marker": MARKERS[min(place, MOST_SERIES)], "color": LIGHT.of(place), "markersize": 5.5}
        self.figure.add_artist(Line2D(*at, linestyle="", **look))

    def key(self, names: Sequence[str], top: float) -> None:
        for place, (left, line, name) in enumerate(keys(names)):
            self.box(left, top + LINE * line, **fill(place))
            self.text(left + 11, top + LINE * line, name, color=LIGHT.ink)


def keys(names: Sequence[str]) -> list[tuple[float, int, str]]:
    """Where each name of a key stands: points from the left, line, words."""
    found: list[tuple[float, int, str]] = []
    left, line = 0.0, 0
    for name in names:
        name = shortened(name, 34)
        wanted = 11 + LETTER * len(name) + 14
        if left and left + wanted > WIDTH:
            left, line = 0.0, line + 1
        found.append((left, line, name))
        left += wanted
    return found


def head_height(unit: str, names: Sequence[str]) -> float:
    """Points over the plot for the unit and, where there are several series, their key."""
    lines = keys(names)[-1][1] + 1 if len(names) > 1 else 0
    return LINE * (bool(unit) + lines) + 6


def head(sheet: Sheet, unit: str, names: Sequence[str]) -> None:
    if unit:
        sheet.text(0, LINE / 2, unit)
    if len(names) > 1:
        sheet.key(names, LINE * (1.5 if unit else 0.5))


def fill(place: int) -> dict[str, Any]:
    """The look of an area that stands for the series at ``place``."""
    found: dict[str, Any] = {"facecolor": LIGHT.of(place)}
    if hatch := HATCHES[min(place, MOST_SERIES)]:
        found |= {"hatch": hatch, "edgecolor": "#ffffff"}
    return found


def printable(words: str) -> str:
    """``words`` in one line, without what XML cannot hold."""
    return "".join(
        " " if letter.isspace() and letter != "\u00a0" else letter
        for letter in words
        if (letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cs")) and letter not in "\ufffe\uffff"
    )


def shortened(text: str, length: int) -> str:
    """``text`` in at most ``length`` characters; the full name stands in the table below the chart."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"

"""Charts drawn for paper as SVG whose text stays text, byte for byte the same for the same chart."""

import io
import re
from html import escape
from typing import Any

from reports.charts import BarChart, Chart, LineChart
from reports.tokens import LIGHT

WIDTH = 6.85  # inches: the text width of an A4 page with its margins
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lectern",
    "font.family": "sans-serif",
    "font.sans-serif": ["Noto Sans", "DejaVu Sans"],
    "font.size": 8.5,
    "text.color": LIGHT.quiet,
    "text.parse_math": False,
    "axes.edgecolor": LIGHT.line,
    "xtick.color": LIGHT.quiet,
    "ytick.color": LIGHT.quiet,
}


def draw_chart(chart: Chart) -> str:
    """``chart`` as an inline SVG element with its title and description. Imports matplotlib: only for workers."""
    import matplotlib

    with matplotlib.rc_context(STYLE):
        figure = _bars(chart) if isinstance(chart, BarChart) else _lines(chart)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(stream.getvalue(), chart)


def _figure(height: float) -> Any:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasSVG(figure)
    return figure


def _bars(chart: BarChart) -> Any:
    count = max(len(chart.bars), 1)
    height = 0.3 * count + 0.45
    figure = _figure(height)
    axes = figure.add_axes((0.34, 0.38 / height, 0.46, (0.3 * count) / height))
    places = range(len(chart.bars))
    limit = chart.limit or max((bar.value for bar in chart.bars), default=1) or 1
    axes.barh(places, [limit] * len(chart.bars), height=0.58, color=LIGHT.line, alpha=0.55, linewidth=0)
    axes.barh(places, [bar.value for bar in chart.bars], height=0.58, color=LIGHT.accent, linewidth=0)
    for place, bar in zip(places, chart.bars, strict=True):
        axes.text(-limit * 0.02, place, shortened(bar.name, 31), ha="right", va="center", color=LIGHT.ink, size=8)
        axes.text(limit * 1.02, place, bar.label, ha="left", va="center")
    axes.set_xlim(0, limit)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0, pad=3)
    axes.set_xlabel(chart.unit, color=LIGHT.quiet)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure


def _lines(chart: LineChart) -> Any:
    figure = _figure(2.4)
    axes = figure.add_axes((0.08, 0.16, 0.74, 0.78))
    for color, series in zip(LIGHT.series, chart.series, strict=False):
        values = [float("nan") if value is None else value for value in series.values]
        axes.plot(chart.days, values, color=color, linewidth=1.6, solid_capstyle="round")
        if values:
            axes.annotate(
                shortened(series.name, 22),
                (chart.days[-1], values[-1]),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                color=color,
                weight="bold",
            )
    axes.set_ylim(bottom=0)
    axes.set_ylabel(chart.unit, color=LIGHT.quiet)
    axes.grid(axis="y", color=LIGHT.line, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for name, side in axes.spines.items():
        side.set_visible(name == "bottom")
    return figure


def shortened(text: str, length: int) -> str:
    """``text`` in at most ``length`` characters; the full name stands in the table below the chart."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _inline(svg: str, chart: Chart) -> str:
    """Only the svg element: no XML declaration, no doctype, no metadata, and named for screen readers."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, count=1, flags=re.DOTALL)
    title = f"<title>{escape(chart.title)}</title><desc>{escape(chart.description)}</desc>"
    # By a function: a backslash in a name means nothing there.
    return re.sub(r"<svg([^>]*)>", lambda tag: f'<svg{tag[1]} role="img">{title}', body, count=1).strip()

"""Charts drawn for paper as SVG whose text stays text, byte for byte the same for the same chart."""

import io
import re
import warnings
from html import escape
from typing import Any

from reports.charts import BarChart, Chart, DonutChart, Heatmap, Histogram, LineChart, NumberChart
from reports.paper_charts.bars import bars
from reports.paper_charts.donut import donut
from reports.paper_charts.heatmap import heatmap
from reports.paper_charts.histogram import histogram
from reports.paper_charts.lines import lines
from reports.paper_charts.numbers import numbers
from reports.paper_charts.sheet import STYLE, printable

DRAWN: dict[type, Any] = {
    BarChart: bars,
    LineChart: lines,
    DonutChart: donut,
    Histogram: histogram,
    Heatmap: heatmap,
    NumberChart: numbers,
}


def draw_chart(chart: Chart) -> str:
    """``chart`` as an inline SVG element with its title and description. Imports matplotlib: only for workers."""
    import matplotlib

    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # Words are drawn by who reads the SVG; what matplotlib's own font lacks is nothing to it.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = DRAWN[type(chart)](chart)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(stream.getvalue(), chart)


def _inline(svg: str, chart: Chart) -> str:
    """Only the svg element: no XML declaration, no doctype, no metadata, and named for screen readers."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, count=1, flags=re.DOTALL)
    title, words = (escape(printable(value)) for value in (chart.title, f"{chart.description} {chart.note}".strip()))
    named = f"<title>{title}</title><desc>{words}</desc>"
    # By a function: a backslash in a name means nothing there.
    return re.sub(r"<svg([^>]*)>", lambda tag: f'<svg{tag[1]} role="img">{named}', body, count=1).strip()

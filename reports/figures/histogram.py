"""Histograms as Plotly figures: bars without gaps over an axis of what is measured, and a line at the median."""

from reports.charts import Histogram
from reports.columns import Type
from reports.figures.look import CLEAR, LINE, Json, Links, annotation, hover, link, room, scale, text, unit
from reports.scales import ticks
from reports.tokens import Palette

HEIGHT = 280
NARROW = 420


def histogram(chart: Histogram, palette: Palette, links: Links) -> Json:
    counts = chart.counts
    found = ticks(0, max((value or 0 for value in counts.values), default=0), Type.NUMBER)
    top = found[-1].value
    widths = [high - low for low, high in zip(chart.edges, chart.edges[1:], strict=False)]
    base = {
        "type": "bar",
        "x": list(chart.edges[:-1]),
        "width": widths,
        "offset": 0,
        "textposition": "none",
        "name": text(chart.unit),
    }
    first, last = chart.edges[0], chart.edges[-1]
    right = chart.middle > (first + last) / 2
    median = annotation(
        text(chart.middle_label),
        x=chart.middle,
        y=1,
        yref="paper",
        xanchor="right" if right else "left",
        xshift=-4 if right else 4,
        yanchor="bottom",
        yshift=4,
        font={"color": palette.ink, "size": 12},
    )
    axis = annotation(
        text(chart.axis),
        x=1,
        xref="paper",
        xanchor="right",
        y=0,
        yref="paper",
        yanchor="top",
        yshift=-24,
        font={"color": palette.quiet, "size": 12},
    )
    layout = {
        "height": HEIGHT + LINE,
        "margin": {"l": room(found), "r": 20, "t": 46, "b": 46},
        "barmode": "overlay",
        "annotations": [median, axis, unit(chart.unit, palette, up=24, left=room(found))],
        "shapes": [
            {
                "type": "line",
                "x0": chart.middle,
                "x1": chart.middle,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": palette.ink, "width": 1.5, "dash": "dash"},
            }
        ],
        "xaxis": {
            "range": [first, last],
            "tickvals": [value for value, _label in chart.ticks],
            "ticktext": [text(label) for _value, label in chart.ticks],
            "showline": True,
        },
        "yaxis": scale(found),
    }
    every = -(-len(chart.ticks) // 5)
    few = {**layout["xaxis"], **{name: layout["xaxis"][name][::every] for name in ("tickvals", "ticktext")}}
    return {
        "data": [
            {
                **base,
                "y": list(counts.values),
                "hoverinfo": "skip",
                "marker": {"color": palette.accent, "line": {"color": palette.paper, "width": 1.5}},
            },
            {
                **base,
                "y": [top] * len(widths),
                "marker": {"color": CLEAR},
                "text": [
                    hover(place, chart.unit, label) for place, label in zip(chart.places, counts.labels, strict=True)
                ],
                "hovertemplate": "%{text}<extra></extra>",
                "customdata": link(links, 0, len(widths)),
            },
        ],
        "layout": layout,
        "narrow": {"below": NARROW, "layout": {**layout, "xaxis": few}},
    }

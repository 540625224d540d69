"""Donuts as Plotly figures: the ring, and its parts in a list beside or below it."""

from reports.charts import DonutChart
from reports.figures.look import Json, Links, annotation, fill, hover, link, text
from reports.tokens import Palette

NARROW = 420
RING, ROW = 200, 26
# The part of the width that is the ring's.
SHARE = 0.4
BESIDE = 0.46


def donut(chart: DonutChart, palette: Palette, links: Links) -> Json:
    count = len(chart.places)
    height = max(RING, ROW * count) + 16
    markers = [fill(palette, place) for place in range(count)]
    ring: Json = {
        "type": "pie",
        "hole": 0.64,
        "sort": False,
        "direction": "clockwise",
        "values": list(chart.parts.values),
        "labels": [text(name) for name in chart.places],
        "textinfo": "none",
        "marker": {
            "colors": [marker["color"] for marker in markers],
            "line": {"color": palette.paper, "width": 2},
            "pattern": {
                "shape": [marker.get("pattern", {}).get("shape", "") for marker in markers],
                "fillmode": "overlay",
                "fgcolor": palette.paper,
                "fgopacity": 0.55,
                "size": 6,
                "solidity": 0.25,
            },
        },
        "text": [hover(name, "", label) for name, label in zip(chart.places, chart.parts.labels, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
        "customdata": link(links, 0, count),
    }
    tall = RING + 16 + ROW * count + 12
    below = 1 - RING / tall
    return {
        "data": [{**ring, "domain": {"x": [0, SHARE], "y": [0, 1]}}],
        "layout": {
            "height": height,
            "margin": {"l": 0, "r": 0, "t": 8, "b": 8},
            "meta": {"names": list(chart.places), "labels": list(chart.parts.labels), "share": 1 - BESIDE},
            "annotations": [
                *listed(chart, palette, left=BESIDE, middle=0.5, height=height - 16),
                whole(chart, palette, SHARE / 2, 0.5),
            ],
        },
        "narrow": {
            "below": NARROW,
            "data": [{**ring, "domain": {"x": [0, 1], "y": [below, 1]}}],
            "layout": {
                "height": tall + 16,
                "margin": {"l": 0, "r": 0, "t": 8, "b": 8},
                "meta": {"names": list(chart.places), "labels": list(chart.parts.labels), "share": 1},
                "annotations": [
                    *listed(chart, palette, left=0, middle=(ROW * count / 2) / tall, height=tall),
                    whole(chart, palette, 0.5, 1 - RING / tall / 2),
                ],
            },
        },
    }


def listed(chart: DonutChart, palette: Palette, *, left: float, middle: float, height: float) -> list[Json]:
    """The names, then their numbers, a line for each part. ``middle`` is the list's, as a part of ``height``."""
    count = len(chart.places)
    heights = [middle + ((count - 1) / 2 - place) * ROW / height for place in range(count)]
    base = {"xref": "paper", "yref": "paper", "yanchor": "middle"}
    names = [
        annotation(
            f"{text(name)}",
            **base,
            x=left,
            xanchor="left",
            xshift=20,
            y=heights[place],
            font={"color": palette.ink, "size": 13},
        )
        for place, name in enumerate(chart.places)
    ]
    labels = [
        annotation(
            text(label), **base, x=1, xanchor="right", y=heights[place], font={"color": palette.quiet, "size": 13}
        )
        for place, label in enumerate(chart.parts.labels)
    ]
    signs = [
        annotation("■", **base, x=left, xanchor="left", y=heights[place], font={"color": palette.of(place), "size": 15})
        for place in range(count)
    ]
    return [*names, *labels, *signs]


def whole(chart: DonutChart, palette: Palette, x: float, y: float) -> Json:
    return annotation(
        f"<b>{text(chart.whole)}</b>",
        x=x,
        xref="paper",
        xanchor="center",
        y=y,
        yref="paper",
        yanchor="middle",
        font={"color": palette.ink, "size": 24 if len(chart.whole) < 8 else 16},
    )

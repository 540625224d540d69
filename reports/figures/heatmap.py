"""Heatmaps as Plotly figures: a grid of bars in a few shades, each with its number where there is room."""

from textwrap import wrap
from typing import Any

from reports.charts import Heatmap
from reports.figures.look import LETTER, LINE, TOP, Json, Links, annotation, corner, hover, link, shortened, some, text
from reports.tokens import Palette, words_on

NARROW = 560
ROW, NAME = 32, 22
# Letters of a row's name beside it.
LETTERS = 26
TICK = 10
# The narrowest screen there is.
SCREEN = 250


def heatmap(chart: Heatmap, palette: Palette, links: Links) -> Json:
    names = max((len(shortened(series.name, LETTERS)) for series in chart.series), default=0)
    left = int(LETTER * names) + 12
    return {
        **grid(chart, palette, links, left=left, row=ROW, begin=0),
        # On a narrow screen the names stand above their rows.
        "narrow": {"below": NARROW, **grid(chart, palette, links, left=0, row=ROW + NAME, begin=NAME)},
    }


def grid(chart: Heatmap, palette: Palette, links: Links, *, left: int, row: int, begin: int) -> Json:
    """``begin`` is where in a row of ``row`` pixels its cells begin, below its name."""
    shades = palette.shades(len(chart.shades))
    count, lines = len(chart.places), len(chart.series)
    cells: dict[str, list[Any]] = {name: [] for name in ("x", "base", "color", "words", "label", "said", "link")}
    for line, series in enumerate(chart.series):
        targets = link(links, line, count)
        for place, value in enumerate(series.values):
            # What is not known has no shade.
            color = palette.paper if value is None else shades[chart.shade(value)]
            cells["x"].append(place)
            cells["base"].append(line + begin / row)
            cells["color"].append(color)
            cells["words"].append(words_on(color))
            cells["label"].append(text(series.labels[place]))
            cells["said"].append(hover(chart.places[place], series.name, series.labels[place]))
            cells["link"].append(targets[place])
    high = (row - begin) / row * 0.94
    key = "\u2003".join(
        f'<span style="color:{color}">■</span>\u00a0{text(words)}'
        for color, words in zip(shades, chart.shades, strict=True)
    )
    over = [corner(key, palette)]
    if chart.unit:
        over.append(corner(text(chart.unit), palette, up=6 + LINE))
    top = TOP + LINE * (len(over) - 1)
    named = [
        annotation(
            text(shortened(series.name, LETTERS)) if left else text(series.name),
            x=0,
            xref="paper",
            xanchor="right" if left else "left",
            xshift=-8 if left else 0,
            y=line + (0.5 if left else begin / row),
            yanchor="middle" if left else "bottom",
            font={"color": palette.ink, "size": 12},
        )
        for line, series in enumerate(chart.series)
    ]
    in_time = chart.ticks != chart.places
    # Every other place has its name below it; those in time need not.
    letters = TICK if in_time else int((NARROW if left else SCREEN) / max(count, 1) / LETTER)
    shown = some(chart.ticks, 4) if in_time else list(range(count))
    named_below = [
        [shortened(part, letters) for part in wrap(chart.ticks[place], letters, break_long_words=False)[:2]]
        for place in shown
    ]
    lines_below = max(map(len, named_below), default=1)
    widest = max((len(label) for series in chart.series for label in series.labels), default=0)
    return {
        "data": [
            {
                "type": "bar",
                "x": cells["x"],
                "y": [high] * len(cells["x"]),
                "base": cells["base"],
                "width": 0.95,
                "marker": {"color": cells["color"], "line": {"color": palette.line, "width": 0.5}},
                "text": cells["label"],
                "textposition": "inside" if widest <= 7 else "none",
                "insidetextanchor": "middle",
                "textangle": 0,
                "insidetextfont": {"color": cells["words"], "size": 12},
                "hovertext": cells["said"],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "customdata": cells["link"],
            }
        ],
        "layout": {
            "height": row * max(lines, 1) + top + 8 + LINE * lines_below,
            "margin": {"l": left, "r": 12, "t": top, "b": 8 + LINE * lines_below},
            "barmode": "overlay",
            # Numbers that would be too small to read are left to the box and the table.
            "uniformtext": {"mode": "hide", "minsize": 10},
            **(
                {}
                if left
                else {"meta": {"names": [entry.name for entry in chart.series], "labels": [""] * lines, "share": 1}}
            ),
            "annotations": [*named, *over],
            "xaxis": {
                "range": [-0.5, count - 0.5],
                "tickvals": shown,
                "ticktext": ["<br>".join(map(text, parts)) for parts in named_below],
            },
            "yaxis": {"range": [lines, 0], "visible": False},
        },
    }

"""Numbers in large type on paper, three in a row."""

from typing import Any

from reports.charts import NumberChart
from reports.paper_charts.sheet import LETTER, LINE, SMALL, WIDTH, Sheet, shortened
from reports.tokens import LIGHT

MOST_IN_ROW = 3
ROW = 62.0


def numbers(chart: NumberChart) -> Any:
    in_row = min(len(chart.numbers), MOST_IN_ROW)
    rows = -(-len(chart.numbers) // in_row)
    sheet = Sheet(ROW * rows)
    wide = WIDTH / in_row
    letters = int(wide / LETTER) - 3
    for place, entry in enumerate(chart.numbers):
        left, top = wide * (place % in_row), ROW * (place // in_row)
        sheet.text(left, top + LINE / 2, shortened(entry.name, letters))
        sheet.text(left, top + LINE + 15, entry.label, size=22, color=LIGHT.ink, weight="bold")
        sheet.text(left, top + LINE + 36, shortened(entry.note, letters), size=SMALL)
    return sheet.figure

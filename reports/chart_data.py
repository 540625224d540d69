"""From a table to its chart: which columns are the places, and which are drawn."""

from typing import Any

from reports.charts import Bar, BarChart, Chart
from reports.columns import Type
from reports.results import ResultColumn, Table
from reports.spec import ChartSpec
from reports.wording import value_in_words

MOST_BARS = 12


def chart_of(spec: ChartSpec, table: Table) -> Chart | None:
    """The chart of ``table``, or None where there is nothing to draw."""
    if not table.rows:
        return None
    names = [column.name for column in table.columns]
    measure = names.index(spec.measures[0])
    column = table.columns[measure]
    by = names.index(spec.by) if spec.by else None
    bars = tuple(bar(row, by, measure, column) for row in table.rows[:MOST_BARS])
    return BarChart(
        title=spec.title or column.label,
        unit="%" if column.type == Type.PERCENT else column.label,
        bars=bars,
        limit=100 if column.type == Type.PERCENT else None,
        description="; ".join(f"{entry.name}: {entry.label}" for entry in bars),
    )


def bar(row: tuple[Any, ...], by: int | None, measure: int, column: ResultColumn) -> Bar:
    value = row[measure]
    return Bar(str(row[by]) if by is not None else "", value or 0, value_in_words(value, column.type))

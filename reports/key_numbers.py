"""One number in large type, against the period before where there is one."""

from collections.abc import Iterator
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reports.chart_grids import Grid, Reader, grid_of, is_running, known
from reports.charts import Number, NumberChart, Series
from reports.columns import Type
from reports.moments import Moment
from reports.results import ResultColumn
from reports.wording import number_in_words, value_in_words

MOST_NUMBERS = 6


def number_chart(
    reader: Reader, words: dict[str, Any], notes: list[str], moment: Moment | None = None
) -> NumberChart | None:
    """Over time the newest whole period, else the only row, else the sum of what adds up. None where there is none."""
    reader.measures, reader.left_out = reader.asked, []
    notes = notes[:1]
    grid = grid_of(reader)
    found = list(newest(grid, reader, moment) if grid.is_time else sums(reader))
    if not found:
        return None
    if len(found) > MOST_NUMBERS:
        notes.append(
            _("Showing %(shown)s of %(total)s numbers.") % {"shown": MOST_NUMBERS, "total": number_format(len(found))}
        )
        found = found[:MOST_NUMBERS]
    return NumberChart(
        **words | {"note": " ".join(filter(None, notes))},
        description=" ".join(
            f"{number.name}: {number.label}{f' ({number.note})' if number.note else ''}." for number in found
        ),
        numbers=tuple(found),
    )


def sums(reader: Reader) -> Iterator[Number]:
    table = reader.table
    for measure in reader.measures:
        column = table.columns[measure]
        values = [known(row[measure]) for row in table.rows]
        if len(values) == 1:
            yield Number(column.label, value_in_words(values[0], column.type), row=0)
        elif column.adds_up and not table.is_cut:
            yield Number(column.label, value_in_words(sum(filter(None, values)), column.type))


def newest(grid: Grid, reader: Reader, moment: Moment | None) -> Iterator[Number]:
    last = len(grid.places) - 1
    if last and is_running(grid.places[last], reader.by_column, moment):
        # What has only begun is no match for what is over.
        last -= 1
    columns = [reader.table.columns[measure] for measure in reader.measures]
    for place, line in enumerate(grid.series):
        column = columns[place % len(columns)]
        yield Number(
            name=line.name,
            label=line.labels[last],
            note=change(line, last, grid.names, column),
            trend=line.values[: last + 1],
            row=line.rows[last],
        )


def change(line: Series, last: int, names: tuple[str, ...], column: ResultColumn) -> str:
    """ "Week of 16 November 2026: 12 more than before (140)"."""
    value = line.values[last]
    before = line.values[last - 1] if last else None
    if value is None or before is None:
        return names[last]
    # Two decimals, as numbers are kept: what is left of a difference of floats is no difference.
    apart = round(abs(value - before), 2)
    words = {
        "place": names[last],
        "count": line.labels[last - 1],
        "n": _("%(n)s points") % {"n": number_in_words(apart, 0 if apart == int(apart) else 1)}
        if column.type == Type.PERCENT
        else value_in_words(apart, column.type),
    }
    if value > before:
        return _("%(place)s: %(n)s more than before (%(count)s)") % words
    if value < before:
        return _("%(place)s: %(n)s less than before (%(count)s)") % words
    return _("%(place)s: as many as before") % words

"""One number in large type, against the period before where there is one."""

from collections.abc import Iterator
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reports.chart_grids import Grid, Reader, grid_of, is_running, known
from reports.charts import Number, NumberChart, Series
from reports.columns import Type
from reports.moments import Moment
from reports.results import KeyNumber, ResultColumn
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


def number_against(name: str, number: KeyNumber, before: KeyNumber | None, words: str) -> Number:
    """A report's key number beside the same of the stretch before, which ``words`` name: "in the 12 weeks before"."""
    label = value_in_words(number.value, number.type)
    if before is None or before.value is None:
        return Number(name, label, note=_("nothing to compare with %(before)s") % {"before": words} if before else "")
    given = {
        "before": words,
        "count": value_in_words(before.value, before.type),
        "n": apart(number.value or 0, before.value, number.type),
    }
    counts = number.type in (Type.NUMBER, Type.DURATION)
    if counts and not before.value:
        note = _("none %(before)s")
    elif number.value is None:
        note = _("%(count)s %(before)s")
    elif number.value > before.value:
        note = _("%(n)s more than %(before)s (%(count)s)")
    elif number.value < before.value:
        note = (
            _("%(n)s fewer than %(before)s (%(count)s)")
            if number.type == Type.NUMBER
            else _("%(n)s less than %(before)s (%(count)s)")
        )
    else:
        note = _("as many as %(before)s") if counts else _("the same as %(before)s")
    return Number(name, label, note=note % given)


def apart(value: float, before: float, kind: Type) -> str:
    """How far two values lie from one another, in words."""
    # Two decimals, as numbers are kept: what is left of a difference of floats is no difference.
    found = round(abs(value - before), 2)
    if kind == Type.PERCENT:
        return _("%(n)s points") % {"n": number_in_words(found, 0 if found == int(found) else 1)}
    return value_in_words(found, kind)


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
    words = {"place": names[last], "count": line.labels[last - 1], "n": apart(value, before, column.type)}
    if value > before:
        return _("%(place)s: %(n)s more than before (%(count)s)") % words
    if value < before:
        return _("%(place)s: %(n)s less than before (%(count)s)") % words
    return _("%(place)s: as many as before") % words

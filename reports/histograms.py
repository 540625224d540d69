"""How often there was how much: values of a table sorted into even, round stretches."""

from math import floor
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.chart_grids import Reader, known
from reports.charts import Histogram, Series
from reports.columns import Type
from reports.scales import nice_step, tick_label
from reports.wording import value_in_words

MOST_STRETCHES = 10
# Whole numbers that lie this close get a bar each.
MOST_SINGLE = 12


def histogram(reader: Reader, words: dict[str, Any], notes: list[str]) -> Histogram | None:
    """Rows counted by what they measure; with a number as ``by``, what is measured counted by that number."""
    by = reader.by_column
    if by is not None and reader.by is not None and by.is_number:
        column = by
        pairs = [(known(row[reader.by]), known(row[reader.measures[0]]) or 0) for row in reader.table.rows]
        unit = reader.measure.label
    else:
        column = reader.measure
        pairs = [(known(row[reader.measures[0]]), 1) for row in reader.table.rows]
        unit = _("rows")
    found = [(value, count) for value, count in pairs if value is not None and count > 0]
    if not found:
        return None
    unknown = sum(value is None for value, _count in pairs)
    if unknown:
        notes.append(
            ngettext("%(n)s row without a value is not drawn.", "%(n)s rows without a value are not drawn.", unknown)
            % {"n": number_format(unknown, force_grouping=True)}
        )
    low, high = min(value for value, _count in found), max(value for value, _count in found)
    edges, step = edges_of(low, high, column.type)
    counts = [0.0] * (len(edges) - 1)
    for value, count in found:
        counts[min(sum(value >= edge for edge in edges), len(counts)) - 1] += count
    counts = [int(count) if count == int(count) else count for count in counts]
    is_single = column.type == Type.NUMBER and step == 1
    places = tuple(stretch(first, step, column.type) for first in edges[:-1])
    labels = tuple(value_in_words(count, Type.NUMBER) for count in counts)
    middle = median(found)
    peak = max(range(len(counts)), key=lambda place: counts[place])
    said = _("Most, %(count)s, lie at: %(place)s. Median: %(middle)s; lowest: %(low)s; highest: %(high)s.") % {
        "count": labels[peak],
        "place": places[peak],
        "middle": value_in_words(middle, decimal(column.type)),
        "low": value_in_words(low, column.type),
        "high": value_in_words(high, column.type),
    }
    return Histogram(
        **words | {"unit": unit, "type": Type.NUMBER, "note": " ".join(filter(None, notes)), "description": said},
        edges=edges,
        places=places,
        counts=Series(unit, tuple(counts), labels),
        ticks=tuple(
            (edge + 0.5, tick_label(edge, step, column.type))
            if is_single
            else (edge, tick_label(edge, step, column.type))
            for edge in (edges[:-1] if is_single else edges)
        ),
        axis=column.label,
        middle=middle + 0.5 if is_single else middle,
        middle_label=_("median %(value)s") % {"value": value_in_words(middle, decimal(column.type))},
    )


def decimal(kind: Type) -> Type:
    """The type of a value that may lie between two."""
    return Type.DECIMAL if kind == Type.NUMBER else kind


def edges_of(low: float, high: float, kind: Type) -> tuple[tuple[float, ...], float]:
    """Round edges around all values, and the step between them."""
    if kind == Type.PERCENT and low >= 0 and high <= 100:
        return tuple(range(0, 101, 10)), 10
    if kind == Type.NUMBER and high - low < MOST_SINGLE:
        step: float = 1
    else:
        step = nice_step(high - low, kind, MOST_STRETCHES)
    first, last = floor(low / step), floor(high / step) + 1
    return tuple(round(place * step, 6) for place in range(first, last + 1)), step


def stretch(first: float, step: float, kind: Type) -> str:
    """ "3", "10–19", "10 % to 20 %"."""
    if kind == Type.NUMBER:
        last = first + step - 1
        low, high = (tick_label(value, 1, kind) for value in (first, last))
        return low if step == 1 else f"{low}–{high}"
    return _("%(low)s to %(high)s") % {
        "low": tick_label(first, step, kind),
        "high": tick_label(first + step, step, kind),
    }


def median(pairs: list[tuple[float, float]]) -> float:
    """The middle of the values, each as often as it counts."""
    ordered, half, seen = sorted(pairs), sum(count for _value, count in pairs) / 2, 0.0
    for place, (value, count) in enumerate(ordered):
        seen += count
        if seen > half:
            return value
        if seen == half and place + 1 < len(ordered):
            return (value + ordered[place + 1][0]) / 2
    return ordered[-1][0]

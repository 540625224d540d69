"""From a table to its chart: what is drawn, what is cut and how it is all said in words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.chart_grids import Grid, Place, Reader, flat_grid, grid_of, is_running, series_of
from reports.charts import BarChart, Chart, DonutChart, Heatmap, LineChart, Series
from reports.columns import BUCKET_WORDS, Type
from reports.histograms import histogram
from reports.key_numbers import number_chart
from reports.moments import Moment
from reports.results import Table
from reports.scales import Tick, tick_label, ticks
from reports.spec import ChartSpec
from reports.tokens import MOST_SERIES
from reports.wording import value_in_words

MOST_NAMED = 12
# Bars in time are thinner, and points thinner still.
MOST_BARS_IN_TIME = 31
MOST_POINTS = 400
MOST_BARS = 36
# Three at least, since a round step reaches the top in more than two.
MOST_SHADES = 5
SHORT = 6
PERCENT = "\u00a0%"


def chart_of(spec: ChartSpec, table: Table, moment: Moment | None = None) -> Chart | None:
    """The chart of ``table``, or None where there is nothing to draw. Days are those of the zone of ``moment``, and a week
    or month that it lies in is still running.

    Parts of a donut and of stacks must add up and be above zero; what does not is drawn side by side, and the note says so.
    """
    if not table.rows:
        return None
    reader = Reader(spec, table, moment.zone if moment else None)
    words: dict[str, Any] = {
        "title": _(spec.title) if spec.title else title_of(reader),
        # A title made of what is measured says the unit.
        "unit": reader.measure.label if spec.title and (len(reader.measures) == 1 or reader.others) else "",
        "type": reader.measure.type,
    }
    notes = [drawn_from(table), left_out(reader)]
    if spec.kind == "histogram":
        return histogram(reader, words, notes)
    if spec.kind == "number":
        return number_chart(reader, words, notes, moment)
    grid = flat_grid(reader) if spec.kind == "donut" else grid_of(reader)
    if not any(True for _value in grid.values):
        return None
    if grid.is_time and (undated := sum(row[reader.by] is None for row in table.rows)):
        notes.append(
            ngettext("%(n)s row without a date is not drawn.", "%(n)s rows without a date are not drawn.", undated)
            % {"n": counted(undated)}
        )
    return KINDS[spec.kind](grid, reader, words, notes, moment)


# Kinds --------------------------------------------------------------------------------


def bars(
    grid: Grid,
    reader: Reader,
    words: dict[str, Any],
    notes: list[str],
    moment: Moment | None = None,
    *,
    is_horizontal: bool = False,
    is_stacked: bool = False,
) -> BarChart:
    adds_up = grid.adds_up and all(value >= 0 for value in grid.values)
    if is_stacked and not adds_up:
        notes.append(_("Drawn side by side, for only what adds up and is above zero can be stacked."))
    is_stacked = is_stacked and len(grid.series) > 1 and adds_up
    grid = capped(grid, notes, adds_up=is_stacked)
    most = MOST_BARS_IN_TIME if grid.is_time and not is_horizontal else MOST_NAMED
    if len(grid.series) > 1 and not is_stacked:
        most = max(min(most, MOST_BARS // len(grid.series)), SHORT)
    grid = cut(grid, reader, notes, most)
    totals: tuple[str, ...] = ()
    if is_stacked:
        sums = tuple(sum(filter(None, column)) for column in zip(*(s.values for s in grid.series), strict=True))
        totals = series_of("", sums, reader.measure).labels
    grid = begun(grid, reader, moment)
    return BarChart(
        **words,
        note=joined(notes),
        description=joined(extremes(line, grid.names, alone=len(grid.series) == 1) for line in grid.series),
        places=grid.names,
        ticks=grid.ticks,
        series=grid.series,
        limit=100 if is_percent(grid) and not is_stacked else None,
        totals=totals,
        is_horizontal=is_horizontal,
        is_stacked=is_stacked,
    )


def horizontal(*given: Any) -> BarChart:
    return bars(*given, is_horizontal=True)


def stacked(*given: Any) -> BarChart:
    return bars(*given, is_stacked=True)


def lines(
    grid: Grid,
    reader: Reader,
    words: dict[str, Any],
    notes: list[str],
    moment: Moment | None = None,
    *,
    is_area: bool = False,
) -> LineChart:
    adds_up = grid.adds_up and all(value >= 0 for value in grid.values)
    if is_area and len(grid.series) > 1 and not adds_up:
        notes.append(_("Drawn as lines, for only what adds up and is above zero can be stacked."))
        is_area = False
    # Lines need no sum to be read side by side, but what is left out may only be added up where that is one.
    grid = cut(capped(grid, notes, adds_up=adds_up), reader, notes, MOST_POINTS)
    positions: tuple[float, ...] = ()
    column = reader.by_column
    if grid.is_time and column is not None and column.bucket is None:
        positions = tuple(days_since(place, grid.places[0]) for place in grid.places)
    has_begun = is_running(grid.places[-1], column, moment)
    if has_begun:
        series = tuple(replace(line, labels=(*line.labels[:-1], so_far(line.labels[-1]))) for line in grid.series)
        grid = replace(grid, series=series)
    return LineChart(
        **words,
        note=joined(notes),
        description=joined(course_of(line, grid.names) for line in grid.series),
        places=grid.names,
        ticks=grid.ticks or grid.names,
        positions=positions,
        series=grid.series,
        limit=100 if is_percent(grid) else None,
        is_area=is_area,
        is_running=has_begun,
    )


def area(*given: Any) -> LineChart:
    return lines(*given, is_area=True)


def donut(
    grid: Grid, reader: Reader, words: dict[str, Any], notes: list[str], moment: Moment | None = None
) -> Chart | None:
    series = grid.series[0]
    if not grid.adds_up or any(value < 0 for value in grid.values):
        notes.append(_("Drawn as bars, for only what adds up and is above zero has parts of a whole."))
        return bars(grid, reader, words, notes, is_horizontal=True)
    order = sorted(range(len(grid.places)), key=lambda place: -(series.values[place] or 0))
    order = [place for place in order if series.values[place]]
    whole = sum(series.values[place] or 0 for place in order)
    if not whole:
        return None
    named, rest = (order, []) if len(order) <= MOST_SERIES + 1 else (order[:MOST_SERIES], order[MOST_SERIES:])
    names = [grid.places[place].name for place in named]
    values = [series.values[place] or 0 for place in named]
    rows = [series.rows[place] for place in named]
    if rest:
        names.append(other(len(rest)))
        values.append(sum(series.values[place] or 0 for place in rest))
        rows.append(None)
    labels = tuple(share_label(value, whole, reader.measure.type) for value in values)
    return DonutChart(
        **words,
        note=joined(notes),
        description="; ".join(f"{name}: {label}" for name, label in zip(names, labels, strict=True)),
        places=tuple(names),
        parts=Series(series.name, tuple(values), labels, tuple(rows)),
        whole=value_in_words(whole, reader.measure.type),
    )


def heatmap(
    grid: Grid, reader: Reader, words: dict[str, Any], notes: list[str], moment: Moment | None = None
) -> Heatmap:
    if len(grid.series) > MOST_NAMED:
        notes.append(showing("", MOST_NAMED, len(grid.series)))
        grid = replace(grid, series=grid.series[:MOST_NAMED])
    grid = begun(cut(grid, reader, notes, MOST_NAMED), reader, moment)
    values = list(grid.values)
    found = ticks(min(values, default=0), max(values, default=0), grid.type, MOST_SHADES)
    low = min(values, default=0)
    # No shade for what lies below all of them.
    steps = [tick for place, tick in enumerate(found) if place + 1 == len(found) or found[place + 1].value > low]
    steps = steps if len(steps) > 1 else list(found[-2:])
    highest = max(
        ((value, line, place) for line in grid.series for place, value in enumerate(line.values) if value is not None),
        key=lambda entry: entry[0],
        default=None,
    )
    said = ""
    if highest:
        _value, line, place = highest
        said = _("Highest: %(row)s, %(column)s: %(value)s.") % {
            "row": line.name,
            "column": grid.names[place],
            "value": line.labels[place],
        }
    return Heatmap(
        **words,
        note=joined(notes),
        description=said,
        places=grid.names,
        ticks=grid.ticks or grid.names,
        series=grid.series,
        edges=tuple(tick.value for tick in steps),
        shades=tuple(shade_words(steps, grid.type)),
    )


def shade_words(steps: Sequence[Tick], kind: Type) -> Iterator[str]:
    """ "0–9", "10–19", "20–30": of whole numbers each has one shade by its words, too."""
    for place, (first, last) in enumerate(pairwise(steps), start=2):
        # The sign once, at the end.
        begin, is_last = first.label.removesuffix(PERCENT), place == len(steps)
        if is_last or kind != Type.NUMBER:
            yield f"{begin}–{last.label if is_last else last.label.removesuffix(PERCENT)}"
        else:
            end = tick_label(last.value - 1, 1, kind)
            yield begin if end == begin else f"{begin}–{end}"


KINDS: dict[str, Callable[..., Chart | None]] = {
    "bar": bars,
    "grouped": bars,
    "stacked": stacked,
    "horizontal": horizontal,
    "line": lines,
    "area": area,
    "donut": donut,
    "heatmap": heatmap,
}


# Cutting ------------------------------------------------------------------------------


def capped(grid: Grid, notes: list[str], *, adds_up: bool) -> Grid:
    """At most six series; the smaller ones are one more, called other, where they add up, and else are left out."""
    if len(grid.series) <= MOST_SERIES + adds_up:
        return grid
    order = sorted(grid.series, key=lambda line: -sum(filter(None, line.values))) if adds_up else list(grid.series)
    kept, rest = order[:MOST_SERIES], order[MOST_SERIES:]
    named = tuple(line for line in grid.series if any(line is one for one in kept))
    if not adds_up:
        notes.append(showing("", len(named), len(grid.series)))
        return replace(grid, series=named)
    sums = tuple(sum(filter(None, column)) for column in zip(*(line.values for line in rest), strict=True))
    labels = tuple(value_in_words(value, grid.type) for value in sums)
    return replace(grid, series=(*named, Series(other(len(rest)), sums, labels, (None,) * len(sums))))


def cut(grid: Grid, reader: Reader, notes: list[str], most: int) -> Grid:
    """At most ``most`` places: the newest in time, else the first in the table's order."""
    count = len(grid.places)
    if count <= most:
        return grid
    column = reader.by_column
    label = column.label if column else ""
    notes.append(showing(label, most, count))
    return grid.at(slice(count - most, count) if grid.is_time else slice(0, most))


def other(count: int) -> str:
    return _("Other (%(n)s)") % {"n": counted(count)}


def showing(label: str, shown: int, total: int) -> str:
    """ "Team: showing 12 of 60." """
    words = {"label": label, "shown": counted(shown), "total": counted(total)}
    return (
        _("%(label)s: showing %(shown)s of %(total)s.") % words
        if label
        else _("Showing %(shown)s of %(total)s series.") % words
    )


def drawn_from(table: Table) -> str:
    if not table.is_cut:
        return ""
    return _("Drawn from %(shown)s of %(total)s rows.") % {
        "shown": counted(table.shown),
        "total": counted(table.total),
    }


def left_out(reader: Reader) -> str:
    if not reader.left_out:
        return ""
    return _("Not drawn, for it has another unit: %(names)s.") % {"names": ", ".join(reader.left_out)}


# Words --------------------------------------------------------------------------------


def counted(count: int) -> str:
    return str(number_format(count, force_grouping=True))


def begun(grid: Grid, reader: Reader, moment: Moment | None) -> Grid:
    """With a last place that says so where it is not over."""
    last = grid.places[-1]
    if not is_running(last, reader.by_column, moment):
        return grid
    tick = " ".join(part.replace(" ", "\u00a0") for part in (last.tick, _("so far")))
    return replace(grid, places=(*grid.places[:-1], Place(so_far(last.name), tick, last.day)))


def so_far(words: str) -> str:
    return _("%(number)s so far") % {"number": words}


def joined(parts: Iterable[str]) -> str:
    return " ".join(filter(None, parts))


def title_of(reader: Reader) -> str:
    """ "Completions by week", "Completion rate by Team"."""
    measure, by = ", ".join(reader.table.columns[place].label for place in reader.measures), reader.by_column
    if by is None:
        return measure
    if by.bucket:
        return f"{measure} {BUCKET_WORDS[by.bucket]}"
    return _("%(measure)s by %(column)s") % {"measure": measure, "column": by.label}


def is_percent(grid: Grid) -> bool:
    return grid.type == Type.PERCENT and all(0 <= value <= 100 for value in grid.values)


def share_label(value: float, whole: float, kind: Type) -> str:
    if kind == Type.PERCENT:
        return value_in_words(value, kind)
    share = min(max(round(100 * value / whole), 1), 99) if value != whole else 100
    return _("%(value)s (%(share)s %%)") % {"value": value_in_words(value, kind), "share": share}


def extremes(line: Series, names: Sequence[str], *, alone: bool) -> str:
    """All values where they are few, else the highest and the lowest."""
    found = [(value, place) for place, value in enumerate(line.values) if value is not None]
    if not found:
        return ""
    if len(line.values) <= SHORT:
        words = "; ".join(f"{name}: {label}" for name, label in zip(names, line.labels, strict=True))
    else:
        high, low = max(found, key=lambda entry: entry[0])[1], min(found, key=lambda entry: entry[0])[1]
        words = _("highest: %(high)s, %(most)s; lowest: %(low)s, %(least)s") % {
            "high": names[high],
            "most": line.labels[high],
            "low": names[low],
            "least": line.labels[low],
        }
    return f"{words}." if alone else f"{line.name}: {words}."


def course_of(line: Series, names: Sequence[str]) -> str:
    found = [place for place, value in enumerate(line.values) if value is not None]
    if not found:
        return ""
    peak = max(found, key=lambda place: line.values[place] or 0)
    return _("%(name)s: from %(first)s at first to %(last)s at last; most, %(most)s, in: %(peak)s.") % {
        "name": line.name,
        "first": line.labels[found[0]],
        "last": line.labels[found[-1]],
        "most": line.labels[peak],
        "peak": names[peak],
    }


def days_since(place: Place, first: Place) -> float:
    elapsed: Any = place.day - first.day  # type: ignore[operator]
    return float(round(elapsed.total_seconds() / 86400, 4))

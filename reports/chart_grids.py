"""From a table to places and series: what stands where in a chart, before it is known how it is drawn."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from reports.charts import Series
from reports.columns import Aggregation, Bucket, Type
from reports.moments import Moment
from reports.results import ResultColumn, Table
from reports.spec import ChartSpec
from reports.wording import value_in_words

COUNTED = frozenset({Aggregation.COUNT, Aggregation.COUNT_DISTINCT, Aggregation.SUM, Aggregation.SHARE})
DAYS = {Bucket.DAY: 1, Bucket.WEEK: 7}
# Ten years of days.
MOST_FILLED = 3660
MONTHS = {Bucket.MONTH: 1, Bucket.QUARTER: 3, Bucket.YEAR: 12}


@dataclass(frozen=True)
class Place:
    """``tick`` is its shortest name, ``day`` what orders it where it is one in time."""

    name: str
    tick: str = ""
    day: dt.datetime | dt.date | None = None


@dataclass(frozen=True)
class Grid:
    """``series`` have one value for each of ``places``. ``adds_up`` says that the series may be added to one another."""

    places: tuple[Place, ...]
    series: tuple[Series, ...]
    type: Type
    adds_up: bool
    is_time: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(place.name for place in self.places)

    @property
    def ticks(self) -> tuple[str, ...]:
        return tuple(place.tick for place in self.places) if self.is_time else ()

    @property
    def values(self) -> Iterator[float]:
        return (value for series in self.series for value in series.values if value is not None)

    def at(self, kept: slice) -> "Grid":
        """Only those places."""
        series = tuple(Series(line.name, line.values[kept], line.labels[kept], line.rows[kept]) for line in self.series)
        return replace(self, places=self.places[kept], series=series)


class Reader:
    """The columns of a table as one chart uses them."""

    def __init__(self, spec: ChartSpec, table: Table, zone: dt.tzinfo | None):
        names = [column.name for column in table.columns]
        self.table, self.zone = table, zone
        asked = [names.index(name) for name in spec.measures]
        first = unit_of(table.columns[asked[0]])
        # One axis has one unit.
        self.asked = asked
        self.measures = [place for place in asked if unit_of(table.columns[place]) == first]
        self.left_out = [table.columns[place].label for place in asked if place not in self.measures]
        self.by = names.index(spec.by) if spec.by else None
        grouped = any(column.aggregation or column.bucket for column in table.columns)
        self.others = [
            place
            for place, column in enumerate(table.columns)
            if grouped and column.aggregation is None and place not in (self.by, *self.measures)
        ]
        self.is_grouped = grouped

    @property
    def measure(self) -> ResultColumn:
        return self.table.columns[self.measures[0]]

    @property
    def by_column(self) -> ResultColumn | None:
        return None if self.by is None else self.table.columns[self.by]

    def identity(self, row: int, place: int) -> Any:
        """What tells one group from another: two teams may bear one name."""
        if not self.is_grouped:
            return row
        column = self.table.columns[place]
        keys = self.table.keys[row] if self.table.keys else {}
        return keys.get(column.name, self.table.rows[row][place])

    def name(self, row: int, place: int) -> str:
        column = self.table.columns[place]
        return place_of(column, self.table.rows[row][place], self.zone).name


def unit_of(column: ResultColumn) -> Type:
    return Type.NUMBER if column.type == Type.DECIMAL else column.type


def place_of(column: ResultColumn, value: Any, zone: dt.tzinfo | None) -> Place:
    if value is None or value == "":
        return Place(_("none"))
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value, zone)
        if column.type == Type.DATE:
            value = value.date()
    if not isinstance(value, dt.date):
        return Place(value_in_words(value, column.type))
    match column.bucket:
        case Bucket.WEEK:
            day = date_format(value, "j F Y")
            return Place(capfirst(_("week of %(day)s") % {"day": day}), date_format(value, "j M"), value)
        case Bucket.MONTH:
            return Place(date_format(value, "F Y"), date_format(value, "M Y"), value)
        case Bucket.QUARTER:
            words = _("Q%(quarter)d %(year)d") % {"quarter": (value.month + 2) // 3, "year": value.year}
            return Place(words, words, value)
        case Bucket.YEAR:
            return Place(str(value.year), str(value.year), value)
    return Place(value_in_words(value, column.type, zone), date_format(value, "j M"), value)


def known(value: Any) -> float | None:
    """A number that can be drawn, or None."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, int) else float(value)


def flat_grid(reader: Reader) -> Grid:
    """One series; each row is a place of its own, named by all that tells it apart."""
    keys = [place for place in (reader.by, *reader.others) if place is not None]
    rows = range(len(reader.table.rows))
    places = tuple(Place(" · ".join(reader.name(row, key) for key in keys)) for row in rows)
    measure = reader.measures[0]
    values = tuple(known(reader.table.rows[row][measure]) for row in rows)
    return Grid(
        places=places,
        series=(series_of(reader.measure.label, values, reader.measure, tuple(rows)),),
        type=reader.measure.type,
        adds_up=reader.measure.adds_up,
    )


def series_of(
    name: str, values: Sequence[float | None], column: ResultColumn, rows: tuple[int | None, ...] = ()
) -> Series:
    return Series(name, tuple(values), tuple(value_in_words(value, column.type) for value in values), rows)


def grid_of(reader: Reader) -> Grid:
    """Places by ``by``; a series for each measure and each group of the other columns."""
    column, table = reader.by_column, reader.table
    places: dict[Any, Place] = {}
    lines: dict[Any, str] = {}
    cells: dict[tuple[Any, Any], tuple[float | None, int]] = {}
    for row, values in enumerate(table.rows):
        if column is None or reader.by is None:
            place_id, place = 0, Place("")
        else:
            place = place_of(column, values[reader.by], reader.zone)
            place_id = place.day if column.bucket and place.day else reader.identity(row, reader.by)
        places.setdefault(place_id, place)
        group = tuple(reader.identity(row, other) for other in reader.others)
        named = [reader.name(row, other) for other in reader.others]
        for measure in reader.measures:
            measured = [table.columns[measure].label] if len(reader.measures) > 1 or not named else []
            lines.setdefault((*group, measure), " · ".join([*named, *measured]))
            cells[(*group, measure), place_id] = (known(values[measure]), row)
    is_time = column is not None and any(place.day for place in places.values())
    if is_time and column is not None:
        places = in_order(places, column)
    return Grid(
        places=tuple(places.values()),
        series=tuple(
            series_of(
                name,
                tuple(cells.get((line, place), (missing(table, line[-1]), 0))[0] for place in places),
                table.columns[line[-1]],
                tuple(cells.get((line, place), (None, None))[1] for place in places),
            )
            for line, name in lines.items()
        ),
        type=reader.measure.type,
        adds_up=all(table.columns[measure].adds_up for measure in reader.measures),
        is_time=is_time,
    )


def missing(table: Table, measure: int) -> float | None:
    """What a group that is not in the table stands for: nothing counted is 0; an average of nothing is unknown, and so is
    what may be among the rows that the table leaves out."""
    return 0 if table.columns[measure].aggregation in COUNTED and not table.is_cut else None


def in_order(places: dict[Any, Place], column: ResultColumn) -> dict[Any, Place]:
    """Places in time, oldest first, with the weeks or months between them that have no row, unless these are very many.
    What has no date is not among them."""
    dated: list[tuple[Any, Place]] = [(identity, place) for identity, place in places.items() if place.day]
    dated.sort(key=lambda entry: entry[1].day)  # type: ignore[arg-type,return-value]
    if column.bucket is None:
        return dict(dated)
    days = list(islice(days_between(dated[0][1].day, dated[-1][1].day, column.bucket), MOST_FILLED + 1))
    if len(days) > MOST_FILLED:
        # A date that somebody mistyped, by centuries.
        return dict(dated)
    return {day: place_of(column, day, None) for day in days}


def days_between(first: Any, last: Any, bucket: Bucket) -> Iterator[dt.date]:
    day = first
    while day <= last:
        yield day
        if day == last:
            # There may be no day after it.
            return
        if bucket in DAYS:
            day += dt.timedelta(days=DAYS[bucket])
        else:
            count = day.year * 12 + day.month - 1 + MONTHS[bucket]
            day = dt.date(count // 12, count % 12 + 1, 1)


def is_running(place: Place, column: ResultColumn | None, moment: Moment | None) -> bool:
    """Whether ``moment`` lies in the week or month that begins with ``place``."""
    if moment is None or column is None or column.bucket is None or place.day is None:
        return False
    return list(days_between(place.day, moment.local.date(), column.bucket)) == [place.day]

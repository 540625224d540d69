"""Charts as data: numbers, and all the words around them. `figures` draws them for the browser, `paper_charts` for print."""

from dataclasses import dataclass

from reports.columns import Type


@dataclass(frozen=True)
class Series:
    """One bar, point or cell for each place. None is a number nobody knows: a gap, never a zero.

    ``labels`` say the values in words. ``rows`` tell which row of the table each value came from, None where it was added
    up from several.
    """

    name: str
    values: tuple[float | None, ...]
    labels: tuple[str, ...]
    rows: tuple[int | None, ...] = ()

    @property
    def last(self) -> int:
        """The last place whose value is known."""
        known = (place for place, value in enumerate(self.values) if value is not None)
        return max(known, default=len(self.values) - 1)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What all charts have. ``unit`` says what is counted; ``description`` is the chart in words, for who cannot see it;
    ``note`` says what is not drawn, such as "Team: showing 12 of 60.", and is empty where everything is."""

    title: str
    unit: str = ""
    description: str = ""
    note: str = ""
    type: Type = Type.NUMBER


@dataclass(frozen=True, kw_only=True)
class BarChart(Drawing):
    """Bars at places that have names, such as teams or weeks: one per series side by side, or stacked.

    ``ticks`` are shorter names for places in time, which stand in order and need not all be named. ``limit`` is the end
    of the scale where it has one, such as 100 for percentages. ``totals`` say in words how much each stack holds.
    """

    places: tuple[str, ...]
    series: tuple[Series, ...]
    ticks: tuple[str, ...] = ()
    limit: float | None = None
    totals: tuple[str, ...] = ()
    is_horizontal: bool = False
    is_stacked: bool = False

    @property
    def sums(self) -> list[float]:
        """What stands at each place, all series together."""
        return [sum(filter(None, column)) for column in zip(*(line.values for line in self.series), strict=True)]


@dataclass(frozen=True, kw_only=True)
class LineChart(Drawing):
    """Lines over places in time, each named at its end. Areas stand on one another.

    ``positions`` are days since the first place, where the places are not evenly apart. ``is_running`` says that the last
    place stands for a week or month that is not over, and so do its labels.
    """

    places: tuple[str, ...]
    series: tuple[Series, ...]
    ticks: tuple[str, ...] = ()
    positions: tuple[float, ...] = ()
    limit: float | None = None
    is_area: bool = False
    is_running: bool = False

    @property
    def heights(self) -> list[tuple[float | None, ...]]:
        """The values of each series as they are drawn: areas stand on one another."""
        found: list[tuple[float | None, ...]] = []
        for series in self.series:
            if self.is_area and found:
                pairs = zip(found[-1], series.values, strict=True)
                found.append(tuple((under or 0) + (value or 0) for under, value in pairs))
            else:
                found.append(series.values)
        return found

    def end(self, place: int) -> float:
        """How high the name of the series at ``place`` belongs: at the end of its line, or in the middle of its area."""
        series, last = self.series[place], self.series[place].last
        half = (series.values[last] or 0) / 2 if self.is_area and len(self.series) > 1 else 0
        return (self.heights[place][last] or 0) - half


@dataclass(frozen=True, kw_only=True)
class DonutChart(Drawing):
    """Parts of a whole, all above zero; ``whole`` says the sum in words."""

    places: tuple[str, ...]
    parts: Series
    whole: str


@dataclass(frozen=True, kw_only=True)
class Histogram(Drawing):
    """How many there are between each edge and the next; the last one counts its upper edge too.

    ``places`` name the stretches in words, ``ticks`` have the edges that are named at the axis. ``axis`` is what is
    measured, ``unit`` what is counted. ``middle`` is the median.
    """

    edges: tuple[float, ...]
    places: tuple[str, ...]
    counts: Series
    ticks: tuple[tuple[float, str], ...]
    axis: str
    middle: float
    middle_label: str


@dataclass(frozen=True, kw_only=True)
class Heatmap(Drawing):
    """A grid of values: one series a row, one place a column. ``edges`` part the values into shades, ``shades`` names
    these in words."""

    places: tuple[str, ...]
    ticks: tuple[str, ...]
    series: tuple[Series, ...]
    edges: tuple[float, ...]
    shades: tuple[str, ...]

    def shade(self, value: float) -> int:
        """Which of the shades ``value`` has."""
        return max(sum(value >= edge for edge in self.edges[:-1]) - 1, 0)


@dataclass(frozen=True)
class Number:
    """One number in words. ``note`` says it against the period before, ``trend`` are the values up to it."""

    name: str
    label: str
    note: str = ""
    trend: tuple[float | None, ...] = ()
    row: int | None = None


@dataclass(frozen=True, kw_only=True)
class NumberChart(Drawing):
    numbers: tuple[Number, ...]


Chart = BarChart | LineChart | DonutChart | Histogram | Heatmap | NumberChart

"""Charts as data. `paper_charts` draws them for print; the dashboard draws the same ones in the browser."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Bar:
    """One bar; ``label`` says the number in words, such as "41 %", and stands at the bar's end."""

    name: str
    value: float
    label: str


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars. ``limit`` is the end of the scale where it has one, such as 100 for percentages."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    limit: float | None = None
    description: str = ""


@dataclass(frozen=True)
class Series:
    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class LineChart:
    """Values over days, one line per series, each named at its end."""

    title: str
    unit: str
    days: tuple[dt.date, ...]
    series: tuple[Series, ...]
    step: Literal["day", "week", "month"] = "week"
    description: str = ""


Chart = BarChart | LineChart

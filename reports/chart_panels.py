"""A chart as a page shows it: its title, the drawing for the browser, and all of it in a table as well."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reports.charts import Chart, NumberChart
from reports.figures import drawn, links_of
from reports.results import Table
from reports.wording import value_in_words

SPARK_WIDTH, SPARK_HEIGHT = 120, 28


@dataclass(frozen=True)
class Cell:
    text: str
    url: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class BigNumber:
    """``spark`` has the points of a small line, for an SVG of 120 by 28."""

    name: str
    label: str
    note: str = ""
    url: str = ""
    note_url: str = ""
    spark: str = ""
    is_alarm: bool = False


@dataclass(frozen=True)
class Panel:
    """What `reports/includes/chart.html` shows. ``key`` tells it from the other charts of its page; without a chart,
    ``empty`` says why, and what to do. ``foot`` says what the table leaves out."""

    key: str
    title: str
    note: str
    empty: str = ""
    chart: Chart | None = None
    head: tuple[Cell, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    foot: str = ""
    # By theme; what the browser draws.
    figures: dict[str, Any] | None = None
    numbers: tuple[BigNumber, ...] = ()

    @property
    def id(self) -> str:
        return f"chart-{self.key}"

    @property
    def data_id(self) -> str:
        return f"{self.id}-data"


def chart_panel(
    chart: Chart | None,
    table: Table,
    *,
    key: str,
    title: str = "",
    note: str = "",
    empty: str = "",
    zone: dt.tzinfo | None = None,
    address: Callable[[int, str], str] | None = None,
    most: int | None = None,
) -> Panel:
    """``chart``, which was made from ``table``, and the table, or its first ``most`` rows.

    ``address`` says what a number opens, by the row's place and the column's name; without a name it is what the row
    stands for. Moments are shown in ``zone``.
    """
    if chart is None and not table.rows:
        return Panel(key, title, note, empty=empty or _("There is nothing to show here yet."))
    links = links_of(chart, [address(row, "") for row in range(table.shown)]) if chart and address else []
    listed = table.rows[:most]
    return Panel(
        key=key,
        title=title or (chart.title if chart else table.title),
        note=note,
        chart=chart,
        head=tuple(Cell(column.label, is_number=column.is_number) for column in table.columns),
        rows=tuple(
            tuple(
                Cell(
                    value_in_words(value, column.type, zone),
                    address(row, column.name) if address and value and column.is_number else "",
                    column.is_number,
                )
                for column, value in zip(table.columns, values, strict=True)
            )
            for row, values in enumerate(listed)
        ),
        foot=rows_shown(len(listed), table.total) if len(listed) < table.total else "",
        figures=drawn(chart, links=links) if chart else None,
        numbers=big_numbers(chart, links[0] if links else ()) if isinstance(chart, NumberChart) else (),
    )


def rows_shown(shown: int, total: int) -> str:
    return _("Showing %(shown)s of %(total)s rows.") % {
        "shown": number_format(shown, force_grouping=True),
        "total": number_format(total, force_grouping=True),
    }


def big_numbers(chart: NumberChart, links: Sequence[str]) -> tuple[BigNumber, ...]:
    return tuple(
        BigNumber(
            name=entry.name,
            label=entry.label,
            note=entry.note,
            url=links[place] if place < len(links) else "",
            spark=spark(entry.trend),
        )
        for place, entry in enumerate(chart.numbers)
    )


def spark(trend: Sequence[float | None]) -> str:
    """Points of a line through what is known of ``trend``, from zero up; nothing for less than three."""
    known = [(place, value) for place, value in enumerate(trend) if value is not None]
    if len(known) < 3:
        return ""
    low, high = min(0, *(value for _place, value in known)), max(0, *(value for _place, value in known))
    last, air = len(trend) - 1, 2
    across, up = (SPARK_WIDTH - 2 * air) / last, (SPARK_HEIGHT - 2 * air) / ((high - low) or 1)
    return " ".join(
        f"{air + place * across:.1f},{SPARK_HEIGHT - air - (value - low) * up:.1f}" for place, value in known
    )

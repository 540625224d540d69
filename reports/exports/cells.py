"""Values of a result as spreadsheets and other programs read them."""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from reports.columns import Type
from reports.results import ResultColumn

Maker = Callable[[Any], Any]


def headings(columns: tuple[ResultColumn, ...], zone: zoneinfo.ZoneInfo) -> list[str]:
    return [heading(column, zone) for column in columns]


def heading(column: ResultColumn, zone: zoneinfo.ZoneInfo) -> str:
    """The label with the unit that a bare number or time would leave open."""
    match column.type:
        case Type.DATETIME:
            return f"{column.label} ({zone.key})"
        case Type.PERCENT:
            return f"{column.label} (%)"
        case Type.DURATION:
            return _("%(label)s (seconds)") % {"label": column.label}
    return column.label


def cell_makers(columns: tuple[ResultColumn, ...], zone: zoneinfo.ZoneInfo, *, with_dates: bool = False) -> list[Maker]:
    """What makes each column's values cells of a spreadsheet: yes and no are words.

    ``with_dates`` leaves days and moments what they are, moments as they read in ``zone``; without it they are text.
    """
    yes, no = _("yes"), _("no")
    own: dict[Type, Maker] = {Type.BOOLEAN: lambda value: value if value is None else yes if value else no}
    if with_dates:
        own |= {
            Type.DATE: lambda value: day_of(value, zone),
            Type.DATETIME: lambda value: value and value.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0),
        }
    return [own.get(column.type) or maker for column, maker in zip(columns, data_makers(columns, zone), strict=True)]


def data_makers(columns: tuple[ResultColumn, ...], zone: zoneinfo.ZoneInfo) -> list[Maker]:
    """What makes each column's values plain data: days as 2026-11-23, moments in ``zone`` as 2026-11-23 08:00, numbers
    as numbers."""

    def day(value: Any) -> str | None:
        found = day_of(value, zone)
        return found and found.isoformat()

    def moment(value: Any) -> str | None:
        return value and value.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    own: dict[Type, Maker] = {Type.DATE: day, Type.DATETIME: moment}
    return [own.get(column.type, as_it_is) for column in columns]


def day_of(value: Any, zone: zoneinfo.ZoneInfo) -> dt.date | None:
    """The day in ``zone`` of a moment; a day is one everywhere."""
    return value.astimezone(zone).date() if isinstance(value, dt.datetime) else value


def as_it_is(value: Any) -> Any:
    return value

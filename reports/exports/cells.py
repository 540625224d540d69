"""Values of a result as spreadsheets and other programs read them."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from reports.columns import Type
from reports.results import ResultColumn


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


def sheet_cells(columns: tuple[ResultColumn, ...], row: tuple[Any, ...], zone: zoneinfo.ZoneInfo) -> Iterator[Any]:
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, bool):
            yield _("yes") if value else _("no")
        else:
            yield data_value(column, value, zone)


def data_value(column: ResultColumn, value: Any, zone: zoneinfo.ZoneInfo) -> Any:
    """``value`` as plain data: days as 2026-11-23, moments in ``zone`` as 2026-11-23 08:00, numbers as numbers."""
    if isinstance(value, dt.datetime):
        local = value.astimezone(zone)
        return local.date().isoformat() if column.type == Type.DATE else local.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value

"""A report as JSON: for programs."""

import datetime as dt
import json
import zoneinfo
from pathlib import Path

from reports.exports.cells import data_makers
from reports.results import Stream


def export_json(stream: Stream, path: Path, *, title: str, at: dt.datetime, zone: zoneinfo.ZoneInfo) -> int:
    """Write ``stream`` to ``path`` as one object, a row a line; returns how many rows.

    ``columns`` says name, label and type of each; a row is an object by column name.
    """
    names = [column.name for column in stream.columns]
    columns = [{"name": column.name, "label": column.label, "type": column.type} for column in stream.columns]
    head = {"title": title, "as_of": at.astimezone(zone).isoformat(), "zone": zone.key, "rows_total": stream.total}
    makers = data_makers(stream.columns, zone)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps({**head, "columns": columns}, ensure_ascii=False)[:-1] + ', "rows": [')
        for row in stream.rows:
            values = (make(value) for make, value in zip(makers, row, strict=True))
            file.write(",\n" if count else "\n")
            file.write(json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False))
            count += 1
        file.write("\n]}\n")
    return count

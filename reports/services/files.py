"""Writing a report to a file that appears whole or not at all."""

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from reports.exports.csv import export_csv
from reports.exports.pdf import MOST_ROWS, Cover, export_pdf
from reports.models import Format
from reports.registries import Moment, Source
from reports.selectors.results import report_result, report_stream
from workbench.days import site_zone


def write_report(
    *, source: Source, viewer: Any, kind: str, path: Path, at: datetime, bom: bool = False, title: str = ""
) -> tuple[int, int]:
    """Write ``source`` as ``viewer`` may see it to ``path``; returns rows shown and rows in all.

    A failure leaves ``path`` as it was: the file is made beside it and moved into its place.
    """
    moment = Moment(at=at, zone=site_zone())
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    beside = Path(name)
    try:
        shown, total = make_file(
            source=source, viewer=viewer, kind=kind, path=beside, moment=moment, bom=bom, title=title
        )
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return shown, total


def make_file(
    *,
    source: Source,
    viewer: Any,
    kind: str,
    path: Path,
    moment: Moment,
    number: str = "",
    bom: bool = False,
    title: str = "",
) -> tuple[int, int]:
    """One format of one report in ``path``; returns rows shown and rows in all."""
    if kind == Format.PDF:
        result = report_result(source=source, viewer=viewer, moment=moment, limit=MOST_ROWS)
        export_pdf(result, path, cover=Cover(number=number, moment=moment, title=title))
        return result.shown, result.total
    stream = report_stream(source=source, viewer=viewer, moment=moment)
    return export_csv(stream, path, zone=moment.zone, bom=bom), stream.total

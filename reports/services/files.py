"""Writing a report to a file that appears whole or not at all."""

import os
import tempfile
from pathlib import Path

from reports.exceptions import NotAFile
from reports.exports.csv import export_csv
from reports.exports.json import export_json
from reports.exports.pdf import MOST_ROWS, Cover, export_pdf
from reports.exports.xlsx import export_xlsx
from reports.models import Format
from reports.results import ReportResult
from reports.selectors.results import Prepared, report_result, report_stream


def write_report(*, prepared: Prepared, kind: str, path: Path, bom: bool = False) -> tuple[int, int]:
    """Write a report to ``path``; returns rows shown and rows in all.

    A failure leaves ``path`` as it was: the file is made beside it and moved into its place. OSError where there is no
    room or no right to write, NotAFile where something stands there that a file must not replace.
    """
    if path.exists() and not path.is_file():
        raise NotAFile(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    beside = Path(name)
    try:
        counts = make_file(prepared=prepared, kind=kind, path=beside, bom=bom)
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return counts


def make_file(
    *,
    prepared: Prepared,
    kind: str,
    path: Path,
    number: str = "",
    bom: bool = False,
    title: str = "",
    result: ReportResult | None = None,
) -> tuple[int, int]:
    """One format of one report in ``path``; returns rows shown and rows in all.

    ``result`` spares the queries of a PDF where the caller has run the report already, with at least `MOST_ROWS`.
    """
    title = title or str(prepared.definition.title)
    if kind == Format.PDF:
        result = result or report_result(prepared, limit=MOST_ROWS)
        export_pdf(result, path, cover=Cover(number=number, moment=prepared.moment, title=title))
        return result.table.shown, result.table.total
    stream, moment = report_stream(prepared), prepared.moment
    match kind:
        case Format.CSV:
            shown = export_csv(stream, path, zone=moment.zone, bom=bom)
        case Format.XLSX:
            shown = export_xlsx(stream, path, title=title, zone=moment.zone)
        case Format.JSON:
            shown = export_json(stream, path, title=title, at=moment.at, zone=moment.zone)
        case _:
            raise ValueError(kind)
    return shown, stream.total

"""Writing a report to a file that appears whole or not at all."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import storages

from reports.exceptions import NotAFile
from reports.exports.csv import export_csv
from reports.exports.json import export_json
from reports.exports.pdf import MOST_ROWS, Cover, export_pdf
from reports.exports.xlsx import export_xlsx
from reports.models import Format
from reports.results import ReportResult, Stream
from reports.selectors.results import Prepared, added_up, report_result, report_stream

log = logging.getLogger(__name__)

# Rows done, and rows there will be.
Tell = Callable[[int, int], None]
TOLD_EVERY = 1000


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
    stream: Stream | None = None,
    tell: Tell | None = None,
    url: str = "",
    kept_days: int = 0,
    reader: str = "",
) -> tuple[int, int]:
    """One format of one report in ``path``; returns rows shown and rows in all.

    ``result`` spares the queries of a PDF where the caller has run the report already, with at least `MOST_ROWS`; ``stream``
    those of every other file. ``tell`` is called before the first row and every `TOLD_EVERY` rows; what it raises ends
    the work. ``url`` is where the files with every row are, for a PDF that has to leave some out, and ``kept_days`` how
    long they are there; its cover names the ``reader``.
    """
    title = title or str(prepared.definition.title)
    if kind == Format.PDF:
        if tell:
            tell(0, 0)
        result = added_up(prepared, result or report_result(prepared, limit=MOST_ROWS))
        cover = Cover(
            number=number,
            moment=prepared.moment,
            title=title,
            url=url,
            kept_days=kept_days,
            reader=reader,
            limit=prepared.spec.limit or 0,
        )
        export_pdf(result, path, cover=cover)
        return result.table.shown, result.table.total
    stream, moment = stream or report_stream(prepared), prepared.moment
    if tell:
        stream = replace(stream, rows=told(stream, tell))
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


def told(stream: Stream, tell: Tell) -> Iterator[tuple[Any, ...]]:
    for done, row in enumerate(stream.rows):
        if done % TOLD_EVERY == 0:
            tell(done, stream.shown)
        yield row
    tell(stream.shown, stream.shown)


def keep_file(name: str, path: Path) -> tuple[str, str, int]:
    """Keep the file at ``path`` in the private storage: under which name, its SHA-256 and its size. OSError where there
    is no room, and then nothing is left of it."""
    storage = storages["private"]
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        try:
            kept = storage.save(name, File(stream))
        except Exception:
            storage.delete(name)
            raise
    return kept, digest, path.stat().st_size


def sweep_folder(folder: str, *, keep: Collection[str] = ()) -> None:
    """Delete what lies in a folder of the private storage but the names to ``keep``: whoever made it died before it was
    written down. Failing at it harms nobody."""
    storage = storages["private"]
    try:
        for name in storage.listdir(folder)[1]:
            if f"{folder}/{name}" not in keep:
                storage.delete(f"{folder}/{name}")
    except FileNotFoundError:
        pass
    except Exception:
        log.exception("old files in %s could not be swept away", folder)

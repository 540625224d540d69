"""Running a source for a viewer."""

import hashlib
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.registries import Moment, Source
from reports.results import ReportResult

CHUNK = 5000


def scope_hash(*, source: Source, viewer: Any) -> str:
    """Equal for two viewers only where both get the same rows of ``source``."""
    return hashlib.sha256(f"{source.key}\n{source.scope_key(viewer)}".encode()).hexdigest()


def report_result(*, source: Source, viewer: Any, moment: Moment, limit: int) -> ReportResult:
    """At most ``limit`` rows in a list, and the summary over all of them. At most three queries."""
    scoped = source.scope(source.queryset(), viewer)
    found = list(source.rows(scoped, moment)[: limit + 1])
    is_cut = len(found) > limit
    rows = tuple(source.row(values) for values in found[:limit])
    return ReportResult(
        title=str(source.title),
        columns=source.columns(),
        rows=rows,
        total=scoped.count() if is_cut else len(rows),
        shown=len(rows),
        params=params_in_words(source=source, viewer=viewer, moment=moment),
        summary=source.summary(scoped, moment),
    )


def report_stream(*, source: Source, viewer: Any, moment: Moment) -> ReportResult:
    """Every row, read from the database while it is consumed, in constant memory. Two queries; no summary."""
    scoped = source.scope(source.queryset(), viewer)
    total = scoped.count()
    rows = source.rows(scoped, moment)
    return ReportResult(
        title=str(source.title),
        columns=source.columns(),
        rows=(source.row(values) for values in rows.iterator(chunk_size=CHUNK)),
        total=total,
        shown=total,
        params=params_in_words(source=source, viewer=viewer, moment=moment),
    )


def params_in_words(*, source: Source, viewer: Any, moment: Moment) -> tuple[tuple[str, str], ...]:
    return (
        (_("As of"), f"{date_format(moment.local, 'j F Y, H:i')} ({moment.zone.key})"),
        (_("Only"), _("people who are enrolled; open requests and refusals do not count")),
        (_("Rows of"), source.scope_words(viewer)),
    )

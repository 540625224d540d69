"""A report as a PDF: for reading, so it speaks first, is tagged for screen readers, and says what it leaves out."""

import datetime as dt
import gc
import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.formats import date_format, number_format
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from operations.selectors.site import site_settings
from reports.moments import Moment
from reports.paper_charts import draw_chart
from reports.results import ReportResult, ResultColumn, Table
from reports.wording import value_in_words

logger = logging.getLogger(__name__)

MOST_ROWS = 2000
ASSETS = "static:"
LOGO = "site:logo"
# Letters that a row has room for on an upright page; what is wider lies on its side.
UPRIGHT = 122
NARROWEST, WIDEST = 6, 30


@dataclass(frozen=True)
class Cover:
    """What the cover block says beyond the report itself. ``number`` tells one run from another; by hand there is none.
    ``url`` is where the files are that have every row, ``kept_days`` how long, where not for good; ``reader`` for whom
    alone it was made, ``limit`` after how many rows the report ends by itself."""

    number: str
    moment: Moment
    title: str = ""
    url: str = ""
    kept_days: int = 0
    reader: str = ""
    limit: int = 0


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool = False


def export_pdf(result: ReportResult, path: Path, *, cover: Cover) -> None:
    """Write ``result`` to ``path``. The same result and cover give the same bytes. Imports WeasyPrint: only for workers."""
    path.write_bytes(render_pdf(result, cover=cover))


def render_pdf(result: ReportResult, *, cover: Cover) -> bytes:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    html = render_to_string("reports/pdf/report.html", pdf_context(result, cover=cover))
    fetcher = _fetcher()
    with few_collections():
        return _paper()(string=html, base_url=ASSETS, url_fetcher=fetcher).write_pdf(
            stylesheets=[CSS(filename=asset_path("css/paper.css"), font_config=fonts, url_fetcher=fetcher)],
            font_config=fonts,
            pdf_variant="pdf/ua-1",
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
        )


@contextmanager
def few_collections() -> Iterator[None]:
    """A layout makes millions of objects and drops none before its end: looking for garbage again and again, as Python
    does by default, takes a quarter of its time."""
    gc.collect()
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.collect()


def pdf_context(result: ReportResult, *, cover: Cover) -> dict[str, Any]:
    rows = table_cells(result.table, cover.moment)
    wanted = widths(result.table, rows)
    made = f"{date_format(cover.moment.local, 'j F Y, H:i')} {cover.moment.zone.key}"
    return {
        "language": get_language() or settings.LANGUAGE_CODE,
        "title": cover.title or result.title,
        "facts": [
            *result.facts,
            (_("Rows"), rows_in_words(result.table)),
            *([(_("Made for"), cover.reader)] if cover.reader else []),
            *([(_("Run"), f"{cover.number} · {_('made for')} {made}")] if cover.number else []),
        ],
        "foot": " · ".join([site_settings().name, *([f"{_('run')} {cover.number}"] if cover.number else []), made]),
        "created": cover.moment.at.astimezone(dt.UTC).isoformat(),
        "result": result,
        **drawn_chart(result),
        "groups": table_cells(result.summary, cover.moment) if result.summary else [],
        "rows": rows,
        "widths": [f"{100 * one / sum(wanted):.1f}" for one in wanted],
        "is_wide": sum(wanted) > UPRIGHT,
        "url": cover.url,
        "kept_days": cover.kept_days,
        "shown": rows_in_words(result.table),
        # Then no file of it has more rows.
        "ends_itself": 0 < cover.limit <= result.table.shown,
        "groups_shown": rows_in_words(result.summary) if result.summary and result.summary.is_cut else "",
    }


def drawn_chart(result: ReportResult) -> dict[str, Any]:
    """The chart, or, where it cannot be drawn, an entry in the log and the table it stands for: a chart never costs a
    report."""
    if result.chart is None:
        return {"chart": ""}
    try:
        # Drawn by our own code, every label escaped there.
        return {"chart": mark_safe(draw_chart(result.chart))}  # noqa: S308
    except Exception:
        logger.exception("The chart “%s” of the report “%s” could not be drawn", result.chart.title, result.title)
    return {"chart": "", "is_broken": True}


def widths(table: Table, rows: list[list[Cell]]) -> list[int]:
    """How wide each column is best, in letters. What stands left after numbers, which stand right, keeps its distance."""
    found = [letters(column.label, [row[place].text for row in rows]) for place, column in enumerate(table.columns)]
    for place, (before, column) in enumerate(pairwise(table.columns), start=1):
        if before.is_number and not column.is_number:
            found[place] += 3
    return found


def letters(heading: str, texts: Sequence[str]) -> int:
    """How many letters wide a column is best: so that most of its texts stand on one line, and no word is broken."""
    word = max((len(word) for word in heading.split()), default=0)
    lengths = sorted(len(text) for text in texts)
    most = lengths[len(lengths) * 9 // 10] if lengths else 0
    # A heading may take two lines or three, and is set bold.
    return min(max(most, word + 1, len(heading) // 3, NARROWEST), WIDEST) + 2


def rows_in_words(table: Table) -> str:
    """ "showing 2,000 of 3,211"."""
    if not table.total:
        return _("none")
    return _("showing %(shown)s of %(total)s") % {
        "shown": number_format(table.shown, force_grouping=True),
        "total": number_format(table.total, force_grouping=True),
    }


def table_cells(table: Table, moment: Moment) -> list[list[Cell]]:
    return [
        [cell(column, value, moment) for column, value in zip(table.columns, row, strict=True)] for row in table.rows
    ]


def cell(column: ResultColumn, value: Any, moment: Moment) -> Cell:
    return Cell(value_in_words(value, column.type, moment.zone), is_number=column.is_number)


def asset_path(name: str) -> str:
    """The file of one of our own static assets; FileNotFoundError for anything else."""
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(name)
    return str(found)


def _paper() -> Any:
    """WeasyPrint's reader of HTML, without the marks of lists and notes, which a report has none of: it keeps six styles
    for each element otherwise, and 2,000 rows take 160 MB and 7 seconds more."""
    from weasyprint import CSS, HTML
    from weasyprint.html import UA, UA_COUNTER_STYLE

    lean = "\n".join(line for line in UA.splitlines() if not re.match(r"::(marker|footnote|note)", line))
    sheet = CSS(string=lean, counter_style=UA_COUNTER_STYLE)

    class Paper(HTML):
        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [sheet]

    return Paper


def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnAssets(URLFetcher):
        """Opens our own static files and the site's logo, and nothing else: a report never calls out and never reads
        another file."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url == LOGO:
                with site_settings().logo.open("rb") as stream:
                    return URLFetcherResponse(url, stream.read())
            name = url.removeprefix(ASSETS)
            if name == url:
                raise PermissionError(f"A report may not open {url}")
            return URLFetcherResponse(url, Path(asset_path(name)).read_bytes())

    return OwnAssets()

"""One tile of a dashboard: a report, run for its viewer, for a page to show and as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.builder.reading import MOST_DRAWN, MOST_SHOWN, asked, cell_address
from reports.chart_panels import BigNumber, Panel, chart_panel
from reports.charts import NumberChart
from reports.dashboards import Narrowing, Tile
from reports.definitions import Definition, shipped
from reports.exports.cells import data_makers
from reports.key_numbers import number_against
from reports.moments import Moment
from reports.periods import before_in_words
from reports.registries import source_for
from reports.relative_dates import Days
from reports.results import ReportResult, ResultColumn, Table
from reports.selectors.drill import SUMMARY, TABLE, can_be_drilled
from reports.selectors.results import Prepared, key_numbers, report_result, scope_hash
from reports.views.report import rows_url
from workbench.days import site_zone
from workbench.dear import OLDEST, Dear, dear

T = TypeVar("T")
# What reports are made of: everything that learners and staff do, and what pages, people and rules are called.
MADE_OF = ("records", "content", "names", "rules", "settings")
# Seconds for which numbers of a replica are shared.
OLDEST_OF_REPLICA = 10
# Where the rows are what is shown.
MOST_LISTED = 10


@dataclass(frozen=True)
class MadeTile:
    """``data`` is the tile for programs; ``url`` its report, narrowed to the same; ``as_of`` when its numbers were made."""

    panel: Panel
    url: str
    data: dict[str, Any]
    as_of: datetime


def tile_definition(tile: Tile) -> Definition:
    """The tile's report, drawn as the tile says: by its own chart from the report's rows."""
    definition = shipped[tile.report]
    if tile.chart is None:
        return definition
    return replace(definition, spec=definition.spec.model_copy(update={"chart": tile.chart, "summary": None}))


def tile_title(tile: Tile) -> str:
    return str(tile.title or shipped[tile.report].title)


def tile_query(tile: Tile, narrowing: Narrowing, days: Days | None) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in narrowing.fields(tile, shipped[tile.report].spec, days):
        query.appendlist(name, value)
    return query


def report_url(tile: Tile, narrowing: Narrowing, days: Days | None = None) -> str:
    """The tile's report on its own page, asked for the same."""
    query = tile_query(tile, narrowing, days or narrowing.days)
    return f"{reverse('reports_report', args=[tile.report])}?{query.urlencode()}"


def prepared_tile(tile: Tile, narrowing: Narrowing, viewer: Any, moment: Moment, days: Days | None) -> Prepared:
    """Always for the viewer; numbers are shared by those who see the same rows, and by nobody else."""
    definition = tile_definition(tile)
    given = asked(definition.spec, source_for(definition.spec.source), tile_query(tile, narrowing, days))
    return Prepared(definition=definition, viewer=viewer, moment=moment, given=given)


def once(prepared: Prepared, tile: Tile, narrowing: Narrowing, days: Days | None, compute: Callable[[], T]) -> Dear[T]:
    """What the report says, computed by one of all who ask for it now with the same rows, filters, language and day."""
    definition, moment = prepared.definition, prepared.moment
    key = (
        definition.slug,
        definition.spec.model_dump_json(),
        tile_query(tile, narrowing, days).urlencode(),
        scope_hash(definition=definition, viewer=prepared.viewer),
        get_language(),
        str(moment.today),
        moment.zone.key,
        tile.figure is not None,
    )
    # A server that follows may not have yet what is committed, and said to be over.
    oldest = OLDEST if settings.REPORTS_DATABASE == DEFAULT_DB_ALIAS else OLDEST_OF_REPLICA
    return dear("dashboard tiles", key, compute, of=MADE_OF, oldest=oldest)


def rows_for_all(prepared: Prepared) -> ReportResult:
    """Without the facts, which name the reader and what the reader may know."""
    return replace(report_result(prepared, limit=MOST_DRAWN), facts=())


def make_tile(tile: Tile, narrowing: Narrowing, viewer: Any) -> MadeTile:
    """Runs the report: two queries for a number, three at most for all else; none where somebody was told just now."""
    moment = Moment(at=timezone.now(), zone=site_zone())
    prepared = prepared_tile(tile, narrowing, viewer, moment, narrowing.days)
    if tile.figure is not None:
        return made_number(tile, narrowing, viewer, prepared)
    found = once(prepared, tile, narrowing, narrowing.days, lambda: rows_for_all(prepared))
    panel = tile_panel(tile, found.value, prepared, tile_query(tile, narrowing, narrowing.days))
    url = report_url(tile, narrowing)
    return MadeTile(panel, url, tile_data(panel, url, found.value, moment, found.made_at), found.made_at)


# Numbers --------------------------------------------------------------------------


def made_number(tile: Tile, narrowing: Narrowing, viewer: Any, prepared: Prepared) -> MadeTile:
    place, before = tile.figure or 0, narrowing.before if tile.days else None
    found = once(prepared, tile, narrowing, narrowing.days, lambda: key_numbers(prepared))
    (numbers, _rows), earlier, words = found.value, None, ""
    if before and narrowing.days:
        past = prepared_tile(tile, narrowing, viewer, prepared.moment, before)
        (past_numbers, _rows) = once(past, tile, narrowing, before, lambda: key_numbers(past)).value
        earlier, words = past_numbers[place], before_in_words(narrowing.span, narrowing.days)
    number, title = numbers[place], tile_title(tile)
    shown = number_against(title, number, earlier, words)
    note = shown.note or str(tile.note)
    url = report_url(tile, narrowing)
    columns = [
        ResultColumn("number", str(number.label)),
        ResultColumn("value", _("Now") if not words else _("In this time"), number.type),
    ]
    row: tuple[Any, ...] = (title, number.value)
    if earlier:
        columns.append(ResultColumn("before", words[:1].upper() + words[1:], number.type))
        row = (*row, earlier.value)
    table = Table(tuple(columns), (row,), 1)
    big = BigNumber(
        title,
        shown.label,
        note,
        url,
        note_url=report_url(tile, narrowing, before) if before and earlier and earlier.value else "",
        is_alarm=tile.is_alarm and bool(number.value),
    )
    sentence = f"{title}: {shown.label}{f' ({note})' if note else ''}."
    chart = NumberChart(title=title, description=sentence, numbers=(shown,))
    panel = replace(chart_panel(chart, table, key=tile.key, title=title), numbers=(big,))
    result = ReportResult(title, "", table, (), sentence, (number,))
    data = tile_data(panel, url, result, prepared.moment, found.made_at)
    return MadeTile(panel, url, data, found.made_at)


# Charts and rows ------------------------------------------------------------------


def tile_panel(tile: Tile, result: ReportResult, prepared: Prepared, query: QueryDict) -> Panel:
    from_summary = result.summary is not None and not tile.lists
    table, of = (result.summary, SUMMARY) if from_summary and result.summary else (result.table, TABLE)

    def rows(where: str, keys: Mapping[str, Any], cell: str) -> str:
        return rows_url(tile.report, query, where, keys, cell)

    title, empty = tile_title(tile), not result.table.total
    return chart_panel(
        None if tile.lists else result.chart,
        table,
        key=tile.key,
        title=title,
        note="" if empty else " ".join(filter(None, (result.sentence, str(tile.note)))),
        empty=str(tile.empty) or result.sentence,
        zone=prepared.moment.zone,
        address=cell_address(table, of, rows if can_be_drilled(prepared, of) else None),
        most=MOST_LISTED if tile.lists else MOST_SHOWN,
    )


def tile_data(panel: Panel, url: str, result: ReportResult, moment: Moment, as_of: datetime) -> dict[str, Any]:
    """``rows`` are objects by the names of ``columns``, as in the report's JSON file; never fewer than ``shown`` says."""
    return {
        "title": panel.title,
        "sentence": result.sentence,
        "report": url,
        "zone": moment.zone.key,
        "as_of": as_of.isoformat(timespec="seconds"),
        **table_data(result.table, moment.zone),
        "figures": [{"label": figure.label, "value": figure.value, "type": figure.type} for figure in result.figures],
        "summary": table_data(result.summary, moment.zone) if result.summary else None,
        "description": panel.chart.description if panel.chart else "",
        "note": panel.chart.note if panel.chart else "",
        "figure": panel.figures,
    }


def table_data(table: Table, zone: Any) -> dict[str, Any]:
    names = [column.name for column in table.columns]
    makers = data_makers(table.columns, zone)
    return {
        "columns": [{"name": column.name, "label": column.label, "type": column.type} for column in table.columns],
        "rows": [
            dict(zip(names, (make(value) for make, value in zip(makers, row, strict=True)), strict=True))
            for row in table.rows
        ],
        "shown": table.shown,
        "total": table.total,
    }

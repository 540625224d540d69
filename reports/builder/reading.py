"""A report's result as the admin shows it: words, cells with the addresses of their rows, and the chart."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from reports.builder.fields import COUNTED, Candidates, Field, stretch_fields, value_fields
from reports.chart_panels import Cell, Panel, chart_panel
from reports.checking import askable
from reports.columns import OPERATOR_WORDS, Operator
from reports.drafts.fields import read, tree_of
from reports.drafts.shape import Comparison
from reports.drafts.specs import is_blank, put_value, value_of
from reports.exports.pdf import cell, rows_in_words
from reports.moments import Moment
from reports.registries import Source
from reports.results import ReportResult, Table
from reports.spec import Spec
from reports.wording import value_in_words

# The address of the rows behind a cell: which table, the keys of its group, and the number's column.
RowsAddress = Callable[[str, Mapping[str, Any], str], str]
MOST_SHOWN = 200
# What a chart on the screen is drawn from, as on paper, and what a tile's JSON holds: more rows than stand below it.
MOST_DRAWN = 2000
NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class ShownTable:
    title: str
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: str
    is_cut: bool


@dataclass(frozen=True)
class KeyWords:
    label: str
    value: str


@dataclass(frozen=True)
class Shown:
    sentence: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[KeyWords, ...]
    table: ShownTable
    summary: ShownTable | None
    panel: Panel | None
    total: int

    @property
    def is_empty(self) -> bool:
        return not self.total


def shown_result(
    result: ReportResult,
    moment: Moment,
    *,
    speaks: bool = False,
    summary_rows: RowsAddress | None = None,
    table_rows: RowsAddress | None = None,
) -> Shown:
    shown = first_rows(result.table, MOST_SHOWN)
    return Shown(
        # Without a sentence of its own a report only lists its key numbers, which stand below anyway.
        sentence=result.sentence if speaks or not result.figures else "",
        facts=result.facts,
        figures=tuple(KeyWords(one.label, value_in_words(one.value, one.type)) for one in result.figures),
        table=shown_table(shown, moment, "table", table_rows),
        summary=shown_table(result.summary, moment, "summary", summary_rows) if result.summary else None,
        panel=chart_panel_of(result, moment, summary_rows if result.summary else table_rows),
        total=result.table.total,
    )


def rows_needed(spec: Spec) -> int:
    """How many rows to ask for: those that are shown, or the more that the chart is drawn from."""
    return MOST_DRAWN if spec.chart and not spec.summary else MOST_SHOWN


def first_rows(table: Table, most: int) -> Table:
    return replace(table, rows=table.rows[:most], keys=table.keys[:most])


def shown_table(table: Table, moment: Moment, of: str, address: RowsAddress | None = None) -> ShownTable:
    """``table`` in words. Where it is grouped and rows have addresses, each number opens the rows it counts."""
    rows = []
    for place, row in enumerate(table.rows):
        keys = table.keys[place] if address and table.keys else None
        cells = []
        for column, value in zip(table.columns, row, strict=True):
            words = cell(column, value, moment)
            # A date stays on one line.
            text = words.text.replace(" ", NO_BREAK) if isinstance(value, dt.date) else words.text
            measure = keys is not None and column.name not in keys and bool(value)
            url = address(of, keys, column.name) if measure and address and keys is not None else ""
            cells.append(Cell(text, url, words.is_number))
        rows.append(tuple(cells))
    head = tuple(Cell(column.label, is_number=column.is_number) for column in table.columns)
    return ShownTable(table.title, head, tuple(rows), rows_in_words(table), table.is_cut)


def chart_panel_of(result: ReportResult, moment: Moment, address: RowsAddress | None) -> Panel | None:
    """The chart with what it draws in a table. A part of it opens its rows."""
    if result.chart is None:
        return None
    table, of = (result.summary, "summary") if result.summary else (result.table, "table")
    address_of = cell_address(table, of, address)
    return chart_panel(result.chart, table, key="report", zone=moment.zone, address=address_of, most=MOST_SHOWN)


def cell_address(table: Table, of: str, address: RowsAddress | None) -> Callable[[int, str], str] | None:
    """What the numbers of ``table`` open, by row and column; of a column that tells groups apart, the whole group."""
    if address is None or not table.keys:
        return None
    return lambda row, name: address(of, table.keys[row], "" if name in table.keys[row] else name)


# What readers may narrow by -------------------------------------------------------


def asked(spec: Spec, source: Source, query: QueryDict) -> dict[str, Any]:
    """What an address says of the spec's filters and params, by name; what is not said is left out. None where a
    filter that begins with a value was emptied."""
    tree = tree_of(query.lists())
    found: dict[str, Any] = {}
    for entry in askable(spec):
        fields = named(tree, entry.name)
        row = read(Comparison, fields)
        row.column, row.operator, row.param = entry.column, entry.operator, ""
        value = value_of(row, source.columns.get(entry.column))
        if not is_blank(value):
            found[entry.name] = value
        elif fields and entry.begins:
            found[entry.name] = None
    return found


def named(tree: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The fields of one filter: `team_any_of-values`, or the bare `team_any_of` that a person may write into an address."""
    given = tree.get(name)
    if isinstance(given, list):
        return {"value": given, "values": [value for value in given if value]}
    if not isinstance(given, dict):
        return {}
    # The field is there also where it does not count.
    counts = not COUNTED.isdisjoint(given.get("relative", ()))
    return {part: value for part, value in given.items() if counts or part != "count"}


@dataclass(frozen=True)
class Question:
    """One filter on the report's page, by its ``name`` in addresses."""

    name: str
    label: str
    fields: list[Field]
    is_set: bool
    note: str = ""
    # Sent along, so that a list of which nothing is chosen is heard as well.
    sent: str = ""


def questions(spec: Spec, source: Source, values: Mapping[str, Any], viewer: Any) -> list[Question]:
    candidates, found = Candidates(viewer), []
    for entry in askable(spec):
        column = source.columns[entry.column]
        row = Comparison(column=entry.column, operator=entry.operator)
        put_value(row, values.get(entry.name))
        fields = value_fields(entry.name, row, column, candidates)
        if column.named and not fields[0].options:
            # Nobody is chosen from a list of everybody; an address may say who.
            continue
        if fields and row.operator == Operator.WITHIN:
            fields = stretch_fields(entry.name, row, "" if entry.is_param else _("at any time"))
        # A list of checks, and "From" and "To", say it themselves.
        is_plain = (fields and fields[0].kind == "checks") or entry.operator == Operator.BETWEEN
        words = "" if is_plain else str(OPERATOR_WORDS[Operator(entry.operator)])
        label = _(entry.label) if entry.label else str(column.label)
        sent = f"{entry.name}-asked" if entry.begins else ""
        note = "" if entry.is_param else words
        found.append(Question(entry.name, label, fields, entry.name in values, note, sent))
    return found

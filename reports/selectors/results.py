"""Running a report for a viewer: three queries, whatever its spec, and one for the names of what it is narrowed to."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.chart_data import chart_of
from reports.checking import check_spec, given_values
from reports.columns import Aggregation, Type, aggregated_type
from reports.compiling import Context, Rows, figures_of, narrowed, rows_of
from reports.definitions import Definition
from reports.moments import Moment
from reports.registries import RECORDS, Source, source_for
from reports.results import KeyNumber, ReportResult, Stream, Table
from reports.spec import ColumnSpec, Sort, Spec, Summary
from reports.wording import conditions_in_words, default_sentence, filters_in_words, filters_set, with_names

# Rows that are in memory at once; five times as many take 9 MB more and no less time.
CHUNK = 1000


def scope_hash(*, definition: Definition, viewer: Any) -> str:
    """Equal for two viewers only where both get the same rows of this report.

    It hangs on whose rows they are alone: a report that is changed between its making and its mailing changes nobody's
    right to what was made.
    """
    source = source_for(definition.spec.source)
    return hashlib.sha256(f"{source.key}\n{source.scope_key(viewer)}".encode()).hexdigest()


class Prepared:
    """A report that has been checked, for one viewer, moment and set of values. Building it asks no row."""

    def __init__(self, *, definition: Definition, viewer: Any, moment: Moment, given: Mapping[str, Any] | None = None):
        """InvalidSpec where the report cannot run or what is asked for was not given rightly."""
        self.definition, self.viewer, self.moment = definition, viewer, moment
        self.spec: Spec = definition.spec
        self.source: Source = check_spec(self.spec)
        self.context = Context(self.source, moment, given_values(self.spec, given or {}, self.source), viewer)
        self.scoped: QuerySet = self.source.scope(self.source.queryset().using(self.source.database()), viewer)
        self.base = narrowed(self.spec, self.context, self.scoped)

    def rows(self) -> Rows:
        return rows_of(self.spec.columns, self.spec.sort, self.context, self.base)

    def rule(self) -> str:
        """The rule in words, with what its params are this time."""
        rule = str(self.definition.rule)
        return rule % self.context.values if self.spec.params else rule

    def facts(self) -> tuple[tuple[str, str], ...]:
        moment = self.moment
        context = with_names(self.context, [*self.spec.conditions.leaves(), *filters_set(self.spec, self.context)])
        return (
            (_("As of"), f"{date_format(moment.local, 'j F Y, H:i')} ({moment.zone.key})"),
            *([(_("Rule"), self.rule())] if self.definition.rule else []),
            *([(_("Only"), words)] if (words := conditions_in_words(self.spec.conditions, context)) else []),
            *([(_("Narrowed to"), words)] if (words := filters_in_words(self.spec, context)) else []),
            (_("Rows of"), self.source.scope_words(self.viewer)),
        )


def report_result(prepared: Prepared, *, limit: int) -> ReportResult:
    """At most ``limit`` rows in memory, with figures and summary over all of them. Four queries at most, the
    names of what it is narrowed to among them."""
    spec, rows = prepared.spec, prepared.rows()
    most = min(limit, spec.limit) if spec.limit else limit
    figures, whole = key_numbers(prepared)
    found = list(rows.queryset[:most])
    table = Table(
        columns=rows.columns,
        rows=tuple(rows.read(values, whole) for values in found),
        keys=tuple(rows.key(values) for values in found) if rows.keys else (),
        total=rows.total(found, whole),
    )
    summary = summary_of(spec.summary, prepared, whole) if spec.summary else None
    return ReportResult(
        title=str(prepared.definition.title),
        description=str(prepared.definition.description),
        table=table,
        facts=prepared.facts(),
        sentence=sentence_of(prepared.definition, figures, summary, whole),
        figures=figures,
        summary=summary,
        chart=chart_of(spec.chart, summary or table, prepared.moment) if spec.chart else None,
    )


def key_numbers(prepared: Prepared) -> tuple[tuple[KeyNumber, ...], int]:
    """The report's figures, and how many single rows it has. One query."""
    figures = prepared.spec.figures
    found = figures_of(figures, prepared.context, prepared.base)
    numbers = tuple(
        KeyNumber(_(figure.label), found[f"f{number}"], kind_of(prepared, number))
        for number, figure in enumerate(figures)
    )
    return numbers, found["rows"]


def kind_of(prepared: Prepared, number: int) -> Any:
    figure = prepared.spec.figures[number]
    return aggregated_type(prepared.source.columns[figure.column], figure.aggregation)


def sentence_of(definition: Definition, figures: tuple[KeyNumber, ...], summary: Table | None, whole: int) -> str:
    if definition.sentence:
        return definition.sentence(tuple(figure.value for figure in figures), summary)
    return default_sentence(figures, whole)


def summary_of(summary: Summary, prepared: Prepared, whole: int) -> Table:
    rows = rows_of(summary.columns, summary.sort, prepared.context, prepared.base)
    found = list(rows.queryset[: summary.limit])
    return Table(
        columns=rows.columns,
        rows=tuple(rows.read(values, whole) for values in found),
        keys=tuple(rows.key(values) for values in found),
        total=rows.total(found, whole),
        title=_(summary.title) if summary.title else "",
    )


def added_up(prepared: Prepared, result: ReportResult) -> ReportResult:
    """``result``; where it leaves rows out and says nothing of all of them, with how many there are by the first thing
    that rows can be grouped by, in one more query."""
    spec = prepared.spec
    if not result.table.is_cut or result.summary or spec.is_grouped:
        return result
    kinds = {entry.column: prepared.source.columns[entry.column].type for entry in spec.columns}
    by = next((key for kind in (Type.CHOICE, Type.REFERENCE) for key in kinds if kinds[key] == kind), None)
    if by is None:
        return result
    count = ColumnSpec(column=RECORDS, aggregation=Aggregation.COUNT)
    summary = Summary(columns=(ColumnSpec(column=by), count), sort=(Sort(column=count.name, descending=True),))
    return replace(result, summary=summary_of(summary, prepared, result.table.total))


def report_stream(prepared: Prepared) -> Stream:
    """Every row, read from the database while it is consumed, in constant memory. Two queries at most; no summary."""
    spec, rows = prepared.spec, prepared.rows()
    whole = prepared.base.count() if rows.shares or not rows.is_grouped else 0
    queryset = rows.queryset[: spec.limit] if spec.limit else rows.queryset
    found = queryset.iterator(chunk_size=CHUNK)
    # The first row of groups says how many there are.
    first = list(islice(found, 1))
    total = rows.total(first, whole)
    return Stream(
        columns=rows.columns,
        rows=(rows.read(values, whole) for values in chain(first, found)),
        total=total,
        shown=min(total, spec.limit) if spec.limit else total,
    )

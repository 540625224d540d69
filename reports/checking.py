"""A spec held against its source: everything that keeps it from running, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from reports.columns import (
    AGGREGATION_WORDS,
    MEASURES,
    OPERATOR_WORDS,
    Column,
    aggregated_type,
)
from reports.exceptions import InvalidSpec, UnknownSource, WrongValue
from reports.registries import Source, source_for
from reports.spec import (
    DEEPEST,
    MOST_CONDITIONS,
    MOST_GROUP_KEYS,
    ColumnSpec,
    Condition,
    Conditions,
    Filter,
    Sort,
    Spec,
    Summary,
)
from reports.values import clean_value


def check_spec(spec: Spec) -> Source:
    """The source ``spec`` runs on. InvalidSpec with one sentence for each thing that is wrong."""
    try:
        source = source_for(spec.source)
    except UnknownSource as error:
        raise InvalidSpec([str(error)]) from None
    if found := list(problems(spec, source)):
        raise InvalidSpec(list(dict.fromkeys(found)))
    return source


def problems(spec: Spec, source: Source) -> Iterator[str]:
    yield from column_problems(spec.columns, source)
    yield from sort_problems(spec.sort, spec.columns)
    yield from condition_problems(spec.conditions, spec, source)
    for entry in spec.filters:
        yield from filter_problems(entry, source)
    for name in doubled(entry.name for entry in spec.filters):
        yield _("The filter “%(name)s” is there twice.") % {"name": name}
    for name in doubled([entry.name for entry in spec.params] + [entry.name for entry in spec.filters]):
        yield _("“%(name)s” names two things that can be asked for.") % {"name": name}
    for figure in spec.figures:
        yield from column_problems((ColumnSpec(column=figure.column, aggregation=figure.aggregation),), source)
        if figure.conditions:
            yield from condition_problems(figure.conditions, spec, source)
    if spec.summary:
        yield from summary_problems(spec.summary, source)
    if spec.chart:
        yield from chart_problems(spec, source)


def column_problems(columns: tuple[ColumnSpec, ...], source: Source) -> Iterator[str]:
    grouped = any(entry.aggregation or entry.bucket for entry in columns)
    for entry in columns:
        column = source.columns.get(entry.column)
        if column is None:
            yield unknown(entry.column, source)
            continue
        words = {"column": column.label}
        if entry.aggregation and entry.aggregation not in column.legal_aggregations:
            yield _("“%(column)s” cannot be added up as: %(how)s.") % {
                **words,
                "how": AGGREGATION_WORDS[entry.aggregation],
            }
        if entry.bucket and not column.can_be_cut:
            yield _("“%(column)s” holds no dates, so it cannot be cut into days, weeks or months.") % words
        if column.only_adds_up and not entry.aggregation:
            yield _("“%(column)s” can only be added up.") % words
    for name in doubled(entry.name for entry in columns):
        yield _("The column “%(name)s” is there twice.") % {"name": name}
    keys = [entry for entry in columns if not entry.aggregation]
    if grouped and len(keys) > MOST_GROUP_KEYS:
        yield _("Rows can be added up by %(most)d columns at most, and here are %(count)d.") % {
            "most": MOST_GROUP_KEYS,
            "count": len(keys),
        }


def sort_problems(sort: tuple[Sort, ...], columns: tuple[ColumnSpec, ...]) -> Iterator[str]:
    names = {entry.name for entry in columns}
    for entry in sort:
        if entry.column not in names:
            yield _("The report is sorted by “%(name)s”, which is none of its columns.") % {"name": entry.column}


def condition_problems(conditions: Conditions, spec: Spec, source: Source) -> Iterator[str]:
    if conditions.depth() > DEEPEST:
        yield _("Conditions lie at most %(deepest)d deep in one another, and these go deeper.") % {"deepest": DEEPEST}
    leaves = list(conditions.leaves())
    if len(leaves) > MOST_CONDITIONS:
        yield _("A report has at most %(most)d conditions, and this one has %(count)d.") % {
            "most": MOST_CONDITIONS,
            "count": len(leaves),
        }
        return
    params = {param.name: param for param in spec.params}
    for leaf in leaves:
        if leaf.param is not None and leaf.param not in params:
            yield _("A condition asks for “%(name)s”, which the report does not ask its reader for.") % {
                "name": leaf.param
            }
        elif leaf.param is not None and params[leaf.param].default is None:
            # What it is compared with is checked when it is given.
            yield from comparison_problems(leaf, source, has_value=False)
        else:
            value = leaf.value if leaf.param is None else params[leaf.param].default
            yield from comparison_problems(leaf.model_copy(update={"value": value}), source)


def filter_problems(entry: Filter, source: Source) -> Iterator[str]:
    yield from comparison_problems(entry, source, has_value=entry.value is not None)


def comparison_problems(entry: Condition | Filter, source: Source, *, has_value: bool = True) -> Iterator[str]:
    column = source.columns.get(entry.column)
    if column is None:
        yield unknown(entry.column, source)
    elif entry.operator not in column.legal_operators:
        yield _("“%(column)s” cannot be asked whether it: %(operator)s.") % {
            "column": column.label,
            "operator": OPERATOR_WORDS[entry.operator],
        }
    elif has_value:
        try:
            clean_value(column, entry.operator, entry.value)
        except WrongValue as error:
            yield str(error)


def summary_problems(summary: Summary, source: Source) -> Iterator[str]:
    yield from column_problems(summary.columns, source)
    yield from sort_problems(summary.sort, summary.columns)
    if not any(entry.aggregation for entry in summary.columns):
        yield _("The summary adds nothing up: give it at least one number.")


def chart_problems(spec: Spec, source: Source) -> Iterator[str]:
    chart = spec.chart
    names = {entry.name: entry for entry in spec.charted}
    if chart is None:
        return
    for name in filter(None, (chart.by, *chart.measures)):
        if name not in names:
            yield _("The chart shows “%(name)s”, which is no column of what it is drawn from.") % {"name": name}
    if not chart.measures:
        yield _("The chart shows nothing: choose at least one number.")
    for name in chart.measures:
        entry = names.get(name)
        if entry is None or entry.column not in source.columns:
            continue
        if result_type(source.columns[entry.column], entry) not in MEASURES:
            yield _("“%(name)s” is no number, so the chart cannot draw it.") % {"name": name}
    if not chart.by and chart.kind not in ("number", "histogram"):
        yield _("The chart needs a column that says what its parts are.")


def result_type(column: Column, entry: ColumnSpec) -> Any:
    return aggregated_type(column, entry.aggregation) if entry.aggregation else column.type


def doubled(names: Any) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


def unknown(key: str, source: Source) -> str:
    return _("“%(source)s” has no column called “%(key)s” (any more). Take it out, or choose another.") % {
        "source": source.title,
        "key": key,
    }


def given_values(spec: Spec, given: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """What is asked for, by name: what was ``given`` (empty texts count as nothing), else the defaults. A filter that is
    given as None narrows nothing, whatever its default.

    InvalidSpec for a name nobody asks for, for a value that does not fit, and for a param that has none.
    """
    cleared = {name for name, value in given.items() if value is None}
    given = {name: value for name, value in given.items() if value not in (None, "", [])}
    params = {param.name: param for param in spec.params}
    filters = {entry.name: entry for entry in spec.filters}
    found = [
        _("The report does not ask for “%(name)s”. It asks for: %(known)s.")
        % {"name": name, "known": ", ".join([*params, *filters]) or _("nothing")}
        for name in given
        if name not in params and name not in filters
    ]
    values = {
        **{name: param.default for name, param in params.items() if param.default is not None},
        **{name: entry.value for name, entry in filters.items() if entry.value is not None and name not in cleared},
        **given,
    }
    found += [
        _("“%(label)s” must be said.") % {"label": param.label} for name, param in params.items() if name not in values
    ]
    for entry in (*spec.filters, *all_leaves(spec)):
        name = entry.name if isinstance(entry, Filter) else entry.param
        if name in values:
            try:
                clean_value(source.columns[entry.column], entry.operator, values[name])
            except WrongValue as error:
                found.append(str(error))
    if found:
        raise InvalidSpec(list(dict.fromkeys(found)))
    return values


def all_leaves(spec: Spec) -> Iterator[Condition]:
    yield from spec.conditions.leaves()
    for figure in spec.figures:
        if figure.conditions:
            yield from figure.conditions.leaves()

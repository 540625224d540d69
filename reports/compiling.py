"""From a checked spec to querysets of plain values: one for the rows, and the pieces for those beside it.

The order is always the same: scope, then conditions, then group keys, then what is added up, then the sort with a last
word that makes it total. Only the columns that are used are computed. User text is only ever a bound parameter.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, F, FloatField, Min, Q, QuerySet, Value, Window
from django.db.models.functions import TruncDay, TruncMonth, TruncQuarter, TruncWeek, TruncYear
from django.utils.translation import gettext

from reports.aggregates import aggregate
from reports.columns import AGGREGATION_WORDS, Aggregation, Bucket, Column, ForViewer, Operator, Type, aggregated_type
from reports.exceptions import WrongValue
from reports.moments import Moment
from reports.registries import Source
from reports.relative_dates import Relative
from reports.results import ResultColumn
from reports.spec import ColumnSpec, Condition, Conditions, Figure, Sort, Spec
from reports.values import clean_value

TRUNCATED: dict[Bucket, Any] = {
    Bucket.DAY: TruncDay,
    Bucket.WEEK: TruncWeek,
    Bucket.MONTH: TruncMonth,
    Bucket.QUARTER: TruncQuarter,
    Bucket.YEAR: TruncYear,
}
LOOKUPS = {
    Operator.LESS: "lt",
    Operator.AT_MOST: "lte",
    Operator.MORE: "gt",
    Operator.AT_LEAST: "gte",
    Operator.CONTAINS: "icontains",
    Operator.STARTS: "istartswith",
    Operator.ENDS: "iendswith",
}


@dataclass(frozen=True)
class Context:
    """What a spec is compiled for. ``values`` are those its params and filters have this time, by name."""

    source: Source
    moment: Moment
    values: Mapping[str, Any]
    viewer: Any = None
    # What references in conditions and filters are called, for words; see `reports.wording.with_names`.
    names: Mapping[Any, str] = field(default_factory=dict)

    def joins(self) -> dict[str, Any]:
        """The joins of all columns; one that nothing goes by is not made."""
        found: dict[str, Any] = {}
        for column in self.source.columns.values():
            if column.joins:
                found |= column.joins(self.moment)
        return found

    def expression(self, key: str, *, label: bool = False) -> Any:
        column = self.source.columns[key]
        found = column.label_expression if label else column.expression
        if isinstance(found, str):
            return F(found)
        if isinstance(found, ForViewer):
            return found.build(self.moment, self.viewer)
        return found(self.moment) if callable(found) and not hasattr(found, "resolve_expression") else found


@dataclass(frozen=True)
class Rows:
    """``queryset`` gives tuples in a total order; `read` makes a row of one, `key` what tells a group from another.

    Of groups, the last value of each tuple is how many there are in all, which spares a query.

    ``whole`` is what a share is a share of, where there is one: the caller counts it before the first row is read.
    """

    columns: tuple[ResultColumn, ...]
    queryset: QuerySet
    readers: tuple[tuple[int, Callable[[Any], Any]], ...]
    keys: tuple[tuple[str, int], ...]
    shares: tuple[int, ...]
    is_grouped: bool

    def read(self, values: tuple[Any, ...], whole: int = 0) -> tuple[Any, ...]:
        row = [reader(values[place]) for place, reader in self.readers]
        for place in self.shares:
            row[place] = share(row[place], whole)
        return tuple(row)

    def total(self, found: list[tuple[Any, ...]], whole: int) -> int:
        """How many rows there are in all, from some of them and the number of all single rows."""
        if not self.is_grouped:
            return whole
        return found[0][-1] if found else 0

    def key(self, values: tuple[Any, ...]) -> dict[str, Any]:
        return {name: plain(values[place]) for name, place in self.keys}


# Which rows ---------------------------------------------------------------------


def narrowed(spec: Spec, context: Context, queryset: QuerySet) -> QuerySet:
    """``queryset``, which is scoped already, cut down by the spec's conditions and by the filters that have a value."""
    leaves = list(spec.conditions.leaves())
    filters = [
        Condition(column=entry.column, operator=entry.operator, value=context.values[entry.name])
        for entry in spec.filters
        if entry.name in context.values
    ]
    queryset = queryset.alias(**context.joins())
    queryset = queryset.alias(**aliases(context, {leaf.column for leaf in (*leaves, *filters)}))
    if leaves:
        queryset = queryset.filter(condition(spec.conditions, context))
    for entry in filters:
        queryset = queryset.filter(comparison(entry, context))
    return queryset


def aliases(context: Context, keys: set[str]) -> dict[str, Any]:
    return {alias_of(key): context.expression(key) for key in sorted(keys)}


def alias_of(key: str) -> str:
    """A name that no field of any model has."""
    return f"c_{key}"


def condition(conditions: Conditions, context: Context) -> Q:
    found = [
        condition(entry, context) if isinstance(entry, Conditions) else comparison(entry, context)
        for entry in conditions.of
    ]
    # An empty group says nothing, and so holds for every row.
    return Q(*found, _connector=Q.OR if conditions.match == "any" else Q.AND)


def comparison(entry: Condition, context: Context) -> Q:
    column, name = context.source.columns[entry.column], alias_of(entry.column)
    value = entry.value if entry.param is None else context.values[entry.param]
    value = unbroken(column, clean_value(column, entry.operator, value))
    nothing = Q(**{f"{name}__isnull": True})
    if column.type == Type.TEXT:
        nothing |= Q(**{name: ""})
    match entry.operator:
        case Operator.EMPTY:
            return nothing
        case Operator.FILLED:
            return ~nothing
        case Operator.TRUE | Operator.FALSE:
            return Q(**{name: entry.operator == Operator.TRUE})
        case Operator.ANY_OF:
            return Q(**{f"{name}__in": value})
        case Operator.NONE_OF:
            return nothing | ~Q(**{f"{name}__in": value})
        case Operator.CONTAINS_NOT:
            return nothing | ~Q(**{f"{name}__icontains": value})
    if column.type in (Type.DATE, Type.DATETIME):
        return in_days(column, name, entry.operator, value, context.moment)
    same = Q(**{f"{name}__iexact" if column.type == Type.TEXT else name: value})
    match entry.operator:
        case Operator.IS:
            return same
        case Operator.IS_NOT:
            return nothing | ~same
        case Operator.BETWEEN:
            return Q(**{f"{name}__gte": value[0], f"{name}__lte": value[1]})
    return Q(**{f"{name}__{LOOKUPS[entry.operator]}": value})


def unbroken(column: Column, value: Any) -> Any:
    """A number between two whole ones as the database is to see it: a field of whole numbers would cut it off, and 2
    would be at least 2.5."""
    if isinstance(value, tuple):
        return tuple(unbroken(column, one) for one in value)
    if column.type in (Type.NUMBER, Type.DURATION) and isinstance(value, Decimal) and value % 1:
        return Value(float(value), output_field=FloatField())
    return value


def in_days(column: Column, name: str, operator: Operator, value: Any, moment: Moment) -> Q:
    """Days of the report's zone, for dates and for moments alike. WrongValue for a stretch beyond the calendar's end."""
    first: dt.date | None
    last: dt.date | None
    match operator:
        case Operator.BEFORE:
            first, last = None, value - dt.timedelta(days=1)
        case Operator.AFTER:
            first, last = value + dt.timedelta(days=1), None
        case Operator.BETWEEN:
            first, last = value
        case Operator.WITHIN:
            first, last = stretch(column, value, moment)
        case _:
            first = last = value
    found = Q()
    if first is not None:
        found &= Q(**{f"{name}__gte": first if column.type == Type.DATE else moment.midnight(first)})
    if last is not None and column.type == Type.DATE:
        found &= Q(**{f"{name}__lte": last})
    elif last is not None:
        found &= Q(**{f"{name}__lt": moment.midnight(last + dt.timedelta(days=1))})
    return found


def stretch(column: Column, value: Relative, moment: Moment) -> tuple[dt.date, dt.date]:
    try:
        days = value.days(moment.local.date())
    except OverflowError:
        raise WrongValue(
            gettext("“%(column)s”: the calendar ends before %(days)s.")
            % {"column": column.label, "days": value.in_words()}
        ) from None
    return days.first, days.last


# Rows and groups ------------------------------------------------------------------


def rows_of(columns: tuple[ColumnSpec, ...], sort: tuple[Sort, ...], context: Context, queryset: QuerySet) -> Rows:
    """The columns of ``queryset``, which is scoped and narrowed: single rows, or added up by those without aggregation."""
    grouped = any(entry.aggregation or entry.bucket for entry in columns)
    keys: dict[str, Any] = {}
    sums: dict[str, Any] = {}
    result, readers, places, shares, identities = [], [], {}, [], []
    inputs: set[str] = set()
    for number, entry in enumerate(columns):
        column = context.source.columns[entry.column]
        name = f"v{number}"
        if entry.aggregation:
            inputs.add(entry.column)
            sums[name] = aggregate(column, entry.aggregation, alias_of(entry.column))
            if entry.aggregation == Aggregation.SHARE:
                shares.append(number)
        elif column.type == Type.REFERENCE:
            keys[f"k{number}"] = context.expression(entry.column)
            # Things of one key may bear several names, such as a course in two languages: any one of them will do.
            named = context.expression(entry.column, label=True)
            (sums if grouped else keys)[name] = Min(named) if grouped and not column.label_by_key else named
            identities.append((entry.name, f"k{number}"))
        else:
            keys[name] = in_bucket(column, entry, context)
            identities.append((entry.name, name))
        places[entry.name] = name
        result.append(result_column(column, entry))
        readers.append((name, reader_of(column, entry)))
    if grouped:
        queryset = queryset.order_by().alias(**aliases(context, inputs))
        # Without a key everything is one group.
        queryset = queryset.annotate(**(keys or {"everything": Value(1)})).values(*(keys or ["everything"]))
        queryset = queryset.annotate(**sums, groups=Window(Count("*")))
        last = list(keys)
    else:
        queryset = queryset.order_by().annotate(**keys)
        last = ["pk"]
    names = [*keys, *sums, *(["groups"] if grouped else [])]
    by_name = {entry.name: context.source.columns[entry.column] for entry in columns}
    order = [
        F(path).desc(nulls_last=True) if entry.descending else F(path).asc(nulls_last=True)
        for entry in sort
        for path in ((not grouped and by_name[entry.column].sort_by) or (places[entry.column],))
    ]
    sorted_by = {places[entry.column] for entry in sort}
    queryset = queryset.order_by(*order, *(name for name in last if name not in sorted_by)).values_list(*names)
    index = {name: place for place, name in enumerate(names)}
    return Rows(
        columns=tuple(result),
        queryset=queryset,
        readers=tuple((index[name], reader) for name, reader in readers),
        keys=tuple((name, index[key]) for name, key in identities) if grouped else (),
        shares=tuple(shares),
        is_grouped=grouped,
    )


def in_bucket(column: Column, entry: ColumnSpec, context: Context) -> Any:
    found = context.expression(entry.column)
    if entry.bucket is None:
        return found
    zone = {"tzinfo": context.moment.zone} if column.type == Type.DATETIME else {}
    return TRUNCATED[entry.bucket](found, output_field=DateField(), **zone)


def result_column(column: Column, entry: ColumnSpec) -> ResultColumn:
    kind = aggregated_type(column, entry.aggregation) if entry.aggregation else column.type
    if kind == Type.DATETIME and (entry.bucket or column.as_day):
        kind = Type.DATE
    label = gettext(entry.label) if entry.label else label_of(column, entry.aggregation)
    return ResultColumn(entry.name, label, kind, entry.aggregation, entry.bucket)


def label_of(column: Column, aggregation: Aggregation | None) -> str:
    if aggregation is None:
        return str(column.label)
    if column.only_adds_up and aggregation == Aggregation.COUNT:
        return str(column.label)
    return f"{column.label} · {str(AGGREGATION_WORDS[aggregation]).lower()}"


def figures_of(figures: tuple[Figure, ...], context: Context, queryset: QuerySet) -> dict[str, Any]:
    """Everything a report says in numbers beside its rows, and the number of all rows, in one query.

    The key ``rows`` is that number; ``f0``, ``f1``, … are the figures in order.
    """
    used = {figure.column for figure in figures}
    used |= {leaf.column for figure in figures if figure.conditions for leaf in figure.conditions.leaves()}
    wanted: dict[str, Any] = {"rows": aggregate(context.source.columns["records"], Aggregation.SHARE, "pk")}
    for number, figure in enumerate(figures):
        where = condition(figure.conditions, context) if figure.conditions else None
        column = context.source.columns[figure.column]
        wanted[f"f{number}"] = aggregate(column, figure.aggregation, alias_of(figure.column), where or None)
    found = queryset.order_by().annotate(**aliases(context, used)).aggregate(**wanted)
    for number, figure in enumerate(figures):
        reader = reader_of(context.source.columns[figure.column], figure)
        name = f"f{number}"
        found[name] = (
            share(found[name], found["rows"]) if figure.aggregation == Aggregation.SHARE else reader(found[name])
        )
    return found


# Values ---------------------------------------------------------------------------


def reader_of(column: Column, entry: ColumnSpec | Figure) -> Callable[[Any], Any]:
    """From what the database gives to what a row holds: the same on every engine."""
    if entry.aggregation == Aggregation.SHARE:
        return int
    kind = aggregated_type(column, entry.aggregation) if entry.aggregation else column.type
    if kind == Type.CHOICE:
        labels = {value: str(label) for value, label in column.choices}
        return lambda value: labels.get(value, value)
    return READERS.get(kind, as_it_is)


def as_it_is(value: Any) -> Any:
    return value


def to_percent(value: Any) -> float | None:
    """One decimal; 0 and 100 only for none and all."""
    if value is None:
        return None
    exact = float(value)
    found = round(exact, 1)
    if found in (0, 100) and found != exact and 0 < exact < 100:
        return 0.1 if found == 0 else 99.9
    return found


READERS: dict[Type, Callable[[Any], Any]] = {
    Type.NUMBER: lambda value: None if value is None else int(value),
    Type.DURATION: lambda value: None if value is None else round(float(value)),
    Type.DECIMAL: lambda value: None if value is None else round(float(value), 2),
    Type.PERCENT: to_percent,
    Type.BOOLEAN: lambda value: None if value is None else bool(value),
}


def share(part: int, whole: int) -> float | None:
    return to_percent(100 * part / whole) if whole else None


def plain(value: Any) -> Any:
    """A value of the database as a spec may hold it."""
    match value:
        case uuid.UUID():
            return str(value)
        case dt.datetime() | dt.date():
            return value.isoformat()
        case Decimal():
            return float(value)
    return value

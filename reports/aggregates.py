"""Aggregations in both spellings: PostgreSQL has percentiles, SQLite gets a function of ours on each connection."""

import statistics
from typing import Any

from django.db.models import Aggregate, Avg, Case, Count, Expression, F, FloatField, Max, Min, Q, Sum, Value, When
from django.db.models.functions import Cast

from reports.columns import Aggregation, Column, Type

SQLITE_MEDIAN = "lectern_median"


class Median(Aggregate):
    """The middle value, or the mean of the two in the middle; nulls do not count, and of nothing it is null."""

    name = "Median"
    output_field = FloatField()
    template = "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        spelled = self.copy()
        spelled.template, spelled.function = "%(function)s(%(expressions)s)", SQLITE_MEDIAN
        return spelled.as_sql(compiler, connection, **extra)


class SqliteMedian:
    """What SQLite calls row by row."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def step(self, value: float | None) -> None:
        if value is not None:
            self.values.append(float(value))

    def finalize(self) -> float | None:
        return statistics.median(self.values) if self.values else None


def teach_sqlite(sender: Any, connection: Any, **kwargs: Any) -> None:
    """For `connection_created`: SQLite learns the median."""
    if connection.vendor == "sqlite":
        connection.connection.create_aggregate(SQLITE_MEDIAN, 1, SqliteMedian)


def aggregate(column: Column, aggregation: Aggregation, alias: str, where: Q | None = None) -> Expression:
    """The column called ``alias``, added up, over the rows that meet ``where``.

    A share comes out as a count of rows: only the whole makes it a share, and that is another query.
    """
    match aggregation:
        case Aggregation.COUNT:
            return Count(alias, filter=where)
        case Aggregation.SHARE:
            return Count("pk", filter=where)
        case Aggregation.COUNT_DISTINCT:
            return Count(alias, distinct=True, filter=where)
        case Aggregation.PERCENT_TRUE:
            yes_or_no = Case(
                When(**{alias: True, "then": Value(100.0)}),
                When(**{alias: False, "then": Value(0.0)}),
                output_field=FloatField(),
            )
            return Avg(yes_or_no, filter=where)
        case Aggregation.SUM if column.type == Type.BOOLEAN:
            yes = Q(**{alias: True})
            return Count("pk", filter=yes & where if where is not None else yes)
        case Aggregation.SUM:
            return Sum(alias, filter=where)
        case Aggregation.AVERAGE:
            return Avg(Cast(F(alias), FloatField()), filter=where)
        case Aggregation.MEDIAN:
            return Median(Cast(F(alias), FloatField()), filter=where)
        case Aggregation.MINIMUM:
            return Min(alias, filter=where)
    return Max(alias, filter=where)

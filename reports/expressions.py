"""Expressions that report sources are written in: days between, yes and no, sums over other rows, names by a key."""

from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    When,
)
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.db.models.lookups import Exact

from reports.moments import Moment


class DaysBetween(Func):
    """Whole days from the first date to the second; negative where the second lies before."""

    output_field = IntegerField()
    template = "((%(expressions)s))"
    arg_joiner = ") - ("

    def __init__(self, first: Any, second: Any) -> None:
        # What is subtracted stands last.
        super().__init__(Cast(second, DateField()), Cast(first, DateField()))

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template, joiner = "CAST(julianday(%(expressions)s) AS integer)", ") - julianday("
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **extra)


class SecondsBetween(Func):
    """Seconds from the first moment to the second."""

    output_field = FloatField()
    template = "EXTRACT(EPOCH FROM (%(expressions)s))"
    arg_joiner = " - "

    def __init__(self, first: Any, second: Any) -> None:
        super().__init__(second, first)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template, joiner = "((julianday(%(expressions)s)) * 86400.0)", ") - julianday("
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **extra)


def local_day(path: Any, moment: Moment) -> Any:
    """The day of a moment in the report's zone."""
    return TruncDate(path, tzinfo=moment.zone)


def days_since(path: Any) -> Any:
    """Days from a moment to the report's day, both in the report's zone."""
    return lambda moment: DaysBetween(local_day(path, moment), moment.local.date())


class Truth(Case):
    """Yes where a condition holds, else no, never nothing.

    To ask for yes is to ask for the condition itself, which an index may answer.
    """

    def __init__(self, condition: Q) -> None:
        super().__init__(When(condition, then=True), default=False, output_field=BooleanField())

    def get_lookup(self, lookup: str) -> Any:
        return Holds if lookup == "exact" else super().get_lookup(lookup)


class Holds(Exact):
    """What it is compared with picks whole rows, or is one of several alternatives: there nothing is as good as no."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if self.rhs is True and isinstance(self.lhs, Truth):
            return compiler.compile(self.lhs.cases[0].condition)
        return super().as_sql(compiler, connection)


def is_true(condition: Q) -> Any:
    return Truth(condition)


def percent_of(part: str, whole: str) -> Any:
    """0 to 100; nothing where there is no whole."""
    exact = 100.0 * Cast(part, FloatField()) / Cast(whole, FloatField())
    return Case(When(Q(**{f"{whole}__gt": 0}), then=exact), output_field=FloatField())


def over(rows: QuerySet, path: str, added_up: Any, *, outer: str = "pk", empty: Any = None) -> Any:
    """A number about the rows that belong to this one by ``path``: a subquery, so that two of them never multiply.

    ``empty`` stands where there is no such row.
    """
    own = rows.filter(**{path: OuterRef(outer)}).order_by().values(path)
    found = Subquery(own.annotate(added_up=added_up).values("added_up"))
    return found if empty is None else Coalesce(found, empty)


def title_of(pages: QuerySet, key: str) -> Any:
    """The title of the page whose translations share ``key``; of several, the oldest page's."""
    return Subquery(
        pages.filter(translation_key=OuterRef(key)).order_by("pk").values("title")[:1], output_field=TextField()
    )

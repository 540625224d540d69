"""The columns of report sources as data: what each holds, and what may be done with it."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Type(StrEnum):
    """What a column's values are. A percentage is 0 to 100, a duration whole seconds, a reference one of many things
    that are named by a label and told apart by a key."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DURATION = "duration"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    REFERENCE = "reference"


class Aggregation(StrEnum):
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    AVERAGE = "average"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    MEDIAN = "median"
    PERCENT_TRUE = "percent_true"
    SHARE = "share"


class Bucket(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Operator(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    STARTS = "starts"
    ENDS = "ends"
    ANY_OF = "any_of"
    NONE_OF = "none_of"
    LESS = "less"
    AT_MOST = "at_most"
    MORE = "more"
    AT_LEAST = "at_least"
    BETWEEN = "between"
    BEFORE = "before"
    AFTER = "after"
    WITHIN = "within"
    TRUE = "true"
    FALSE = "false"
    EMPTY = "empty"
    FILLED = "filled"


AGGREGATION_WORDS: dict[Aggregation, Words] = {
    Aggregation.COUNT: _("Number"),
    Aggregation.COUNT_DISTINCT: _("Number of different ones"),
    Aggregation.SUM: _("Sum"),
    Aggregation.AVERAGE: _("Average"),
    Aggregation.MINIMUM: _("Lowest"),
    Aggregation.MAXIMUM: _("Highest"),
    Aggregation.MEDIAN: _("Median"),
    Aggregation.PERCENT_TRUE: _("Percent yes"),
    Aggregation.SHARE: _("Share of all"),
}
BUCKET_WORDS: dict[Bucket, Words] = {
    Bucket.DAY: _("by day"),
    Bucket.WEEK: _("by week"),
    Bucket.MONTH: _("by month"),
    Bucket.QUARTER: _("by quarter"),
    Bucket.YEAR: _("by year"),
}
OPERATOR_WORDS: dict[Operator, Words] = {
    Operator.IS: _("is"),
    Operator.IS_NOT: _("is not"),
    Operator.CONTAINS: _("contains"),
    Operator.CONTAINS_NOT: _("does not contain"),
    Operator.STARTS: _("starts with"),
    Operator.ENDS: _("ends with"),
    Operator.ANY_OF: _("is any of"),
    Operator.NONE_OF: _("is none of"),
    Operator.LESS: _("is less than"),
    Operator.AT_MOST: _("is at most"),
    Operator.MORE: _("is more than"),
    Operator.AT_LEAST: _("is at least"),
    Operator.BETWEEN: _("is between"),
    Operator.BEFORE: _("is before"),
    Operator.AFTER: _("is after"),
    Operator.WITHIN: _("lies in"),
    Operator.TRUE: _("is yes"),
    Operator.FALSE: _("is no"),
    Operator.EMPTY: _("is empty"),
    Operator.FILLED: _("is not empty"),
}

COUNTS = frozenset({Aggregation.COUNT, Aggregation.COUNT_DISTINCT, Aggregation.SHARE})
RANGES = frozenset({Aggregation.MINIMUM, Aggregation.MAXIMUM})
MEANS = RANGES | {Aggregation.AVERAGE, Aggregation.MEDIAN}
KNOWN = frozenset({Operator.EMPTY, Operator.FILLED})
EQUALS = frozenset({Operator.IS, Operator.IS_NOT})
# These say all by themselves.
WITHOUT_VALUE = frozenset({Operator.EMPTY, Operator.FILLED, Operator.TRUE, Operator.FALSE})
LISTS = frozenset({Operator.ANY_OF, Operator.NONE_OF})
SIZES = EQUALS | {Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST, Operator.BETWEEN}
WORDS = EQUALS | LISTS | {Operator.CONTAINS, Operator.CONTAINS_NOT, Operator.STARTS, Operator.ENDS}
TIMES = frozenset({Operator.IS, Operator.BEFORE, Operator.AFTER, Operator.BETWEEN, Operator.WITHIN})

AGGREGATIONS: dict[Type, frozenset[Aggregation]] = {
    Type.TEXT: COUNTS,
    Type.NUMBER: COUNTS | MEANS | {Aggregation.SUM},
    Type.DECIMAL: COUNTS | MEANS | {Aggregation.SUM},
    Type.PERCENT: COUNTS | MEANS,
    Type.DURATION: COUNTS | MEANS | {Aggregation.SUM},
    # The sum of yes and no is how often it was yes.
    Type.BOOLEAN: COUNTS | {Aggregation.SUM, Aggregation.PERCENT_TRUE},
    Type.DATE: COUNTS | RANGES,
    Type.DATETIME: COUNTS | RANGES,
    Type.CHOICE: COUNTS,
    Type.REFERENCE: COUNTS,
}
OPERATORS: dict[Type, frozenset[Operator]] = {
    Type.TEXT: WORDS | KNOWN,
    Type.NUMBER: SIZES | KNOWN,
    Type.DECIMAL: SIZES | KNOWN,
    Type.PERCENT: SIZES | KNOWN,
    Type.DURATION: SIZES | KNOWN,
    # What is always yes or always no is a condition; what a reader says is "is", with the answer as its value.
    Type.BOOLEAN: frozenset({Operator.TRUE, Operator.FALSE, Operator.IS}) | KNOWN,
    Type.DATE: TIMES | KNOWN,
    Type.DATETIME: TIMES | KNOWN,
    Type.CHOICE: LISTS | KNOWN,
    Type.REFERENCE: LISTS | KNOWN,
}
# What comes out, where it is not what went in.
AGGREGATED: dict[Aggregation, Type] = {
    Aggregation.COUNT: Type.NUMBER,
    Aggregation.COUNT_DISTINCT: Type.NUMBER,
    Aggregation.PERCENT_TRUE: Type.PERCENT,
    Aggregation.SHARE: Type.PERCENT,
}
MEASURES = frozenset({Type.NUMBER, Type.DECIMAL, Type.PERCENT, Type.DURATION})


@dataclass(frozen=True)
class Choice:
    """One thing a reference can point to. ``value`` is what a spec holds."""

    value: str
    label: str


@dataclass(frozen=True)
class Things:
    """What a reference can point to. ``rows`` gives those that a viewer may know, in order, each with its key as `thing`
    and its name as `called`; of several names of one thing the first counts."""

    rows: Callable[[Any], QuerySet]

    def __call__(self, viewer: Any, keys: Iterable[str] | None = None) -> list[Choice]:
        """All of them, or those with one of ``keys``."""
        rows = self.rows(viewer)
        if keys is not None:
            rows = rows.filter(thing__in=[key for key in keys if is_key(key)])
        names: dict[Any, str] = {}
        for key, name in rows.values_list("thing", "called"):
            names.setdefault(key, name)
        return [Choice(str(key), name) for key, name in names.items()]


def is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class ForViewer:
    """An expression that hangs on who looks, such as a number about rows of which they may see some. ``build`` makes it
    from the report's moment and the viewer."""

    build: Callable[[Any, Any], Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a source; ``key`` is the name it is declared by, and stays for good: specs hold it.

    ``expression`` is the path of a field, an ORM expression, a function from the report's moment to one, for what
    hangs on the day, or a `ForViewer`. Of a reference it is the key, and ``label_expression`` the name people know; ``candidates`` lists
    what a viewer may choose from. ``is_personal`` marks what tells one person from another. A moment with ``as_day`` is
    shown as its day in the report's zone. What ``only_adds_up`` says nothing about a single row.
    """

    label: Words
    type: Type
    expression: Any
    key: str = ""
    entity: Words = ""
    help: Words = ""
    label_expression: Any = None
    # From the report's moment to joins by name that the expressions go by. Each leads to one row at most.
    joins: Callable[[Any], dict[str, Any]] | None = None
    # The name hangs on the key alone: groups look it up once each, not once a row.
    label_by_key: bool = False
    choices: Iterable[tuple[Any, Words]] = ()
    candidates: Things | None = None
    # In its stead, where there are too many to list: only an address or a spec says which.
    named: Things | None = None
    aggregations: frozenset[Aggregation] | None = None
    operators: frozenset[Operator] | None = None
    is_personal: bool = False
    as_day: bool = False
    only_adds_up: bool = False
    # Rows with 0 have nothing to do with a sum, and are not shown as the rows behind it.
    zero_is_nothing: bool = False
    # What single rows are ordered by in its stead: people by their last names.
    sort_by: tuple[str, ...] = ()

    @property
    def legal_aggregations(self) -> frozenset[Aggregation]:
        return AGGREGATIONS[self.type] if self.aggregations is None else self.aggregations

    @property
    def legal_operators(self) -> frozenset[Operator]:
        return OPERATORS[self.type] if self.operators is None else self.operators

    @property
    def asked_operators(self) -> frozenset[Operator]:
        """The comparisons in which a reader has something to say."""
        return self.offered_operators - WITHOUT_VALUE

    @property
    def said_operators(self) -> frozenset[Operator]:
        """The comparisons an author chooses from: "is yes" needs no value, so "is" yes or no is for readers only."""
        return self.offered_operators - {Operator.IS} if self.type == Type.BOOLEAN else self.offered_operators

    @property
    def offered_operators(self) -> frozenset[Operator]:
        """Those whose value people can choose in a form."""
        return frozenset() if self.named else self.legal_operators

    @property
    def things(self) -> Things | None:
        return self.named or self.candidates

    @property
    def can_be_cut(self) -> bool:
        """Whether its values can be put into days, weeks, months, quarters or years."""
        return self.type in (Type.DATE, Type.DATETIME)

    def choice_label(self, value: Any) -> str:
        return next((str(label) for known, label in self.choices if known == value), str(value))


def aggregated_type(column: Column, aggregation: Aggregation) -> Type:
    """The type of the column's values once they are added up."""
    if aggregation == Aggregation.SUM and column.type == Type.BOOLEAN:
        return Type.NUMBER
    if aggregation in (Aggregation.AVERAGE, Aggregation.MEDIAN) and column.type == Type.NUMBER:
        return Type.DECIMAL
    return AGGREGATED.get(aggregation, column.type)

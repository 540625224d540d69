"""A report as its author describes it: a versioned, validated piece of data that knows nothing of the database.

Validation has two steps. The models here check the shape; `reports.checking` then checks it against its source: that
each column exists and each operator, aggregation and value fits the column's type. Either failure is an `InvalidSpec`
with one sentence per problem, and nothing runs.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reports.columns import Aggregation, Bucket, Operator
from reports.exceptions import InvalidSpec

MOST_COLUMNS = 60
MOST_GROUP_KEYS = 5
MOST_CONDITIONS = 100
MOST_FIGURES = 8
DEEPEST = 3
MOST_ROWS = 10_000_000

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Label = Annotated[str, Field(max_length=120)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnSpec(Part):
    """One column of the result: a column of the source as it is, cut into days or weeks, or added up."""

    column: Key
    aggregation: Aggregation | None = None
    bucket: Bucket | None = None
    label: Label = ""

    @model_validator(mode="after")
    def one_of_the_two(self) -> Self:
        if self.aggregation and self.bucket:
            raise ValueError(_("“%(column)s” can be added up or cut into days, not both.") % {"column": self.column})
        return self

    @property
    def name(self) -> str:
        """What sort and chart call it by: unlike every other column's of the report."""
        return "_".join(filter(None, (self.column, self.aggregation, self.bucket)))


class Condition(Part):
    """``value`` is plain data that fits the column: a number, a list, a day as 2026-11-23, a `Relative` as an object, or
    ``{"param": "name"}`` for what is said when the report is run."""

    column: Key
    operator: Operator
    value: Any = None

    @property
    def param(self) -> str | None:
        return self.value["param"] if isinstance(self.value, dict) and set(self.value) == {"param"} else None


class Conditions(Part):
    """All of these hold, or any of them. Groups may lie in groups, three deep in all."""

    match: Literal["all", "any"] = "all"
    of: tuple["Condition | Conditions", ...] = ()

    def leaves(self) -> Iterator[Condition]:
        for entry in self.of:
            if isinstance(entry, Condition):
                yield entry
            else:
                yield from entry.leaves()

    def depth(self) -> int:
        return 1 + max((entry.depth() for entry in self.of if isinstance(entry, Conditions)), default=0)


class Filter(Part):
    """Something the reader may narrow the report by. Without a value given or set here it narrows nothing."""

    column: Key
    operator: Operator
    label: Label = ""
    value: Any = None

    @property
    def name(self) -> str:
        return f"{self.column}_{self.operator}"


class Param(Part):
    """A value that conditions ask for by name. Without a default it must be given each time: what narrows only when it is
    given is a `Filter`."""

    name: Key
    label: Label
    default: Any = None


class Sort(Part):
    column: Annotated[str, Field(max_length=120)]
    descending: bool = False


ChartKind = Literal[
    "bar", "grouped", "stacked", "horizontal", "line", "area", "donut", "histogram", "heatmap", "number"
]  # fmt: skip


class ChartSpec(Part):
    """``by`` names the column that says the places, ``measures`` the columns that are drawn; both of the summary where
    there is one, else of the report."""

    kind: ChartKind
    by: Annotated[str, Field(max_length=120)] = ""
    measures: tuple[str, ...] = ()
    title: Label = ""


class Figure(Part):
    """A key number over all rows, or over those that meet its own conditions."""

    label: Label
    column: Key
    aggregation: Aggregation
    conditions: Conditions | None = None


class Summary(Part):
    """The rows added up by a few columns: what the chart shows, and what stands on paper when the rows are too many."""

    columns: Annotated[tuple[ColumnSpec, ...], Field(min_length=1, max_length=MOST_COLUMNS)]
    sort: tuple[Sort, ...] = ()
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    title: Label = ""


class Spec(Part):
    version: Literal[1] = 1
    source: Annotated[str, Field(max_length=60)]
    columns: Annotated[tuple[ColumnSpec, ...], Field(min_length=1, max_length=MOST_COLUMNS)]
    conditions: Conditions = Conditions()
    filters: Annotated[tuple[Filter, ...], Field(max_length=20)] = ()
    params: Annotated[tuple[Param, ...], Field(max_length=20)] = ()
    sort: Annotated[tuple[Sort, ...], Field(max_length=MOST_COLUMNS)] = ()
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] | None = None
    figures: Annotated[tuple[Figure, ...], Field(max_length=MOST_FIGURES)] = ()
    summary: Summary | None = None
    chart: ChartSpec | None = None

    @property
    def is_grouped(self) -> bool:
        return any(column.aggregation or column.bucket for column in self.columns)

    @property
    def charted(self) -> tuple[ColumnSpec, ...]:
        """The columns a chart may name."""
        return self.summary.columns if self.summary else self.columns


def read_spec(data: Any) -> Spec:
    """``data``, plain JSON as it was stored or sent, as a spec of the right shape. InvalidSpec otherwise."""
    if not isinstance(data, dict):
        raise InvalidSpec([_("A report is one JSON object.")])
    if data.get("version", 1) != 1:
        raise InvalidSpec([_("This report has version %(version)s, which is not known here. Known is: 1.") % data])
    if too_deep(data):
        raise InvalidSpec(
            [_("Conditions lie at most %(deepest)d deep in one another, and these go deeper.") % {"deepest": DEEPEST}]
        )
    try:
        return Spec.model_validate(data)
    except ValidationError as error:
        raise InvalidSpec(list(dict.fromkeys(map(sentence, error.errors())))) from None


def too_deep(data: dict[str, Any]) -> bool:
    """Whether anything in ``data`` is nested beyond what a spec can hold; found without recursion, however deep."""
    level: list[Any] = [data]
    # Spec > conditions > of > group > of > group > of > condition > value > list, with one to spare.
    for _depth in range(2 * DEEPEST + 6):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return bool(level)


def sentence(error: Any) -> str:
    """One problem of the shape, in words, with the place it stands at."""
    place = " › ".join(
        str(step + 1) if isinstance(step, int) else step
        for step in error["loc"]
        if step not in ("Condition", "Conditions")
    )
    match error["type"]:
        case "value_error":
            return str(error["ctx"]["error"])
        case "missing":
            return _("%(place)s is missing.") % {"place": place}
        case "extra_forbidden":
            return _("%(place)s is not known. Take it out, or check how it is spelled.") % {"place": place}
        case "enum" | "literal_error":
            return _("%(place)s: “%(value)s” is not known. Known is: %(known)s.") % {
                "place": place,
                "value": str(error["input"])[:60],
                "known": error["ctx"]["expected"],
            }
    return _("%(place)s: %(problem)s.") % {"place": place, "problem": error["msg"]}

"""What a draft is made of. Everything is text, as it was typed or chosen; names are those of the form's fields."""

from dataclasses import dataclass, field

from reports.columns import Bucket

BY = "by_"


@dataclass
class ColumnRow:
    """``how`` is an aggregation, ``by_`` and a bucket, or nothing. ``was`` is what the column was called when the form was
    drawn, so that sort and chart follow a column that changes."""

    column: str = ""
    how: str = ""
    label: str = ""
    was: str = ""

    @property
    def name(self) -> str:
        return "_".join(filter(None, (self.column, self.how.removeprefix(BY))))

    @property
    def is_key(self) -> bool:
        """Whether rows are told apart by it, once any are added up."""
        return not self.how or self.how.startswith(BY)


@dataclass
class Comparison:
    """A condition, or what readers may narrow by. Which of the value's fields count hangs on column and operator:
    ``value``; ``value`` and ``until``; ``values`` of a list; ``relative``, ``count`` and ``unit`` of a stretch of time."""

    column: str = ""
    operator: str = ""
    label: str = ""
    value: str = ""
    until: str = ""
    values: list[str] = field(default_factory=list)
    relative: str = ""
    count: str = ""
    unit: str = ""
    # What the reader is asked for, in place of a value.
    param: str = ""
    was: str = ""


@dataclass
class Group:
    match: str = "all"
    of: list["Comparison | Group"] = field(default_factory=list)

    def leaves(self) -> list[Comparison]:
        """Every comparison in it, however deep."""
        return [leaf for entry in self.of for leaf in (entry.leaves() if isinstance(entry, Group) else [entry])]


@dataclass
class SortRow:
    column: str = ""
    direction: str = "up"


@dataclass
class FigureRow:
    label: str = ""
    column: str = ""
    how: str = ""
    conditions: Group = field(default_factory=Group)


@dataclass
class SummaryDraft:
    title: str = ""
    columns: list[ColumnRow] = field(default_factory=list)
    sort: list[SortRow] = field(default_factory=list)
    limit: str = "50"


@dataclass
class ChartDraft:
    kind: str = ""
    by: str = ""
    measures: list[str] = field(default_factory=list)
    title: str = ""


@dataclass
class ShareRow:
    """``key`` names whom: a role by its name, a person by their e-mail address, all others by uuid."""

    audience: str = ""
    key: str = ""


@dataclass
class Draft:
    source: str = ""
    title: str = ""
    description: str = ""
    columns: list[ColumnRow] = field(default_factory=list)
    conditions: Group = field(default_factory=Group)
    filters: list[Comparison] = field(default_factory=list)
    # What readers must say, as JSON: made by shipped reports only, and carried along.
    params: str = ""
    sort: list[SortRow] = field(default_factory=list)
    limit: str = ""
    figures: list[FigureRow] = field(default_factory=list)
    summary: SummaryDraft | None = None
    chart: ChartDraft = field(default_factory=ChartDraft)
    shares: list[ShareRow] = field(default_factory=list)

    @property
    def charted(self) -> list[ColumnRow]:
        """The columns a chart may name."""
        return self.summary.columns if self.summary else self.columns

    @property
    def is_grouped(self) -> bool:
        return any(row.how for row in self.columns)


BUCKET_VALUES = frozenset(f"{BY}{entry.value}" for entry in Bucket)

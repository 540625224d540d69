"""The parts of the builder's form: sections of lines, groups of conditions, and the whole."""

from dataclasses import dataclass, field

from reports.builder.fields import Field
from reports.registries import Source


@dataclass
class Line:
    """One row of a section. ``hidden`` are fields nobody sees; ``group`` its own conditions, where it has some."""

    path: str
    name: str
    fields: list[Field]
    problems: list[str] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    group: "Box | None" = None
    # What a filter begins with, until its reader says something else.
    begins: list[Field] = field(default_factory=list)
    begins_open: bool = False
    note: str = ""
    is_movable: bool = True
    is_group: bool = False


@dataclass
class Box:
    """A group of conditions: all or any of its entries, each a condition or a group again."""

    path: str
    name: str
    match: Field
    entries: list["Line | Box"]
    add: Field
    may_nest: bool
    problems: list[str] = field(default_factory=list)
    is_group: bool = True
    is_outermost: bool = False


@dataclass
class Rows:
    """Rows of one kind with a field to add another. ``empty`` says what their absence means."""

    path: str
    lines: list[Line]
    add: Field
    empty: str = ""
    problems: list[str] = field(default_factory=list)
    # What stands above the fields of each line, where there is room.
    heads: tuple[str, ...] = ()


@dataclass
class BuilderForm:
    """Everything the form shows."""

    source: Source
    title: Field
    description: Field
    columns: Rows
    conditions: Box
    filters: Rows
    sort: Rows
    limit: Field
    figures: Rows
    chart: list[Field]
    shares: Rows
    problems: dict[str, list[str]]
    rest: list[str]
    summary: "Summary | None" = None
    params: str = ""
    is_grouped: bool = False


@dataclass
class Summary:
    title: Field
    columns: Rows
    sort: Rows
    limit: Field
    problems: list[str]

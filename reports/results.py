"""What a report answers, as plain data: the same for the screen, the paper and the spreadsheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reports.charts import Chart
from reports.columns import MEASURES, Aggregation, Bucket, Type

ADDS_UP = frozenset({Aggregation.COUNT, Aggregation.SUM, Aggregation.SHARE})


@dataclass(frozen=True)
class ResultColumn:
    """One column of a result. A date that is not a whole moment has type `Type.DATE`, whatever it was made from.

    ``aggregation`` says how its values were added up, ``bucket`` what its dates were cut into.
    """

    name: str
    label: str
    type: Type = Type.TEXT
    aggregation: Aggregation | None = None
    bucket: Bucket | None = None

    @property
    def is_number(self) -> bool:
        return self.type in MEASURES

    @property
    def adds_up(self) -> bool:
        """Whether the values of several groups may be added: no average may, and nobody is counted twice."""
        return self.aggregation in ADDS_UP


@dataclass(frozen=True)
class Table:
    """``shown`` rows of ``total``, never silently fewer. ``keys`` has what each row is told apart by, by column name."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    title: str = ""
    keys: tuple[dict[str, Any], ...] = ()

    @property
    def shown(self) -> int:
        return len(self.rows)

    @property
    def is_cut(self) -> bool:
        return self.shown < self.total


@dataclass(frozen=True)
class KeyNumber:
    label: str
    value: Any
    type: Type = Type.NUMBER


@dataclass(frozen=True)
class Stream:
    """The rows as they come from the database, to be read once. ``total`` is how many there are, ``shown`` how many of
    them the report's own limit lets through."""

    columns: tuple[ResultColumn, ...]
    rows: Iterable[tuple[Any, ...]]
    total: int
    shown: int


@dataclass(frozen=True)
class ReportResult:
    """A report as somebody may read it. ``facts`` say in words what it speaks of: as of when, of whom, narrowed how."""

    title: str
    description: str
    table: Table
    facts: tuple[tuple[str, str], ...]
    sentence: str
    figures: tuple[KeyNumber, ...] = ()
    summary: Table | None = None
    chart: Chart | None = None

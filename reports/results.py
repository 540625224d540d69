"""What a report answers, as plain data: the same for the screen, the PDF and the spreadsheet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from reports.charts import Chart

Kind = Literal["text", "date", "datetime", "number", "percent", "progress"]


@dataclass(frozen=True)
class Column:
    """``progress`` holds a pair (done, in all); everything else one value or None."""

    key: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True)
class GroupTable:
    """The rows added up by one column: always over all rows, however many are shown."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Summary:
    """What comes before the rows: one sentence, key numbers in words, one chart, one table of groups."""

    sentence: str
    figures: tuple[tuple[str, str], ...] = ()
    chart: Chart | None = None
    groups: GroupTable | None = None


@dataclass(frozen=True)
class ReportResult:
    """``rows`` may be read once only where it is a stream. ``shown`` of ``total`` are in it, never silently fewer."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Any, ...]]
    total: int
    shown: int
    params: tuple[tuple[str, str], ...] = ()
    summary: Summary = field(default_factory=lambda: Summary(sentence=""))

    @property
    def is_cut(self) -> bool:
        return self.shown < self.total

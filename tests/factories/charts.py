"""Tables and charts whose numbers are known, one for each kind."""

import datetime as dt
import zoneinfo
from typing import Any

from reports.chart_data import chart_of
from reports.charts import Chart
from reports.columns import Aggregation, Bucket, Type
from reports.moments import Moment
from reports.results import ResultColumn, Table
from reports.spec import ChartSpec

# A Thursday.
MOMENT = Moment(at=dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC), zone=zoneinfo.ZoneInfo("Europe/Berlin"))
TEAM = ResultColumn("team", "Team", Type.REFERENCE)
STATUS = ResultColumn("status", "Status", Type.CHOICE)
WEEK = ResultColumn("enrolled_week", "Enrolled", Type.DATE, None, Bucket.WEEK)
COUNT = ResultColumn("records_count", "Enrollments", Type.NUMBER, Aggregation.COUNT)
DONE = ResultColumn("done_sum", "Completed", Type.NUMBER, Aggregation.SUM)
RATE = ResultColumn("rate", "Completion rate", Type.PERCENT, Aggregation.PERCENT_TRUE)
TIME = ResultColumn("time_median", "Time taken", Type.DURATION, Aggregation.MEDIAN)
SCORE = ResultColumn("score", "Score", Type.PERCENT)

KINDS = ("bar", "grouped", "stacked", "horizontal", "line", "area", "donut", "histogram", "heatmap", "number")
WEEKS = tuple(dt.date(2026, 11, 2) + dt.timedelta(weeks=place) for place in range(4))


def table(*columns: ResultColumn, rows: Any, total: int | None = None, keys: Any = ()) -> Table:
    rows = tuple(tuple(row) for row in rows)
    return Table(columns, rows, len(rows) if total is None else total, keys=tuple(keys))


def draw(kind: Any, given: Table, *, by: str = "", measures: tuple[str, ...], title: str = "") -> Chart | None:
    return chart_of(ChartSpec(kind=kind, by=by, measures=measures, title=title), given, MOMENT)


BY_TEAM = table(TEAM, COUNT, DONE, rows=[("Sales", 40, 10), ("IT", 20, 20), ("Legal", 0, 0)])
BY_WEEK = table(WEEK, COUNT, DONE, rows=[(day, 10 * (place + 1), place) for place, day in enumerate(WEEKS)])
BY_BOTH = table(
    TEAM, STATUS, COUNT, rows=[("Sales", "Active", 30), ("Sales", "Completed", 10), ("IT", "Completed", 20)]
)


def charts() -> dict[str, Chart]:
    """A chart of each kind, of which none is empty."""
    found = {
        "bar": draw("bar", BY_TEAM, by="team", measures=("records_count",)),
        "grouped": draw("grouped", BY_TEAM, by="team", measures=("records_count", "done_sum")),
        "stacked": draw("stacked", BY_BOTH, by="team", measures=("records_count",)),
        "horizontal": draw(
            "horizontal", table(TEAM, RATE, rows=[("Sales", 25.0), ("IT", 100.0)]), by="team", measures=("rate",)
        ),
        "line": draw("line", BY_WEEK, by="enrolled_week", measures=("records_count", "done_sum")),
        "area": draw("area", BY_WEEK, by="enrolled_week", measures=("records_count", "done_sum")),
        "donut": draw("donut", BY_TEAM, by="team", measures=("records_count",)),
        "histogram": draw(
            "histogram", table(SCORE, rows=[(55.0,), (58.0,), (71.5,), (100.0,), (None,)]), measures=("score",)
        ),
        "heatmap": draw("heatmap", BY_BOTH, by="team", measures=("records_count",)),
        "number": draw("number", BY_WEEK, by="enrolled_week", measures=("records_count",)),
    }
    return {kind: chart for kind, chart in found.items() if chart is not None}


# Rows of a team and a sum that are not what one expects.
ODD = {
    "one value": [("Sales", 1)],
    "all zero": [("Sales", 0), ("IT", 0)],
    "below zero": [("Sales", -4), ("IT", 9)],
    "all below zero": [("Sales", -4), ("IT", -9)],
    "no name": [(None, 3), ("", 4)],
    "no value": [("Sales", None), ("IT", 2)],
    "no number": [("Sales", float("nan")), ("IT", 2), ("Legal", float("inf"))],
    "long and hostile names": [("W" * 4000, 3), ("\u202eevil\x00\x1b \ufffe <b>&</b> $x$ \\1", 4)],
    "far apart": [("Sales", 10**12), ("IT", 1)],
    "sixty": [(f"Team {number}", number) for number in range(60)],
    "two of one name": [("Sales", 3), ("Sales", 4)],
}


def odd(name: str) -> Table:
    rows = ODD[name]
    return table(TEAM, DONE, rows=rows, keys=[{"team": str(number)} for number in range(len(rows))])

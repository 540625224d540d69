"""CSV: every row, local times, and no formulas."""

import csv
import datetime as dt
import json
import zoneinfo

import pytest

from reports.columns import Type
from reports.exports.csv import export_csv
from reports.results import ResultColumn, Stream

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
COLUMNS = (
    ResultColumn("person", "Person"),
    ResultColumn("enrolled", "Enrolled", Type.DATE),
    ResultColumn("done", "Lessons done", Type.NUMBER),
    ResultColumn("seen", "Last activity", Type.DATETIME),
    ResultColumn("score", "Score", Type.PERCENT),
    ResultColumn("late", "Is overdue", Type.BOOLEAN),
    ResultColumn("time", "Time", Type.DURATION),
)


def exported(tmp_path, rows, **options) -> list[list[str]]:
    path = tmp_path / "report.csv"
    stream = Stream(columns=COLUMNS, rows=iter(rows), total=len(rows), shown=len(rows))
    assert export_csv(stream, path, zone=BERLIN, **options) == len(rows)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_cells(tmp_path):
    late = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    rows = [("=Eve", late, 7, late, None, True, 61), ("Ada", dt.date(2026, 1, 2), 0, None, -2.5, False, None)]
    assert exported(tmp_path, rows) == [
        ["Person", "Enrolled", "Lessons done", "Last activity (Europe/Berlin)", "Score (%)", "Is overdue", "Time (seconds)"],
        ["'=Eve", "2026-11-23", "7", "2026-11-23 00:30", "", "yes", "61"],
        ["Ada", "2026-01-02", "0", "", "-2.5", "no", ""],
    ]  # fmt: skip


def test_the_mark_for_excel(tmp_path):
    assert exported(tmp_path, [], bom=True)[0][0] == "\ufeffPerson"


def test_naughty_names(tmp_path, shared_data):
    path = shared_data / "hostile" / "blns" / "blns.json"
    if not path.exists():
        pytest.skip("The list of naughty strings does not stand beside this checkout.")
    names = [name.replace("\x00", "") for name in json.loads(path.read_text(encoding="utf-8"))]
    rows = exported(tmp_path, [(name, None, 1, None, None, None, None) for name in names])[1:]
    assert len(rows) == len(names)
    assert not [row for row in rows if row[0].startswith(("=", "+", "-", "@", "\t", "\r"))]

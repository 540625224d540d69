"""CSV: every row, local times, and no formulas."""

import csv
import datetime as dt
import json
import zoneinfo

import pytest

from reports.exports.csv import export_csv
from reports.results import Column, ReportResult

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
COLUMNS = (
    Column("person", "Person"),
    Column("enrolled", "Enrolled", "date"),
    Column("done", "Lessons done", "progress"),
    Column("seen", "Last activity", "datetime"),
    Column("score", "Score", "percent"),
)


def exported(tmp_path, rows, **options) -> list[list[str]]:
    path = tmp_path / "report.csv"
    result = ReportResult(title="x", columns=COLUMNS, rows=iter(rows), total=len(rows), shown=len(rows))
    assert export_csv(result, path, zone=BERLIN, **options) == len(rows)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, strict=True))


def test_cells(tmp_path):
    late = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    assert exported(tmp_path, [("=Eve", late, (7, 12), late, None), ("Ada", None, (0, 0), None, -2.5)]) == [
        ["Person", "Enrolled", "Lessons done", "Lessons in all", "Last activity (Europe/Berlin)", "Score (%)"],
        ["'=Eve", "2026-11-23", "7", "12", "2026-11-23 00:30", ""],
        ["Ada", "", "0", "0", "", "-2.5"],
    ]


def test_the_mark_for_excel(tmp_path):
    assert exported(tmp_path, [], bom=True)[0][0] == "\ufeffPerson"


def test_naughty_names(tmp_path, shared_data):
    path = shared_data / "hostile" / "blns" / "blns.json"
    if not path.exists():
        pytest.skip("The list of naughty strings does not stand beside this checkout.")
    names = [name.replace("\x00", "") for name in json.loads(path.read_text(encoding="utf-8"))]
    rows = exported(tmp_path, [(name, None, (1, 2), None, None) for name in names])[1:]
    assert len(rows) == len(names)
    assert not [row for row in rows if row[0].startswith(("=", "+", "-", "@", "\t", "\r"))]

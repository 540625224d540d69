"""What is exported is what is there, and a file is whole or not there."""

import csv
import datetime as dt
from decimal import Decimal
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from analytics import exports
from analytics.models import NONE, ActivityFact, EventFact, Rollup
from tests.factories.analytics import make_history, make_runs, take_in

pytestmark = pytest.mark.django_db(databases=["default", "analytics"])

MODELS = {"events": EventFact, "activity": ActivityFact, "rollups": Rollup}


@pytest.fixture(autouse=True)
def history(db, monkeypatch):
    # Several chunks.
    monkeypatch.setattr(exports, "CHUNK", 40)
    make_history(make_runs(people=3), events=150)
    take_in()


def expected(rows) -> list[dict]:
    return [
        {
            name: None if value == NONE else str(value) if isinstance(value, UUID) else value
            for name, value in row.items()
            if name != "id"
        }
        for row in rows.order_by("pk").values()
    ]


def test_parquet_has_every_value_in_its_type(tmp_path):
    call_command("export_analytics", str(tmp_path), "--format", "parquet")
    for kind, model in MODELS.items():
        assert pq.read_table(tmp_path / f"{kind}.parquet").to_pylist() == expected(model.objects)
    shares = [
        row["share"] for row in pq.read_table(tmp_path / "events.parquet").to_pylist() if row["share"] is not None
    ]
    assert all(isinstance(share, Decimal) for share in shares)
    assert shares


def test_csv_has_every_row(tmp_path, capsys):
    call_command("export_analytics", str(tmp_path))
    said = capsys.readouterr().out
    for kind, model in MODELS.items():
        with (tmp_path / f"{kind}.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        texts = [
            {name: "" if value is None else str(value) for name, value in row.items()}
            for row in expected(model.objects)
        ]
        assert rows == texts
        assert f"{kind}.csv: {len(rows):,} rows" in said


def test_days_are_counted_from_both_ends(tmp_path):
    first, last = dt.date(2026, 9, 20), dt.date(2026, 9, 25)
    counts = exports.export(tmp_path, form="csv", since=first, until=last)
    assert counts["events"] == EventFact.objects.filter(day__range=(first, last)).count() > 0
    assert counts["rollups"] == Rollup.objects.filter(start__range=(first, last)).count() > 0


def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch):
    exports.export(tmp_path, form="csv")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(before) == ["activity.csv", "events.csv", "rollups.csv", "views.csv"]
    seen = []

    def break_off(value):
        seen.append(value)
        if len(seen) > 500:
            raise OSError("No space left on device")
        return value

    monkeypatch.setattr(exports, "plain", break_off)
    with pytest.raises(OSError, match="No space left"):
        exports.export(tmp_path, form="csv")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere is no folder. Make it first, or name another."),
        ([".", "--since", "2026-02-01", "--until", "2026-01-01"], "2026-02-01 comes after 2026-01-01"),
    ],
)
def test_what_cannot_be_is_said(arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("export_analytics", *arguments)

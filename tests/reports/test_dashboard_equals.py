"""The dashboard, the report and the event log count the same completions."""

import csv
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from tests.factories.dashboards import make_academy

pytestmark = pytest.mark.django_db

SQL = "SELECT count(*) FROM learning_learningevent WHERE verb = %s"


def from_log(verb: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(SQL, [verb])
        return cursor.fetchone()[0]


def test_completions_and_enrollments(client, tmp_path, capsys):
    academy = make_academy()
    client.force_login(academy.administrator)
    shown = client.get(reverse("reports_dashboard"), {"range": "all"}).context["dashboard"]
    tiles = {tile.name: int(tile.value) for tile in shown.tiles}
    by_course = next(panel for panel in shown.panels if panel.key == "courses")
    runs = next(panel for panel in shown.panels if panel.key == "runs")

    path = tmp_path / "report.csv"
    call_command("run_report", "course-progress", format="csv", output=str(path))
    facts = json.loads(capsys.readouterr().out)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    in_report = sum(bool(row["Completed"]) for row in rows)

    assert tiles["Completions"] == in_report == from_log("course:completed") == 3
    assert tiles["Enrollments"] == len(rows) == facts["rows_total"] == from_log("course:enrolled") == 6
    assert sum(int(row[2].text) for row in by_course.rows) == sum(int(row[2].text) for row in runs.rows) == 3
    assert sum(int(row[1].text) for row in by_course.rows) == sum(int(row[1].text) for row in runs.rows) == 6

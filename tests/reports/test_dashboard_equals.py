"""The dashboard, the report, its file and the event log say the same, cell by cell."""

import csv
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from learning.models import ActivityDay, CohortMembership, Enrollment
from learning.services import recount_activity
from tests.factories.dashboards import make_academy
from tests.factories.learning import make_cohort

pytestmark = pytest.mark.django_db

SQL = "SELECT count(*) FROM learning_learningevent WHERE verb = %s"


def from_log(verb: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(SQL, [verb])
        return cursor.fetchone()[0]


def tile(client, key, slug="overview", **asked):
    answer = client.get(reverse("reports_tile", args=[slug, key]), {**asked, "format": "json"})
    assert answer.status_code == 200
    return answer.json()


def report_csv(slug, path, *arguments):
    call_command("run_report", slug, *arguments, format="csv", output=str(path))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_completions_and_enrollments(client, tmp_path, capsys):
    academy = make_academy()
    client.force_login(academy.administrator)

    def shown(key):
        return tile(client, key, range="all")

    by_course = shown("by-course")["rows"]
    header, *rows = report_csv("course-progress", tmp_path / "report.csv")
    facts = json.loads(capsys.readouterr().out)
    in_report = sum(bool(row[header.index("Completed")]) for row in rows)
    by_week = {
        key: sum(row["records_count"] for row in shown(key)["rows"]) for key in ("begun-by-week", "done-by-week")
    }

    completions = shown("completions")["rows"][0]["value"]
    assert completions == in_report == by_week["done-by-week"] == from_log("course:completed") == 3
    enrollments = shown("enrollments")["rows"][0]["value"]
    assert (
        enrollments == len(rows) == facts["rows_total"] == by_week["begun-by-week"] == from_log("course:enrolled") == 6
    )
    assert sum(row["is_completed_sum"] for row in by_course) == 3
    assert sum(row["records_count"] for row in by_course) == 6


@pytest.mark.parametrize("who", ["administrator", "manager", "instructor"])
def test_a_tile_is_the_file_of_its_report(client, tmp_path, who):
    """The same columns, rows and values, for everybody who looks."""
    academy = make_academy()
    for place, course in enumerate((academy.fire, academy.sql)):
        cohort = make_cohort(course, name=f"Run {place}")
        for run in Enrollment.objects.filter(course=course).order_by("pk")[:2]:
            CohortMembership.objects.create(enrollment=run, cohort=cohort, since=academy.now.date())
    ActivityDay.objects.update(clicks=7)
    recount_activity(runs=Enrollment.objects.all())
    Enrollment.objects.filter(course=academy.fire).update(outcome="Pass")
    viewer = getattr(academy, who)
    client.force_login(viewer)
    data = tile(client, "runs")
    header, *rows = report_csv("activity-by-run", tmp_path / "runs.csv", f"--as={viewer.email}")
    assert [column["label"] for column in data["columns"]] == header
    names = [column["name"] for column in data["columns"]]
    in_tile = [["" if row[name] is None else str(row[name]) for name in names] for row in data["rows"]]
    assert in_tile == rows
    assert len(rows) == data["shown"] == data["total"] == {"administrator": 4, "manager": 2, "instructor": 2}[who]
    assert sum(row["clicks_sum"] for row in data["rows"]) > 0

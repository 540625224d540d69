"""Course progress: the rows equal plain SQL over the event log, and nobody gets a row that is not theirs."""

import csv
import datetime as dt
import io
import json
import zoneinfo
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import translation

from assessment.selectors import grading_plan, learner_grades
from assessment.services import clear_override, override_grade
from learning.models import Enrollment
from learning.services import complete_lesson, enroll, leave_course, record_result, request_enrollment
from lms_pages.models import CourseStaff
from reports.exceptions import UnknownReport
from reports.moments import Moment
from reports.registries import Source, check_sources, sources
from reports.selectors.reports import report_for
from reports.selectors.results import Prepared, report_result, report_stream, scope_hash
from reports.viewers import OPERATOR
from tests.factories.accounts import make_person, make_team
from tests.factories.dashboards import add_learners
from tests.factories.grades import give, make_graded_course, with_scores
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import lessons_of, make_course

PROGRESS = "course-progress"
MOMENT = Moment(at=dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), zone=zoneinfo.ZoneInfo("Europe/Berlin"))

# Written by hand against the tables, with nothing of the report in it.
SQL = """
SELECT trim(u.first_name || ' ' || u.last_name),
       p.title,
       (SELECT count(*) FROM learning_learningevent e
         WHERE e.enrollment_id = n.id AND e.verb = 'lesson:completed'),
       (SELECT max(e.occurred_at) FROM learning_learningevent e
         WHERE e.enrollment_id = n.id AND e.verb = 'course:completed'),
       (SELECT max(e.occurred_at) FROM learning_learningevent e
         WHERE e.enrollment_id = n.id AND e.verb = 'course:enrolled')
  FROM learning_enrollment n
  JOIN accounts_user u ON u.id = n.learner_id
  JOIN wagtailcore_page p ON p.id = n.course_id
 WHERE EXISTS (SELECT 1 FROM learning_learningevent e
                WHERE e.enrollment_id = n.id AND e.verb = 'course:enrolled')
 ORDER BY u.last_name, u.first_name, u.email, p.title, n.run
"""


def day_of(value) -> str:
    """The day of a moment as SQL gives it, in UTC, the tests' zone: text in SQLite, a datetime elsewhere."""
    if not value:
        return ""
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return moment.date().isoformat()


def from_sql() -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL)
        return [
            [name, course, str(done), day_of(completed), day_of(enrolled)]
            for name, course, done, completed, enrolled in cursor.fetchall()
        ]


def prepared(viewer) -> Prepared:
    return Prepared(definition=report_for(PROGRESS), viewer=viewer, moment=MOMENT)


def run_command(path, *arguments) -> dict:
    output = io.StringIO()
    call_command("run_report", "course-progress", "--output", str(path), *arguments, stdout=output)
    return json.loads(output.getvalue())


def from_csv(path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [[row["Person"], row["Course"], row["Lessons done"], row["Completed"], row["Enrolled"]] for row in rows]


@pytest.fixture
def academy(db):
    """Two teams, two courses, every kind of run."""
    first, second = make_course("SQL for analysts"), make_course("Fire safety")
    names = ("Ada Able", "Ben Brook", "Cem Çelik", "Dora Dune", "Eve Ester")
    people = [make_person(name, email=f"{name.split()[0].lower()}@example.com") for name in names]
    make_team("North", members=people[:2], since=dt.date(2026, 1, 1))
    make_team("South", members=people[2:4], since=dt.date(2026, 1, 1))
    make_completed(people[0], first)
    make_enrollment(people[0], second, done=1)
    make_enrollment(people[1], first, done=2, due_on=dt.date(2026, 3, 1))
    make_completed(people[2], second)
    make_enrollment(people[3], second)
    make_enrollment(people[4], first, done=3)
    leave_course(enrollment=make_enrollment(people[3], first, done=1))
    by_request = make_course("Giving feedback", enrollment_policy="request")
    request_enrollment(learner=people[1], course=by_request)
    # A second run after a completed one is a row of its own.
    enroll(learner=people[0], course=first, source="staff")
    return people


def test_the_report_equals_plain_sql_over_the_event_log(academy, tmp_path):
    path = tmp_path / "progress.csv"
    line = run_command(path, "--format", "csv")
    assert from_csv(path) == from_sql()
    assert len(from_sql()) == 8
    assert (line["rows_shown"], line["rows_total"]) == (8, 8)
    assert set(line) == {"report", "format", "output", "rows_shown", "rows_total", "queries", "seconds"}


def test_the_columns_say_what_is_known(academy):
    enrollment = Enrollment.objects.get(learner=academy[1], status="active")
    lesson = lessons_of(enrollment.course)[0]
    record_result(enrollment=enrollment, page=lesson, score=Decimal(4), max_score=Decimal(5), passed=True)
    record_result(enrollment=enrollment, page=enrollment.course, score=Decimal(1), max_score=Decimal(2), passed=None)
    result = report_result(prepared(OPERATOR), limit=100)
    assert [column.name for column in result.table.columns] == [
        "person", "team", "course", "enrolled", "lessons_done", "lessons", "last_activity", "due", "completed", "score",
    ]  # fmt: skip
    row = next(row for row in result.table.rows if row[0] == "Ben Brook")
    assert row[1:3] == ("North", "SQL for analysts")
    assert row[4:6] == (2, 4)
    assert row[7:] == (dt.date(2026, 3, 1), None, 65.0)
    assert row[3] == enrollment.enrolled_at
    assert row[6] == enrollment.last_activity_at


def test_the_score_is_the_mean_of_what_counts_in_the_gradebook(db, client):
    """A grade set by hand is the same number in the report, in the gradebook, in the learner's grades and at the end."""
    course = make_graded_course()
    run = with_scores(course, 1, "0.5", 0, "0.75")
    exam = lessons_of(course)[3]
    ina = make_person("Ina Instructor")

    def report() -> float:
        return report_result(prepared(OPERATOR), limit=9).table.rows[0][-1]

    def book() -> float:
        grades = learner_grades(enrollment=run)
        shares = [grades.grade(lesson.page_key) for lesson in grading_plan(course).lessons]
        return round(100 * float(sum(share.score / share.max_score for share in shares) / len(shares)), 1)

    assert report() == book() == 56.2
    override_grade(enrollment=run, page_key=exam.translation_key, score=Decimal(4), reason="Oral exam", actor=ina)
    assert report() == book() == 62.5
    # What is earned later waits behind it.
    give(run, exam, 0)
    assert report() == book() == 62.5
    for lesson in lessons_of(course):
        complete_lesson(enrollment=run, lesson=lesson)
    client.force_login(run.learner)
    page = client.get(reverse("assessment:grades", args=[run.uuid])).content.decode()
    assert "4 of 4 (100 %)" in " ".join(page.split())
    # 1 + .5 + 0 + 4 of 1 + 1 + 1 + 4 points.
    assert client.get(reverse("learning:completion", args=[run.uuid])).context["score"]["percent"] == 79
    clear_override(enrollment=run, page_key=exam.translation_key, reason="A slip", actor=ina)
    assert report() == book() == 37.5


def test_the_summary_counts_all_rows_and_speaks(academy):
    result = report_result(prepared(OPERATOR), limit=3)
    assert (result.table.shown, result.table.total, result.table.is_cut) == (3, 8, True)
    assert result.sentence == (
        "2 of 8 enrollments are completed (25 %). 1 is overdue. “SQL for analysts” is lowest with 20 %."
    )
    assert [(figure.label, figure.value) for figure in result.figures] == [
        ("Enrollments", 8),
        ("Completed", 2),
        ("Completion rate", 25.0),
        ("Overdue", 1),
    ]
    assert result.summary.rows == (("SQL for analysts", 5, 1, 20.0, 1), ("Fire safety", 3, 1, 33.3, 0))
    (rates,) = result.chart.series
    assert list(zip(result.chart.places, rates.values, rates.labels, strict=True)) == [
        ("SQL for analysts", 20.0, "20\u00a0%"),
        ("Fire safety", 33.3, "33.3\u00a0%"),
    ]


def test_an_empty_report_says_so(db):
    result = report_result(prepared(OPERATOR), limit=3)
    assert (result.table.rows, result.table.total) == ((), 0)
    assert result.sentence == "Nobody is enrolled in anything you may open yet."
    assert result.chart is None


def result_of(courses: dict[str, tuple[int, int]]):
    """The result over runs in bulk: by course, how many are enrolled and how many of them completed."""
    for title, (enrolled, completed) in courses.items():
        course = make_course(title, modules=1, lessons=1, with_check=False)
        add_learners(course, enrolled, at=MOMENT.at)
        ids = Enrollment.objects.filter(course=course).values_list("pk", flat=True)[:completed]
        Enrollment.objects.filter(pk__in=list(ids)).update(status="completed", completed_at=MOMENT.at)
    return report_result(prepared(OPERATOR), limit=1)


def test_a_hundred_percent_means_everybody_as_on_the_dashboard(db):
    result = result_of({"Almost all": (3000, 2999), "Almost nobody": (3000, 1)})
    assert [row[3] for row in result.summary.rows] == [0.1, 99.9]
    assert result.figures[2].value == 50.0


def test_numbers_are_written_in_the_readers_language(db):
    with translation.override("de"):
        result = result_of({"Fire safety": (1200, 1100)})
    assert "1.100 of 1.200" in result.sentence.replace(" von ", " of ")
    assert "91,7 %" in result.sentence


def test_no_course_is_lowest_when_all_are_complete(db):
    assert result_of({"Fire safety": (2, 2), "SQL": (1, 1)}).sentence == (
        "3 of 3 enrollments are completed (100 %). None is overdue."
    )


def test_translations_are_one_course_as_on_the_dashboard(db):
    german = make_course("Brandschutz", modules=1)
    course = make_course("Fire safety", modules=1)
    for page in (course, german):
        make_enrollment(course=page)
    Enrollment.objects.update(course_key=course.translation_key)
    result = report_result(prepared(OPERATOR), limit=10)
    assert [row[:2] for row in result.summary.rows] == [("Brandschutz", 2)]


def people_seen(viewer) -> set[tuple[str, str]]:
    result = report_result(prepared(viewer), limit=1000)
    streamed = report_stream(prepared(viewer))
    assert tuple(streamed.rows) == result.table.rows
    return {(row[0], row[2]) for row in result.table.rows}


def test_rivals_see_their_own_people_only(db):
    first, second = make_course("SQL for analysts"), make_course("Fire safety")
    ada, ben = make_person("Ada Able"), make_person("Ben Brook")
    for person in (ada, ben):
        for course in (first, second):
            make_enrollment(person, course)
    teachers = [make_person(roles=("instructor",)) for _ in range(2)]
    CourseStaff.objects.create(course=first, user=teachers[0])
    CourseStaff.objects.create(course=second, user=teachers[1])
    managers = [make_person(roles=("manager",)) for _ in range(2)]
    make_team(managers=[managers[0]], members=[ada], since=dt.date(2026, 1, 1))
    make_team(managers=[managers[1]], members=[ben], since=dt.date(2026, 1, 1))
    nobody = make_person(roles=("manager",))

    assert people_seen(teachers[0]) == {("Ada Able", "SQL for analysts"), ("Ben Brook", "SQL for analysts")}
    assert people_seen(teachers[1]) == {("Ada Able", "Fire safety"), ("Ben Brook", "Fire safety")}
    assert people_seen(managers[0]) == {("Ada Able", "SQL for analysts"), ("Ada Able", "Fire safety")}
    assert people_seen(managers[1]) == {("Ben Brook", "SQL for analysts"), ("Ben Brook", "Fire safety")}
    assert people_seen(nobody) == set()
    assert len(people_seen(make_person(roles=("report_administrator",)))) == 4

    definition = report_for(PROGRESS)
    hashes = {scope_hash(definition=definition, viewer=viewer) for viewer in (*teachers, *managers, nobody)}
    assert len(hashes) == 5
    administrators = [make_person(roles=("administrator",)), make_person(roles=("report_administrator",))]
    assert len({scope_hash(definition=definition, viewer=viewer) for viewer in administrators}) == 1


def test_the_command_as_somebody(academy, tmp_path):
    line = run_command(tmp_path / "own.csv", "--format", "csv", "--as", academy[2].email)
    assert line["rows_total"] == 1
    with pytest.raises(CommandError, match=r"Nobody active has the address nobody@example\.com"):
        run_command(tmp_path / "none.csv", "--format", "csv", "--as", "nobody@example.com")
    assert not (tmp_path / "none.csv").exists()


def test_an_unknown_report_is_named(db, tmp_path):
    with pytest.raises(CommandError, match="no report called “nonsense”"):
        call_command("run_report", "nonsense", "--format", "csv", "--output", str(tmp_path / "x"))
    with pytest.raises(UnknownReport):
        report_for("nonsense")


def test_a_failed_export_leaves_the_old_file_and_no_half_one(academy, tmp_path, monkeypatch):
    path = tmp_path / "progress.csv"
    path.write_text("yesterday's")

    def break_off(self, values, whole=0):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("reports.compiling.Rows.read", break_off)
    with pytest.raises(RuntimeError):
        run_command(path, "--format", "csv")
    assert path.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_one_sentence(db, tmp_path):
    with pytest.raises(CommandError, match="could not be written: No such file or directory"):
        run_command(tmp_path / "none" / "x.csv", "--format", "csv")


def test_queries_do_not_grow_with_rows(db, tmp_path, django_assert_num_queries):
    course = make_course()
    viewer = make_person(roles=("report_administrator",))

    def queries() -> tuple[int, int]:
        return tuple(
            run_command(tmp_path / f"x.{kind}", "--format", kind, "--as", viewer.email)["queries"]
            for kind in ("csv", "pdf")
        )

    make_enrollment(course=course)
    few = queries()
    team = make_team()
    for _ in range(40):
        enrollment = make_enrollment(course=course, done=1)
        make_team(members=[enrollment.learner])
    make_team(members=[viewer], managers=[viewer])
    assert team
    assert queries() == few
    assert max(few) <= 6


def test_a_source_without_a_scope_is_found(monkeypatch):
    class Leaky(Source):
        key = "leaky"

    monkeypatch.setitem(sources, "leaky", Leaky())
    assert [error.id for error in check_sources()] == ["reports.E001", "reports.E001"]
    monkeypatch.delitem(sources, "leaky")
    assert check_sources() == []

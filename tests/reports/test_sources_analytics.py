"""What is read from rollups: the same numbers as from the site's rows, for those who may see them, from one database."""

import datetime as dt
from collections import Counter

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from analytics.models import DATABASE
from learning.models import ActivityDay, LearningEvent
from lms_pages.models import CourseStaff
from reports.definitions import shipped
from reports.registries import sources
from reports.selectors.drill import Drilled
from reports.selectors.results import Prepared, report_result
from reports.viewers import OPERATOR
from tests.factories.accounts import make_person
from tests.factories.analytics import make_history, make_runs, take_in
from tests.reports.test_sources import MOMENT, run

SUMS = {
    "enrollments": "course:enrolled",
    "completions": "course:completed",
    "left": "course:left",
    "attempts": "quiz:submitted",
}


@pytest.fixture
def runs(db):
    runs = make_runs(people=4)
    make_history(runs)
    take_in()
    return runs


def totals(viewer=OPERATOR, by: str = "course", **spec) -> dict:
    columns = [{"column": by}, *({"column": name, "aggregation": "sum"} for name in [*SUMS, "lessons", "seconds"])]
    return {row[0]: row[1:] for row in run(viewer, source="days-in-sum", columns=columns, **spec).table.rows}


def by_hand(course) -> tuple[int, ...]:
    verbs = Counter(LearningEvent.objects.filter(course_key=course.translation_key).values_list("verb", flat=True))
    lessons = verbs["lesson:completed"] + verbs["lesson:recorded"]
    seconds = sum(ActivityDay.objects.filter(enrollment__course=course).values_list("seconds", flat=True))
    return (*(verbs[verb] for verb in SUMS.values()), lessons, seconds)


def test_sums_by_course_are_those_of_the_rows(runs):
    courses = {run.course for run in runs}
    assert totals() == {course.title: by_hand(course) for course in courses}


def test_by_team_of_the_time_and_by_month(runs):
    teams = totals(by="team")
    assert set(teams) == {"Analytics North", "Analytics South", None}
    enrolled = LearningEvent.objects.filter(verb="course:enrolled")
    assert sum(row[0] for row in teams.values()) == enrolled.count()
    moved = runs[0].learner
    north = enrolled.filter(learner__teams__name="Analytics North").exclude(
        learner=moved, occurred_at__gte=dt.datetime(2026, 10, 2, tzinfo=dt.UTC)
    )
    assert teams["Analytics North"][0] == north.distinct().count()
    months = run(
        source="days-in-sum",
        columns=[{"column": "day", "bucket": "month"}, {"column": "enrollments", "aggregation": "sum"}],
        sort=[{"column": "day_month"}],
    ).table.rows
    counted = Counter(moment.date().replace(day=1) for moment in enrolled.values_list("occurred_at", flat=True))
    assert dict(months) == counted


def test_who_teaches_sees_their_course_and_who_teaches_nothing_nothing(runs):
    teacher = make_person("Tea Teacher", roles=("instructor",))
    manager = make_person("Mo Manager", roles=("manager",))
    course = runs[0].course
    CourseStaff.objects.create(course=course, user=teacher)
    source = sources["days-in-sum"]
    assert source.may_use(teacher)
    assert totals(teacher) == {course.title: by_hand(course)}
    assert source.scope_words(teacher) == "the courses that Tea Teacher teaches"
    assert not source.may_use(manager)
    assert totals(manager) == {}
    assert source.scope_key(teacher) != source.scope_key(OPERATOR) == "all"
    other = make_person("Ty Teacher", roles=("instructor",))
    CourseStaff.objects.create(course=course, user=other)
    # Both get the same rows, so that one result serves both.
    assert source.scope_key(other) == source.scope_key(teacher)


@pytest.mark.parametrize("slug", ["trends", "trends-by-course", "trends-by-team"])
def test_the_shipped_ones_read_rollups_alone(runs, slug):
    prepared = Prepared(definition=shipped[slug], viewer=OPERATOR, moment=MOMENT, given={})
    with CaptureQueriesContext(connection) as site, CaptureQueriesContext(connections[DATABASE]) as analytics:
        result = report_result(prepared, limit=100)
    assert [query["sql"] for query in site] == []
    assert 0 < len(analytics) <= 4
    assert all("analytics_rollup" in query["sql"] for query in analytics)
    assert result.table.total >= 2
    enrolled = LearningEvent.objects.filter(verb="course:enrolled", occurred_at__lt="2026-11-01T00:00Z").count()
    completed = LearningEvent.objects.filter(verb="course:completed", occurred_at__lt="2026-11-01T00:00Z").count()
    # The last twelve whole months.
    assert result.sentence.startswith(f"{enrolled} enrollments and {completed} completions")
    assert [number.value for number in result.figures][:2] == [enrolled, completed]


def test_behind_a_number_are_its_own_rows(runs):
    course = runs[0].course
    prepared = Prepared(definition=shipped["trends-by-course"], viewer=OPERATOR, moment=MOMENT, given={})
    keys = {"course": str(course.translation_key)}
    table = report_result(Drilled(prepared, of="table", keys=keys, cell="completions_sum"), limit=500).table
    place = [column.name for column in table.columns].index("completions")
    assert all(row[place] > 0 for row in table.rows)
    events = LearningEvent.objects.filter(
        verb="course:completed", course_key=course.translation_key, occurred_at__lt="2026-11-01T00:00Z"
    )
    assert sum(row[place] for row in table.rows) == events.count() > 0


def test_nothing_yet_is_said(db):
    result = report_result(Prepared(definition=shipped["trends"], viewer=OPERATOR, moment=MOMENT, given={}), limit=100)
    assert result.sentence == "Nothing happened in this time."
    assert result.table.rows == ()

"""The dashboard's numbers: what they count, for whom, on which clock, and in how many queries."""

import datetime as dt
import uuid
import zoneinfo
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.services import complete_lesson, enroll, record_visit
from reports.dashboard_panels import change, dashboard, sentence
from reports.dashboards import CourseFigures, Cut, What, named_and_rest, percent
from reports.periods import Span, period
from reports.selectors.dashboard import dashboard_figures, first_moment, key_figures
from reports.selectors.dashboard_rows import active_people, enrollment_rows
from tests.factories.accounts import make_person, make_team
from tests.factories.dashboards import add_learners, make_academy
from tests.factories.lms_pages import lessons_of, make_course

pytestmark = pytest.mark.django_db

UTC = zoneinfo.ZoneInfo("UTC")
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def academy():
    return make_academy(NOW)


@pytest.fixture
def weeks():
    return period(Span.WEEKS, now=NOW, zone=UTC)


def address(what, **narrowed):
    return f"/rows/{what}?" + "&".join(f"{name}={value}" for name, value in narrowed.items())


def test_what_everybody_sees(academy, weeks):
    found = dashboard_figures(viewer=academy.administrator, period=weeks)
    assert [
        (course.title, course.ever, course.enrolled, course.finished, course.completed, course.overdue)
        for course in found.courses
    ] == [("Fire safety", 3, 2, 2, 3, 0), ("SQL", 3, 3, 0, 0, 2)]
    assert (found.total("enrolled_before"), found.total("completed_before")) == (1, 0)
    assert (found.active, found.active_before) == (4, 0)
    assert [(team.name, team.overdue) for team in found.teams] == [("Operations", 1), ("", 1)]
    assert (sum(found.enrolled_by_day), sum(found.completed_by_day)) == (5, 3)
    # Lou read 9 days ago; Omar and Sara completed this week, Olga 60 days ago.
    assert found.active_by_day == (0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2)


@pytest.mark.parametrize(
    ("who", "courses", "active", "overdue"),
    [
        ("administrator", {"Fire safety": 2, "SQL": 3}, 4, 2),
        ("reporter", {"Fire safety": 2, "SQL": 3}, 4, 2),
        # The people of Operations only.
        ("manager", {"Fire safety": 2, "SQL": 1}, 2, 1),
        # Everybody in the one course taught.
        ("instructor", {"SQL": 3}, 1, 2),
    ],
)
def test_everybody_sees_what_is_theirs(academy, weeks, who, courses, active, overdue):
    viewer = getattr(academy, who)
    found = dashboard_figures(viewer=viewer, period=weeks)
    assert {course.title: course.enrolled for course in found.courses} == courses
    assert (found.active, found.total("overdue")) == (active, overdue)
    key = key_figures(viewer=viewer, period=weeks)
    assert (key.active, key.enrolled, key.overdue) == (active, sum(courses.values()), overdue)


def test_one_course(academy, weeks):
    found = dashboard_figures(viewer=academy.administrator, period=weeks, course=academy.sql.translation_key)
    assert [course.title for course in found.courses] == ["SQL"]
    assert [title for _key, title in found.choices] == ["Fire safety", "SQL"]
    assert (found.active, sum(found.active_by_day), sum(found.completed_by_day)) == (1, 1, 0)
    for stranger in (uuid.uuid4(), academy.fire.translation_key):
        with pytest.raises(KeyError):
            dashboard_figures(viewer=academy.instructor, period=weeks, course=stranger)


def test_since_the_beginning_counts_all(academy):
    viewer = academy.administrator
    everything = period(Span.ALL, now=NOW, zone=UTC, first=first_moment(viewer))
    found = dashboard_figures(viewer=viewer, period=everything)
    assert everything.days[0] == dt.date(2026, 8, 1)
    assert (found.total("enrolled"), sum(found.enrolled_by_day), found.active_before) == (6, 6, None)
    assert first_moment(make_person()) is None


@pytest.mark.parametrize(("zone", "day"), [(UTC, dt.date(2026, 11, 9)), (BERLIN, dt.date(2026, 11, 16))])
def test_midnight_is_the_sites(zone, day):
    """Sunday 23:30 in London is Monday 00:30 in Berlin: another week, and the rows agree."""
    viewer, course = make_person(roles=("administrator",)), make_course(modules=1, lessons=1, with_check=False)
    sunday = dt.datetime(2026, 11, 15, 23, 30, tzinfo=dt.UTC)
    run = enroll(learner=viewer, course=course, source="staff", at=sunday)
    complete_lesson(enrollment=run, lesson=lessons_of(course)[0], at=sunday)
    weeks = period(Span.WEEKS, now=NOW, zone=zone)
    found = dashboard_figures(viewer=viewer, period=weeks)
    place = weeks.days.index(day)
    for values in (found.enrolled_by_day, found.completed_by_day, found.active_by_day):
        assert [number for number, value in enumerate(values) if value] == [place]
    for what in (What.ENROLLMENTS, What.COMPLETIONS):
        assert enrollment_rows(viewer=viewer, cut=Cut(what, weeks, day=day)).count() == 1
    assert active_people(viewer=viewer, cut=Cut(What.ACTIVE, weeks, day=day)).count() == 1


@pytest.mark.parametrize(("zone", "overdue"), [(UTC, 0), (BERLIN, 1)])
def test_a_due_date_ends_on_the_sites_clock(zone, overdue):
    viewer, course = make_person(roles=("administrator",)), make_course(modules=1)
    late = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    enroll(learner=viewer, course=course, source="staff", due_on=dt.date(2026, 11, 22), at=NOW)
    assert key_figures(viewer=viewer, period=period(Span.WEEKS, now=late, zone=zone)).overdue == overdue


def test_being_enrolled_is_no_activity(weeks):
    viewer, course = make_person(roles=("administrator",)), make_course(modules=1)
    run = enroll(learner=make_person(), course=course, actor=viewer, at=NOW - dt.timedelta(days=1))
    assert key_figures(viewer=viewer, period=weeks).active == 0
    record_visit(enrollment=run, lesson_key=lessons_of(course)[0].translation_key, at=NOW - dt.timedelta(days=1))
    assert key_figures(viewer=viewer, period=weeks).active == 1


@pytest.mark.parametrize(
    ("name", "at", "day"),
    [
        # Monday in London already, Sunday evening on the site's clock.
        ("America/New_York", dt.datetime(2026, 11, 23, 1, 30, tzinfo=dt.UTC), dt.date(2026, 11, 16)),
        # Sunday in London still, Monday half past midnight on the site's clock.
        ("Europe/Berlin", dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC), dt.date(2026, 11, 23)),
    ],
)
def test_reading_at_the_edge_of_a_day_counts_on_the_sites_day(settings, name, at, day):
    settings.TIME_ZONE = name
    viewer, course = make_person(roles=("administrator",)), make_course(modules=1)
    run = enroll(learner=make_person(), course=course, actor=viewer, at=at - dt.timedelta(days=30))
    record_visit(enrollment=run, lesson_key=lessons_of(course)[0].translation_key, at=at)
    weeks = period(Span.WEEKS, now=at + MINUTE, zone=zoneinfo.ZoneInfo(name))
    found = dashboard_figures(viewer=viewer, period=weeks)
    assert (found.active, weeks.days[-1], found.active_by_day[-1]) == (1, day, 1)
    assert active_people(viewer=viewer, cut=Cut(What.ACTIVE, weeks, day=day)).count() == 1


def test_who_reads_and_completes_counts_once(weeks):
    viewer, course = make_person(roles=("administrator",)), make_course(modules=1, lessons=2, with_check=False)
    run = enroll(learner=make_person(), course=course, actor=viewer, at=NOW - dt.timedelta(days=2))
    for lesson in lessons_of(course):
        record_visit(enrollment=run, lesson_key=lesson.translation_key, at=NOW - dt.timedelta(days=1))
        complete_lesson(enrollment=run, lesson=lesson, at=NOW - dt.timedelta(days=1))
    found = dashboard_figures(viewer=viewer, period=weeks)
    assert (found.active, found.active_by_day[-1]) == (1, 1)


@pytest.mark.parametrize("span", list(Span))
def test_queries_do_not_grow(span):
    viewer = make_person(roles=("administrator",))
    courses = [make_course(modules=1, lessons=1, with_check=False) for _ in range(3)]
    at = NOW - dt.timedelta(days=8)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            first = first_moment(viewer) if span is Span.ALL else None
            found = dashboard_figures(viewer=viewer, period=period(span, now=NOW, zone=UTC, first=first))
            dashboard(found, address)
        return len(seen)

    viewer.has_perm("learning.view_all_enrollments")
    add_learners(courses[0], 10, at=at)
    few = queries()
    for course in courses:
        add_learners(course, 330, at=at, team=make_team())
    assert queries() == few == 7


def test_two_queries_for_the_home_page(academy, weeks, django_assert_num_queries):
    academy.administrator.has_perm("learning.view_all_enrollments")
    with django_assert_num_queries(2):
        key_figures(viewer=academy.administrator, period=weeks)


# Words and panels -----------------------------------------------------------------


def test_a_sentence_first(academy, weeks):
    said = sentence(dashboard_figures(viewer=academy.administrator, period=weeks))
    assert said == (
        "40 % of the 5 enrollments of the last 12 weeks are completed. 2 are overdue. “SQL” is furthest behind: 0 of 3."
    )
    quiet = period(Span.WEEKS, now=NOW + dt.timedelta(days=300), zone=UTC)
    assert sentence(dashboard_figures(viewer=academy.administrator, period=quiet)) == (
        "Nobody enrolled in the last 12 weeks. 3 are overdue."
    )


def test_the_course_furthest_behind_may_be_a_small_one(academy, weeks):
    """Fourteen courses, of which a chart names twelve: the sentence speaks of all of them."""
    found = figures_of(academy, weeks, 14)
    last = replace(found.courses[0], title="First aid", finished=0)
    said = sentence(replace(found, courses=(last, *found.courses[1:])))
    assert said.endswith("“First aid” is furthest behind: 0 of 1.")


def test_a_team_that_stands_out_is_named(academy, weeks):
    add_learners(academy.sql, 2, at=NOW - dt.timedelta(days=90), team=academy.sales)
    assert " 4 are overdue, 2 of them in Sales. " in sentence(
        dashboard_figures(viewer=academy.administrator, period=weeks)
    )


def test_change_in_words(weeks):
    assert change(387, 346, weeks) == "41 more than in the 12 weeks before (346)"
    assert change(5, 13, weeks) == "8 fewer than in the 12 weeks before (13)"
    assert change(5, 5, weeks) == "as many as in the 12 weeks before"
    assert change(5, 0, weeks) == "none in the 12 weeks before"


def test_percent_is_all_or_none_only_when_it_is():
    assert [percent(*pair) for pair in ((0, 0), (0, 400), (1, 400), (399, 400), (400, 400))] == [0, 0, 1, 99, 100]


def figures_of(academy, weeks, count: int):
    """The academy's figures with ``count`` courses in place of its own."""
    real = dashboard_figures(viewer=academy.administrator, period=weeks)
    courses = tuple(
        CourseFigures(uuid.uuid4(), f"Course {number:02} " + "with a very long name " * 4, 1, number, 1, 1, number)
        for number in range(1, count + 1)
    )
    return type(real)(**{**real.__dict__, "courses": courses})


def test_fifty_courses_are_twelve_bars_and_one_for_the_others(academy, weeks):
    built = dashboard(figures_of(academy, weeks, 50), address)
    panel = next(panel for panel in built.panels if panel.key == "courses")
    assert len(panel.chart.places) == len(panel.rows) == 13
    assert panel.chart.places[-1] == "38 other courses"
    assert sum(int(row[1].text) for row in panel.rows) == sum(range(1, 51))
    assert panel.rows[-1][1].url == "/rows/enrollments?course=other"
    # The biggest are named; among them the lowest rate comes first.
    assert panel.chart.places[0].startswith("Course 50")
    assert panel.figures["light"]["layout"]["meta"]["names"][0] == panel.chart.places[0]


def test_twelve_courses_need_no_other(academy, weeks):
    panel = next(panel for panel in dashboard(figures_of(academy, weeks, 12), address).panels if panel.key == "courses")
    assert len(panel.chart.places) == 12
    assert named_and_rest([0, 3, 5], lambda size: size) == ([5, 3], [])


def test_every_chart_has_all_of_itself_in_its_table(academy, weeks):
    for panel in dashboard(dashboard_figures(viewer=academy.administrator, period=weeks), address).panels:
        assert panel.chart.description
        assert len(panel.rows) == len(panel.chart.places)
        for place, series in enumerate(panel.chart.series, start=1):
            if panel.key != "courses":
                assert [row[place].text for row in panel.rows] == [label.split(" ")[0] for label in series.labels]


def test_nothing_is_overdue(weeks):
    viewer = make_person(roles=("administrator",))
    enroll(learner=viewer, course=make_course(modules=1), source="staff", at=NOW)
    panels = dashboard(dashboard_figures(viewer=viewer, period=weeks), address).panels
    assert [panel.empty for panel in panels if panel.key.startswith("overdue")] == [
        "No enrollment is past its due date."
    ] * 2

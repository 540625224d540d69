"""The reports that come with Lectern: what they say of a small academy, beside SQL written by hand, and of none at all."""

import datetime as dt
import zoneinfo

import pytest
from django.db import connection

from learning.models import ActivityDay, Enrollment
from lms_pages.models import LessonPage
from reports.checking import check_spec
from reports.definitions import shipped
from reports.moments import Moment
from reports.selectors.reports import report_for
from reports.selectors.results import Prepared, report_result, report_stream
from reports.shipped.words import in_days
from reports.viewers import OPERATOR
from tests.factories.report_rows import World, make_world

MOMENT = Moment(at=dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), zone=zoneinfo.ZoneInfo("Europe/Berlin"))
SLUGS = sorted(shipped)
PERCENT = "\u00a0%"


def run(slug: str, viewer=OPERATOR, **given):
    prepared = Prepared(definition=report_for(slug), viewer=viewer, moment=MOMENT, given=given)
    result = report_result(prepared, limit=1000)
    streamed = report_stream(Prepared(definition=report_for(slug), viewer=viewer, moment=MOMENT, given=given))
    assert tuple(streamed.rows) == result.table.rows
    return result


def sql(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [tuple(row) for row in cursor.fetchall()]


def column(result, name: str) -> list:
    place = [entry.name for entry in result.table.columns].index(name)
    return [row[place] for row in result.table.rows]


def columns(result, *names: str) -> list[tuple]:
    return list(zip(*(column(result, name) for name in names), strict=True))


def figures(result) -> dict[str, object]:
    return {figure.label: figure.value for figure in result.figures}


@pytest.fixture
def academy(db) -> tuple[World, World]:
    """Of three on "Fire safety" one is done, one on the way, one was never there and is 3 days late. On "SQL" the same,
    but the second has not been there for 20 days."""
    first, second = make_world(MOMENT.at, "Fire safety"), make_world(MOMENT.at, "SQL")
    Enrollment.objects.filter(pk=second.runs[1].pk).update(last_activity_at=MOMENT.at - dt.timedelta(days=20))
    return first, second


@pytest.mark.parametrize("slug", SLUGS)
def test_each_says_what_it_is_and_holds(slug):
    definition = shipped[slug]
    check_spec(definition.spec)
    assert definition.slug == slug
    assert definition.is_shipped
    assert definition.version >= 1
    assert str(definition.title)
    assert str(definition.description).endswith(".")
    assert definition.sentence
    assert definition.spec.figures
    assert definition.spec.chart
    assert definition.spec.filters


def test_there_are_a_dozen():
    assert len(SLUGS) >= 12


def test_without_rows_each_says_so(db, django_assert_max_num_queries):
    for slug in SLUGS:
        with django_assert_max_num_queries(7):
            result = run(slug)
        assert result.table.total == 0, slug
        assert len(result.sentence) > 20, slug
        assert "None" not in result.sentence, slug
        assert result.chart is None


def test_queries_do_not_grow(academy, django_assert_max_num_queries):
    for slug in SLUGS:
        prepared = Prepared(definition=report_for(slug), viewer=OPERATOR, moment=MOMENT, given={})
        with django_assert_max_num_queries(3):
            result = report_result(prepared, limit=1000)
        assert "None" not in result.sentence, slug
        assert (result.chart is not None) == (result.table.total > 0), slug


def test_instructors_get_their_own_rows(academy):
    first, second = academy
    for slug in SLUGS:
        if "course" not in shipped[slug].spec.model_dump_json():
            continue
        titles = [set(column(run(slug, world.teacher), "course")) for world in academy if has_course(slug)]
        if titles:
            assert titles[0] <= {"Fire safety"}, slug
            assert titles[1] <= {"SQL"}, slug
    assert first.teacher != second.teacher


def has_course(slug: str) -> bool:
    return any(entry.column == "course" for entry in shipped[slug].spec.columns)


def test_completion_by_course(academy):
    result = run("completion-by-course")
    names = ("course", "records_count", "is_completed_sum", "is_completed_percent_true", "is_overdue_sum")
    assert columns(result, *names) == [
        ("Fire safety", 2, 1, 50.0, 0),
        ("Fire safety", 1, 0, 0.0, 1),
        ("SQL", 2, 1, 50.0, 0),
        ("SQL", 1, 0, 0.0, 1),
    ]
    by_hand = sql(
        """SELECT p.title, t.name, count(*), sum(n.status = 'completed'), sum(n.status = 'active' AND n.due_on < '2026-11-23')
             FROM learning_enrollment n
             JOIN wagtailcore_page p ON p.id = n.course_id
             JOIN accounts_teammembership m ON m.user_id = n.learner_id AND m.until IS NULL AND m.is_primary
             JOIN accounts_team t ON t.id = m.team_id
            GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    assert columns(result, "course", "team", "records_count", "is_completed_sum", "is_overdue_sum") == by_hand
    assert column(result, "days_to_completion_median") == [20.0, None, 20.0, None]
    assert figures(result) == {"Enrollments": 6, "Completed": 2, "Completion rate": 33.3, "Overdue": 2}
    assert result.sentence == f"2 of 6 enrollments are completed (33.3{PERCENT}). Overdue: 2."
    assert result.summary.rows == (("Fire safety", 3, 1, 33.3, 1), ("SQL", 3, 1, 33.3, 1))


def test_stalled_enrollments(academy):
    result = run("stalled-enrollments")
    assert columns(result, "course", "progress", "days_without_activity") == [("SQL", 66.7, 20)]
    by_hand = sql(
        """SELECT p.title, CAST(julianday('2026-11-23') - julianday(date(n.last_activity_at)) AS integer)
             FROM learning_enrollment n JOIN wagtailcore_page p ON p.id = n.course_id
            WHERE n.status = 'active' AND n.completed_lessons > 0 AND date(n.last_activity_at) <= '2026-11-09'"""
    )
    assert columns(result, "course", "days_without_activity") == by_hand
    assert ("Rule", "Active enrollments that were begun, without activity for 14 days or longer.") in result.facts
    assert result.sentence == ("1 enrollment is stalled (learners: 1; median time without activity: 20 days).")
    assert run("stalled-enrollments", idle_days=21).table.total == 0
    assert run("stalled-enrollments", idle_days="10").table.total == 2
    assert "for 10 days" in dict(run("stalled-enrollments", idle_days="10").facts)["Rule"]


def test_at_risk(academy):
    first, second = academy
    result = run("at-risk")
    assert columns(result, "course", "progress", "days_without_activity", "days_to_due") == [
        ("Fire safety", 0.0, 30, -3),
        ("SQL", 0.0, 30, -3),
        ("SQL", 66.7, 20, 5),
    ]
    by_hand = sql(
        """SELECT p.title FROM learning_enrollment n JOIN wagtailcore_page p ON p.id = n.course_id
            WHERE n.status = 'active'
              AND (date(coalesce(n.last_activity_at, n.enrolled_at)) <= date('2026-11-23', '-14 days')
                   OR n.due_on <= date('2026-11-23', '+7 days') AND n.completed_lessons * 2 < n.required_lessons)
            ORDER BY n.due_on, p.title"""
    )
    assert [(title,) for title in column(result, "course")] == by_hand
    assert figures(result) == {
        "At risk": 3,
        "Learners": 3,
        "Without activity": 3,
        "Due soon, under half done": 2,
    }
    assert result.sentence == (
        "3 enrollments are at risk (learners: 3). Without activity: 3; due soon or overdue and under half done: 2. "
        "An enrollment can be both. 2 of them are on “SQL”, more than on any other course."
    )
    assert dict(result.facts)["Rule"] == (
        "Active enrollments without activity for 14 days or longer, and those that are due within 7 days, or overdue, "
        "and under half done."
    )
    # Done to a third, due in 5 days and there yesterday: by the date alone.
    Enrollment.objects.filter(pk=first.runs[1].pk).update(completed_lessons=1)
    assert column(run("at-risk", idle_days=100), "days_to_due") == [-3, -3, 5]
    assert column(run("at-risk", idle_days=100, due_days=4), "days_to_due") == [-3, -3]
    assert second.runs[1].due_on == dt.date(2026, 11, 28)


def test_overdue(academy):
    result = run("overdue")
    assert columns(result, "course", "due", "days_overdue") == [
        ("Fire safety", dt.date(2026, 11, 20), 3),
        ("SQL", dt.date(2026, 11, 20), 3),
    ]
    assert figures(result) == {"Overdue": 2, "Learners": 2, "Median days overdue": 3.0, "Most days overdue": 3}
    assert result.sentence == "2 enrollments are overdue (learners: 2; median: 3 days; longest: 3 days)."
    assert run("overdue", due_between="2026-11-21..2026-11-30").table.total == 0
    # On the day itself nobody is late.
    Enrollment.objects.filter(status="active").update(due_on=MOMENT.today)
    assert run("overdue").table.total == 0


def test_time_to_completion(academy):
    first, _second = academy
    Enrollment.objects.filter(pk=first.runs[0].pk).update(completed_at=MOMENT.at - dt.timedelta(days=29))
    result = run("time-to-completion")
    assert columns(result, "course", "days_to_completion") == [("SQL", 20), ("Fire safety", 1)]
    by_hand = sql(
        """SELECT p.title, CAST(julianday(date(n.completed_at)) - julianday(date(n.enrolled_at)) AS integer)
             FROM learning_enrollment n JOIN wagtailcore_page p ON p.id = n.course_id
            WHERE n.status = 'completed' ORDER BY 2 DESC"""
    )
    assert columns(result, "course", "days_to_completion") == by_hand
    assert figures(result) == {"Completions": 2, "Median days": 10.5, "Average days": 10.5, "Most days": 20}
    assert result.sentence == (
        "Half of the completions took 10.50 days or less; the longest took 20 days. “SQL” takes longest, with a median of "
        "20 days."
    )
    assert result.summary.rows == (("SQL", 1, 20.0, 20, 20), ("Fire safety", 1, 1.0, 1, 1))


def test_enrollment_funnel(academy):
    result = run("enrollment-funnel")
    assert result.table.rows == (("Fire safety", 3, 2, 2, 1, 0, 33.3), ("SQL", 3, 2, 2, 1, 0, 33.3))
    by_hand = sql(
        """SELECT p.title, count(*), sum(n.last_lesson_key IS NOT NULL),
                  sum(n.completed_lessons * 2 >= n.required_lessons), sum(n.status = 'completed')
             FROM learning_enrollment n JOIN wagtailcore_page p ON p.id = n.course_id GROUP BY 1 ORDER BY 2 DESC, 1"""
    )
    assert [row[:5] for row in result.table.rows] == by_hand
    assert result.sentence == (
        f"Of 6 enrollments – begun: 4 (66.7{PERCENT}); half done: 4 (66.7{PERCENT}); completed: 2 (33.3{PERCENT})."
    )


def test_weekly_activity(academy):
    first, _second = academy
    result = run("weekly-activity")
    # The weeks of 2 and 9 November; two people opened the lesson 20 days ago, one of them again a day later.
    by_hand = sql(
        """SELECT date(a.day, 'weekday 0', '-6 days'), count(DISTINCT n.learner_id), sum(a.hits), sum(a.seconds)
             FROM learning_activityday a JOIN learning_enrollment n ON n.id = a.enrollment_id
            GROUP BY 1 ORDER BY 1"""
    )
    assert [(row[0].isoformat(), *row[1:]) for row in result.table.rows] == by_hand
    assert result.table.rows == ((dt.date(2026, 11, 2), 4, 6, 540),)
    assert result.sentence == "4 learners opened lessons (visits: 6; time spent: 9 min 0 s)."
    # The running week is not a full one.
    ActivityDay.objects.create(
        enrollment=first.runs[2], lesson_key=first.lesson.translation_key, day=MOMENT.today, hits=5
    )
    assert run("weekly-activity").table.total == 1
    this_week = run("weekly-activity", day_within={"relative": "this", "unit": "week"})
    assert this_week.table.rows == ((dt.date(2026, 11, 23), 1, 5, 0),)
    fire = str(first.course.translation_key)
    assert run("weekly-activity", course_any_of=[fire]).table.rows == ((dt.date(2026, 11, 2), 2, 3, 270),)


def test_activity_by_run(academy):
    first, second = academy
    result = run("activity-by-run")
    assert [entry.label for entry in result.table.columns] == [
        "Course", "Run", "Enrollments", "Click rows", "Clicks", "Learners who clicked", "Distinction", "Pass", "Fail",
        "Withdrawn",
    ]  # fmt: skip
    assert result.table.rows == (
        ("Fire safety", first.cohort.name, 2, 3, 8, 2, 1, 0, 0, 0),
        ("Fire safety", None, 1, 0, 0, 0, 0, 0, 0, 1),
        ("SQL", second.cohort.name, 2, 3, 8, 2, 1, 0, 0, 0),
        ("SQL", None, 1, 0, 0, 0, 0, 0, 0, 1),
    )
    by_hand = sql(
        """SELECT p.title, c.name, sum(a.hits), sum(a.clicks), count(DISTINCT n.learner_id)
             FROM learning_activityday a JOIN learning_enrollment n ON n.id = a.enrollment_id
             JOIN wagtailcore_page p ON p.id = n.course_id
             JOIN learning_cohortmembership m ON m.enrollment_id = n.id
             JOIN learning_cohort c ON c.id = m.cohort_id
            GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    assert [(*row[:2], *row[3:6]) for row in result.table.rows if row[1]] == by_hand
    assert result.sentence == "4 of 6 enrollments clicked: 6 click rows, 16 clicks."


def test_who_left_a_run_still_counts_in_it(academy):
    first, _second = academy
    first.runs[0].cohort_memberships.update(until=dt.date(2026, 11, 10))
    assert run("activity-by-run").table.rows[0] == ("Fire safety", first.cohort.name, 2, 3, 8, 2, 1, 0, 0, 0)


def test_item_analysis(academy):
    result = run("item-analysis")
    by_hand = sql(
        """SELECT q.title, s.n, round(100.0 * s.facility, 1) FROM assessment_itemstatistic s
             JOIN questions_question q ON q.id = s.question_id WHERE s.page_key IS NOT NULL"""
    )
    assert sorted(columns(result, "question", "answers", "facility")) == sorted(by_hand)
    assert result.table.total == 6
    # In each quiz one had all right and the other nothing; in each check nobody's first answer was right.
    assert sorted(column(result, "facility")) == [0.0, 0.0, 50.0, 50.0, 50.0, 50.0]
    assert result.figures[:2][0].value == 6
    assert result.sentence.startswith(f"6 questions; on average learners got 33.3{PERCENT} of their points.")
    assert [row[1] for row in result.summary.rows] == [1, 1, 2, 2]


def test_most_missed_questions(academy):
    assert run("most-missed-questions").sentence == "No question was answered by enough people yet."
    result = run("most-missed-questions", fewest=2)
    assert column(result, "missed") == [100.0, 100.0, 50.0, 50.0, 50.0, 50.0]
    assert result.sentence == f"Of 6 questions 66.7{PERCENT} of the points were missed on average."
    assert dict(result.facts)["Rule"] == (
        "Questions that 2 people or more answered, as computed last night. A question counts once in each lesson that asks it."
    )


def test_content_health(academy):
    first, _second = academy
    lesson = LessonPage.objects.get(pk=first.lesson.pk)
    empty, draft = [page for page in LessonPage.objects.descendant_of(first.course) if page.pk != lesson.pk]
    LessonPage.objects.filter(pk=empty.pk).update(body=[])
    LessonPage.objects.filter(pk=draft.pk).update(live=False)
    picture = {"image": 1, "alt": "", "decorative": False, "caption": ""}
    described = {**picture, "alt": "A door"}
    video = {"type": "video", "id": "1", "value": {"video": 1}}
    for body in (
        [{"type": "image", "id": "1", "value": described}, video],
        [{"type": "image", "id": "1", "value": picture}],
    ):
        page = LessonPage.objects.get(pk=lesson.pk)
        page.body = page.body.stream_block.to_python(body)
        page.save()
        result = run("content-health")
        undescribed = int(body[0]["value"] is picture)
        assert columns(result, "course", "lessons", "drafts", "empty_lessons", "undescribed") == [
            ("Fire safety", 2, 1, 1, undescribed),
            ("SQL", 3, 0, 0, 0),
        ]
    assert columns(result, "people", "completion", "drop_off") == [(3, 33.3, 0.0), (3, 33.3, 0.0)]
    assert result.sentence == (
        "2 courses with 5 published lessons and quizzes. Lessons to look at: not published: 1; without content: 1; with "
        "pictures nobody described: 1."
    )


def test_points_by_person(academy):
    """What was earned in October, by enrolling, is no part of this month."""
    result = run("points-by-person")
    by_hand = sql(
        """SELECT u.first_name || ' ' || u.last_name, sum(e.points)
             FROM gamification_pointentry e JOIN accounts_user u ON u.id = e.learner_id
            WHERE e.kind IN ('earned', 'reversed', 'adjusted') AND e.at >= '2026-10-31 23:00:00' AND e.at < '2026-11-30 23:00:00'
            GROUP BY u.id ORDER BY 2 DESC, u.last_name, u.first_name"""
    )
    assert sorted(columns(result, "account", "points_sum")) == sorted(by_hand)
    assert column(result, "points_sum") == sorted(column(result, "points_sum"), reverse=True)
    points = sum(points for _name, points in by_hand)
    assert points > 200
    assert figures(result) == {"Learners": len(by_hand), "Points": points}
    assert result.sentence == f"{len(by_hand)} learners earned {points} points."


def test_report_deliveries(academy):
    first, second = academy
    result = run("report-deliveries")
    assert sorted(column(result, "address")) == sorted([first.teacher.email, second.teacher.email])
    assert set(column(result, "state")) == {"Waiting"}
    assert result.sentence == "0 of 2 deliveries were sent. Failed, unknown or held back: 0."
    assert column(run("report-deliveries", first.teacher), "address") == [first.teacher.email]


@pytest.mark.parametrize(
    ("days", "words"), [(None, "–"), (0, "0 days"), (1, "1 day"), (1.0, "1 day"), (1.5, "1.50 days"), (30, "30 days")]
)
def test_days_in_words(days, words):
    assert in_days(days) == words

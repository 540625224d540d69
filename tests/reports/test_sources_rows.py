"""What the sources say of a small world, number by number, and what they keep from whom."""

import datetime as dt

import pytest
from django.db import connection

from accounts.models import Team, TeamMembership
from assessment.models import Attempt
from learning.models import Cohort, CohortMembership, Enrollment
from lms_pages.models import CourseStaff
from reports.registries import sources
from reports.viewers import OPERATOR
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_cohort, make_enrollment
from tests.factories.lms_pages import make_course
from tests.factories.quizzes import make_attempt, make_taker
from tests.factories.report_rows import make_world
from tests.reports.test_sources import MOMENT, run


def rows(source: str, *names: str, viewer=OPERATOR, sort: str = "", **spec) -> tuple[tuple, ...]:
    columns = [{"column": name} for name in names]
    return run(viewer, source=source, columns=columns, sort=[{"column": sort or names[0]}], **spec).table.rows


def only(column: str, value: str, operator: str = "is") -> dict:
    return {"match": "all", "of": [{"column": column, "operator": operator, "value": value}]}


def sql(query: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [tuple(row) for row in cursor.fetchall()]


@pytest.fixture
def world(db):
    return make_world(MOMENT.at, "Fire safety")


def test_enrollments(world):
    done, on_the_way, never_there = world.people
    found = {
        row[0]: row[1:]
        for row in rows(
            "enrollments", "email", "cohort", "has_started", "progress", "days_to_due", "days_overdue",
            "days_without_activity", "days_to_completion", "hits", "clicks", "seconds", "active_days", "was_active", "outcome",
        )
    }  # fmt: skip
    cohort = world.cohort.name
    assert found == {
        done.email: (cohort, True, 100.0, None, None, None, 20, 2, 8, 180, 2, True, "Distinction"),
        on_the_way.email: (cohort, True, 66.7, 5, None, 10, None, 1, 0, 90, 1, True, ""),
        never_there.email: (None, False, 0.0, -3, 3, 30, None, 0, 0, 0, 0, False, "Withdrawn"),
    }


def test_two_fan_outs_beside_each_other_multiply_nothing(world):
    """Three results beside two days of activity, added up over three runs: the twin as one join gives other numbers."""
    ((hits, score, days),) = run(
        source="enrollments",
        columns=[
            {"column": "hits", "aggregation": "sum"},
            {"column": "score", "aggregation": "average"},
            {"column": "active_days", "aggregation": "sum"},
        ],
    ).table.rows
    assert (hits, days) == (3, 3)
    ((apart,),) = sql("SELECT sum(hits) FROM learning_activityday")
    ((joined,),) = sql(
        """SELECT sum(a.hits) FROM learning_enrollment n JOIN learning_activityday a ON a.enrollment_id = n.id
             JOIN learning_result r ON r.enrollment_id = n.id"""
    )
    assert hits == apart
    assert joined > apart
    means = sql("SELECT avg(100.0 * score / max_score) FROM learning_result GROUP BY enrollment_id")
    assert score == round(float(sum(float(mean) for (mean,) in means)) / len(means), 1)


def test_two_primary_teams_on_one_day_double_nobody(world):
    """Beside the closed membership of the same day the newer one counts."""
    person = world.people[0]
    newer = Team.objects.create(name="Newer")
    TeamMembership.objects.filter(user=person).update(until=MOMENT.today)
    TeamMembership.objects.create(user=person, team=newer, since=MOMENT.today)
    for source, key in (("enrollments", "email"), ("learners", "email")):
        assert rows(source, key, "team", conditions=only("email", person.email)) == ((person.email, "Newer"),)
    counted = run(
        source="enrollments",
        columns=[{"column": "team"}, {"column": "records", "aggregation": "count"}],
        conditions=only("email", person.email),
    )
    assert counted.table.rows == (("Newer", 1),)


def test_who_moved_to_another_cohort_is_in_the_newer_one(world):
    run_ = world.runs[0]
    newer = make_cohort(world.course, name="Newer")
    CohortMembership.objects.filter(enrollment=run_).update(until=MOMENT.today)
    CohortMembership.objects.create(enrollment=run_, cohort=newer, since=MOMENT.today)
    email = world.people[0].email
    assert rows("enrollments", "email", "cohort", conditions=only("email", email)) == ((email, "Newer"),)
    assert rows("cohorts", "cohort", "people", "there", "completed", "completion") == (
        (world.cohort.name, 2, 1, 1, 50.0),
        ("Newer", 1, 1, 1, 100.0),
    )


def test_learners(world):
    lone = make_person("Lou Lone")
    found = {row[0]: row[1:] for row in rows("learners", "email", "enrollments", "active", "completed", "completion", "overdue", "lessons_done", "active_days", "seconds")}  # fmt: skip
    done, on_the_way, never_there = world.people
    assert found[done.email] == (1, 0, 1, 100.0, 0, 3, 2, 180)
    assert found[on_the_way.email] == (1, 1, 0, 0.0, 0, 2, 1, 90)
    assert found[never_there.email] == (1, 1, 0, 0.0, 1, 0, 0, 0)
    # Who is on no course has no rate.
    assert found[lone.email] == (0, 0, 0, None, 0, 0, 0, 0)
    assert set(found) == {email for (email,) in sql("SELECT email FROM accounts_user")}


def test_teams(world):
    found = rows("teams", "team", "people", "learners", "enrollments", "completed", "completion", "overdue")
    by_hand = sql(
        """SELECT t.name, count(DISTINCT m.user_id), count(DISTINCT n.learner_id), count(n.id),
                  sum(n.status = 'completed'), 100.0 * sum(n.status = 'completed') / count(n.id),
                  sum(n.status = 'active' AND n.due_on < '2026-11-23')
             FROM accounts_team t JOIN accounts_teammembership m ON m.team_id = t.id
             JOIN learning_enrollment n ON n.learner_id = m.user_id GROUP BY t.id ORDER BY t.name"""
    )
    assert list(found) == by_hand
    assert found[0][1:] == (2, 2, 2, 1, 50.0, 0)


def test_numbers_about_people_are_of_what_the_viewer_sees(world):
    """An instructor sees that somebody is on their course, and nothing of the other ones they take."""
    other = make_course("Secret project")
    make_enrollment(world.people[0], other)
    teacher = make_person(roles=("instructor",))
    CourseStaff.objects.create(course=other, user=teacher)
    seen = rows("learners", "email", "enrollments", "completed", viewer=teacher)
    assert (world.people[0].email, 1, 0) in seen
    assert world.people[1].email not in {row[0] for row in seen}
    assert rows("courses", "course", "people", viewer=teacher) == (("Secret project", 1),)
    # Who manages a person sees all they take; who manages nobody sees no team.
    manager = make_person(roles=("manager",))
    make_team(managers=[manager], members=[world.people[0]], since=dt.date(2026, 1, 1))
    assert (world.people[0].email, 2, 1) in rows("learners", "email", "enrollments", "completed", viewer=manager)
    assert rows("teams", "team", viewer=teacher) == ()
    # A member of a team does not manage it.
    assert rows("teams", "team", viewer=world.people[0]) == ()


def test_attempts(world):
    found = rows("attempts", "email", "quiz", "number", "state", "duration", "points", "points_of", "score", "passed")
    first, second, _third = (person.email for person in world.people)
    quiz = world.quiz.title
    assert sorted(found) == sorted(
        [
            (first, quiz, 1, "Graded", 300, 2.0, 2.0, 100.0, None),
            (second, quiz, 1, "Graded", 420, 0.0, 2.0, 0.0, None),
        ]
    )


def test_answers(world):
    first, second, _third = (person.email for person in world.people)
    found = rows("responses", "email", "number", "is_right", "is_latest", "score", sort="number")
    assert sorted(found) == sorted(
        [(first, 1, False, False, 0.0), (first, 2, True, True, 100.0), (second, 1, False, True, 0.0)]
    )
    rates = run(
        source="quiz-answers",
        columns=[{"column": "email"}, {"column": "is_right", "aggregation": "percent_true"}],
        sort=[{"column": "email"}],
    )
    assert dict(rates.table.rows) == {first: 100.0, second: 0.0}


def test_nobody_reads_in_a_report_what_the_review_rule_keeps_from_them(world):
    """A teacher who takes their own quiz sees everybody's answers but their own; a report administrator likewise."""
    learner = world.people[0].email
    administrator = make_person(roles=("administrator",))
    for viewer in (world.teacher, make_person(roles=("report_administrator",))):
        before = [sources[key].scope_key(viewer) for key in ("attempts", "quiz-answers", "enrollments")]
        own = make_taker(world.quiz, viewer)
        make_attempt(own, world.quiz, right=1, began=MOMENT.at)
        for key in ("attempts", "quiz-answers"):
            emails = {email for (email,) in rows(key, "email", viewer=viewer)}
            assert learner in emails
            assert viewer.email not in emails
            assert viewer.email in {email for (email,) in rows(key, "email", viewer=administrator)}
        assert dict(rows("enrollments", "email", "score", viewer=viewer))[viewer.email] is None
        assert dict(rows("enrollments", "email", "score", viewer=administrator))[viewer.email] == 50.0
        # So nobody may get the file that was made for somebody who sees them.
        after = [sources[key].scope_key(viewer) for key in ("attempts", "quiz-answers", "enrollments")]
        assert not set(before) & set(after)
    assert Attempt.objects.filter(enrollment__learner=world.teacher).exists()


def test_an_attempt_under_way_shows_no_answers(world):
    Attempt.objects.filter(pk=world.attempts[0].pk).update(state="open", submitted_at=None)
    assert {email for (email,) in rows("quiz-answers", "email")} == {world.people[1].email}


def test_events_have_no_scores(world):
    assert not {"score", "data", "points"} & set(sources["events"].columns)
    by_verb = run(
        source="events",
        columns=[{"column": "what"}, {"column": "records", "aggregation": "count"}],
        sort=[{"column": "what"}],
    )
    assert dict(by_verb.table.rows)["enrolled"] == 3
    assert sum(dict(by_verb.table.rows).values()) == sql("SELECT count(*) FROM learning_learningevent")[0][0]


def test_courses(world):
    ((title, state, people, enrollments, completed, drop_off, quizzes),) = rows(
        "courses", "course", "state", "people", "enrollments", "completed", "drop_off", "quizzes"
    )
    assert (title, state, people, enrollments, completed, drop_off, quizzes) == ("Fire safety", "Live", 3, 3, 1, 0.0, 1)
    Enrollment.objects.filter(pk=world.runs[1].pk).update(status="withdrawn")
    assert rows("courses", "drop_off") == ((33.3,),)
    world.course.live = False
    world.course.save()
    assert rows("courses", "state") == (("Draft",),)
    assert Cohort.objects.count() == 1

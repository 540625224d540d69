"""Rows for the benchmark of reports, made by the database itself: courses by the factories, the rest by INSERT … SELECT."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from accounts.models import Team, TeamMembership
from accounts.roles import INSTRUCTOR, MANAGER, REPORT_ADMINISTRATOR
from learning.models import Enrollment
from learning.services import recount_activity
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.learning import make_cohort
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.questions import make_question

COURSES, LESSONS, TEAMS, MANAGED = 10, 4, 40, 100

# %(rows)s enrollments, as many days of activity, events and answers; ten runs for each person. What looks random hangs on
# the row's number, so every fill of one size is the same.
STATEMENTS = (
    """INSERT INTO accounts_team (uuid, name)
    SELECT gen_random_uuid(), 'Team ' || n FROM generate_series(1, %(teams)s) n""",
    """INSERT INTO accounts_user (uuid, password, is_superuser, first_name, last_name, is_staff, is_active, date_joined,
        email, timezone, language, session_generation)
    SELECT gen_random_uuid(), '!', false, 'First' || (n::bigint * 7919) %% 997, 'Last' || (n::bigint * 104729) %% 9973, false, true,
        %(now)s, 'learner' || n || '@example.com', '', '', 0 FROM generate_series(1, %(people)s) n""",
    """INSERT INTO accounts_teammembership (user_id, team_id, since, is_primary)
    SELECT u.id, t.id, DATE '2020-01-01', true FROM accounts_user u
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_team) t ON t.place = u.id %% %(teams)s
    WHERE u.email LIKE 'learner%%'""",
    """WITH course AS (
        SELECT p.id, p.translation_key AS key, row_number() OVER (ORDER BY p.id) - 1 AS place
        FROM wagtailcore_page p JOIN lms_pages_coursepage c ON c.page_ptr_id = p.id),
    person AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_user WHERE email LIKE 'learner%%'),
    run AS (
        SELECT person.id AS person, course.id AS course, course.key, (person.place * 31 + course.place * 17) %% 100 AS dice,
            %(now)s::timestamptz - ((person.place * 13 + course.place * 37) %% 400 + 1) * interval '1 day' AS began
        FROM person CROSS JOIN course)
    INSERT INTO learning_enrollment (uuid, learner_id, course_id, course_key, run, status, outcome, reason, due_on,
        enrolled_at, completed_at, ended_at, completion_rule, completed_lessons, required_lessons, last_activity_at,
        hits, clicks, seconds, active_days)
    SELECT gen_random_uuid(), person, course, key, 1,
        CASE WHEN dice < 55 THEN 'completed' WHEN dice < 90 THEN 'active' ELSE 'withdrawn' END,
        CASE WHEN dice < 10 THEN 'Distinction' WHEN dice < 55 THEN 'Pass' WHEN dice < 90 THEN '' ELSE 'Withdrawn' END, '',
        CASE WHEN dice %% 2 = 0 THEN (began + interval '100 days')::date END,
        began, CASE WHEN dice < 55 THEN began + dice * interval '1 day' END,
        CASE WHEN dice >= 90 THEN began + interval '20 days' END, '{}',
        CASE WHEN dice < 55 THEN %(lessons)s ELSE dice %% %(lessons)s END, %(lessons)s,
        least(began + dice * interval '1 day', %(now)s), 0, 0, 0, 0
    FROM run""",
    """INSERT INTO learning_cohortmembership (cohort_id, enrollment_id, since)
    SELECT c.id, e.id, e.enrolled_at::date FROM learning_enrollment e
    JOIN (SELECT id, course_key, row_number() OVER (PARTITION BY course_key ORDER BY id) - 1 AS place FROM learning_cohort)
    c ON c.course_key = e.course_key AND c.place = e.learner_id %% 2""",
    """WITH lesson AS (
        SELECT c.page_ptr_id AS course, l.translation_key AS key, row_number() OVER (PARTITION BY c.page_ptr_id ORDER BY l.path) - 1 AS place
        FROM lms_pages_coursepage c JOIN wagtailcore_page p ON p.id = c.page_ptr_id
        JOIN wagtailcore_page l ON l.path LIKE p.path || '%%' JOIN lms_pages_lessonpage x ON x.page_ptr_id = l.id)
    INSERT INTO learning_activityday (enrollment_id, lesson_key, day, hits, clicks, seconds, changed_at)
    SELECT e.id, lesson.key, e.last_activity_at::date, 1 + e.id %% 5, 3 + e.id %% 11, 60 + e.id %% 900, e.last_activity_at
    FROM learning_enrollment e JOIN lesson ON lesson.course = e.course_id AND lesson.place = e.id %% %(lessons)s""",
    """INSERT INTO learning_learningevent (uuid, verb, version, occurred_at, recorded_at, learner_id, actor_id, enrollment_id,
        course_key, page_title, object_type, data, source, idempotency_key)
    SELECT gen_random_uuid(), 'course:enrolled', 1, enrolled_at, enrolled_at, learner_id, learner_id, id, course_key, '', '',
        '{}', 'import', 'course:enrolled:' || uuid FROM learning_enrollment""",
    """INSERT INTO assessment_response (uuid, enrollment_id, question_id, lesson_key, block_id, attempt, answer, score,
        is_latest, answered_at)
    SELECT gen_random_uuid(), e.id, q.id, a.lesson_key, '', 1, '"a"', (e.id %% 3 > 0)::int, true, e.last_activity_at
    FROM learning_enrollment e JOIN learning_activityday a ON a.enrollment_id = e.id
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM questions_question) q ON q.place = e.id %% 10""",
)


def fill(rows: int) -> dict[str, Any]:
    """`viewers` of so many rows a table."""
    make_person("Ada Admin", email="ada@example.com", roles=(REPORT_ADMINISTRATOR,))
    ina = make_person("Ina Instructor", email="ina@example.com", roles=(INSTRUCTOR,))
    ivo = make_person("Ivo Instructor", email="ivo@example.com", roles=(INSTRUCTOR,))
    mia = make_person("Mia Manager", email="mia@example.com", roles=(MANAGER,))
    courses = []
    for number in range(COURSES):
        courses.append(make_course(f"Course {number}", modules=1, lessons=LESSONS, with_check=False))
        assert len(lessons_of(courses[-1])) == LESSONS
        for name in ("Spring", "Autumn"):
            make_cohort(courses[-1], name=f"{name} {number}")
        make_question()
    CourseStaff.objects.create(course=courses[-1], user=ina)
    CourseStaff.objects.create(course=courses[0], user=ivo)
    values = {
        "rows": rows,
        "people": rows // COURSES,
        "teams": TEAMS,
        "lessons": LESSONS,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, values)
        recount_activity(runs=Enrollment.objects.all())
        cursor.execute("ANALYZE")
    team = Team.objects.create(name="Mia's")
    team.managers.add(mia)
    people = get_user_model().objects.filter(email__startswith="learner").order_by("pk")[:MANAGED]
    TeamMembership.objects.bulk_create(
        TeamMembership(team=team, user=person, since="2020-01-01", is_primary=False) for person in people
    )
    return viewers()


def viewers() -> dict[str, Any]:
    """A report administrator, two instructors of one course of ten each, and the manager of a hundred people."""
    names = {"administrator": "ada", "instructor": "ina", "rival": "ivo", "manager": "mia"}
    return {role: get_user_model().objects.get(email=f"{name}@example.com") for role, name in names.items()}

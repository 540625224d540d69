"""An academy of known size: 20 courses, one of 20 lessons that 10,000 learners are on, half of it done by each."""

import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from accounts.roles import ADMINISTRATOR, INSTRUCTOR
from benchmarks.words import rich_text
from learning.models import Enrollment
from learning.services import recount_activity
from library.models import Topic
from lms_pages.models import CoursePage, CourseStaff, QuizPage, Visibility
from tests.factories.accounts import make_person
from tests.factories.lms_pages import catalog, lessons_of, make_lesson, make_module, publish, text_block
from tests.factories.questions import make_question
from tests.factories.quizzes import asked, make_quiz, section

COURSES, MODULES, LESSONS_EACH, DONE = 20, 4, 5, 10
LEARNERS, QUESTIONS = 10_000, 20
LESSONS = MODULES * LESSONS_EACH
TITLE, QUIZ = "Working with data", "What do you know?"
ADMINISTRATOR_ADDRESS, DOMAIN = "ada@example.com", "pages.example.com"

# One run for each learner, who did a lesson a day until up to a month ago. Keys and data are those that services write.
STATEMENTS = (
    """INSERT INTO accounts_user (uuid, password, is_superuser, first_name, last_name, is_staff, is_active, date_joined,
        email, timezone, language, session_generation)
    SELECT gen_random_uuid(), '!', false, 'First' || (n::bigint * 7919) %% 997, 'Last' || (n::bigint * 104729) %% 9973,
        false, true, %(now)s, n || '@' || %(domain)s, '', '', 0 FROM generate_series(1, %(learners)s) n""",
    """INSERT INTO learning_enrollment (uuid, learner_id, course_id, course_key, run, status, outcome, reason, due_on,
        enrolled_at, completion_rule, completed_lessons, required_lessons, hits, clicks, seconds, active_days)
    SELECT gen_random_uuid(), u.id, %(course)s, %(key)s, 1, 'active', '', '', (%(now)s::timestamptz + interval '20 days')::date,
        %(now)s::timestamptz - (20 + u.id %% 20) * interval '1 day', '{}', %(done)s, %(lessons)s, 0, 0, 0, 0
    FROM accounts_user u WHERE u.email LIKE '%%@' || %(domain)s""",
    """INSERT INTO learning_learningevent (uuid, verb, version, occurred_at, recorded_at, learner_id, actor_id,
        enrollment_id, course_key, page_id, page_title, object_type, data, source, idempotency_key)
    SELECT gen_random_uuid(), 'course:enrolled', 1, enrolled_at, enrolled_at, learner_id, learner_id, id, course_key,
        course_id, %(title)s, '', '{"policy": "open", "reason": "", "run": 1}', 'web', 'course:enrolled:' || uuid
    FROM learning_enrollment""",
    """CREATE TEMPORARY TABLE lesson_done AS
    WITH lesson AS (
        SELECT l.id, l.translation_key AS key, l.title, l.live_revision_id AS revision, row_number() OVER (ORDER BY l.path) AS place
        FROM wagtailcore_page p JOIN wagtailcore_page l ON l.path LIKE p.path || '%%'
        JOIN lms_pages_lessonpage x ON x.page_ptr_id = l.id WHERE p.id = %(course)s)
    SELECT e.id AS run, e.uuid, e.learner_id, e.course_key, lesson.*, e.enrolled_at + lesson.place * interval '1 day' AS at
    FROM learning_enrollment e JOIN lesson ON lesson.place <= %(done)s""",
    """INSERT INTO learning_lessonprogress (enrollment_id, lesson_key, lesson_id, revision_id, rule, completed_at)
    SELECT run, key, id, revision, 'button', at FROM lesson_done""",
    """INSERT INTO learning_activityday (enrollment_id, lesson_key, day, hits, clicks, seconds, changed_at)
    SELECT run, key, at::date, 1 + run %% 3, 0, 60 + run %% 600, at FROM lesson_done""",
    """INSERT INTO learning_learningevent (uuid, verb, version, occurred_at, recorded_at, learner_id, actor_id,
        enrollment_id, course_key, lesson_key, page_id, page_title, revision_id, object_type, data, source, idempotency_key)
    SELECT gen_random_uuid(), 'lesson:completed', 1, at, at, learner_id, learner_id, run, course_key, key, id, title,
        revision, '', jsonb_build_object('rule', 'button', 'completed', place, 'required', %(lessons)s::int), 'web',
        'lesson:completed:' || uuid || ':' || key
    FROM lesson_done ORDER BY at""",
    """UPDATE learning_enrollment e SET last_activity_at = d.at, last_lesson_key = d.key
    FROM lesson_done d WHERE d.run = e.id AND d.place = %(done)s""",
    "DROP TABLE lesson_done",
)


def is_filled() -> bool:
    """Whether this has filled the database before. SystemExit for one that holds somebody else's people."""
    people = get_user_model().objects
    if people.filter(email=ADMINISTRATOR_ADDRESS).exists() and people.filter(email__endswith=f"@{DOMAIN}").exists():
        return True
    if people.exists():
        raise SystemExit("This database holds people. Name an empty one in DATABASE_URL.")
    return False


def fill() -> None:
    make_person("Ada Admin", email=ADMINISTRATOR_ADDRESS, roles=(ADMINISTRATOR,))
    teacher = make_person("Ina Instructor", email="ina@example.com", roles=(INSTRUCTOR,))
    topics = [Topic.objects.create(name=name, slug=name.lower()) for name in ("Data", "Safety", "Leading", "Writing")]
    course = make_catalog_course(TITLE, topics[:2], teacher)
    for number in range(MODULES):
        module = make_module(course, f"Part {number + 1}")
        for place in range(1, LESSONS_EACH + 1):
            title = f"Step {number * LESSONS_EACH + place}"
            make_lesson(module, title, body=[text_block(rich_text())], minutes=8)
    other = make_catalog_course("Checks and answers", topics[:1], teacher)
    questions = (asked(make_question()) for _number in range(QUESTIONS))
    make_quiz(make_module(other), title=QUIZ, sections=[section(*questions)])
    for number in range(COURSES - 2):
        short = make_catalog_course(f"Short course {number + 1}", topics[number % 4 :][:1], teacher)
        make_module(short, lessons=2)
    fill_rows(course)


def make_catalog_course(title: str, topics: list[Topic], teacher: Any) -> CoursePage:
    course = CoursePage(
        title=title,
        summary="Learn one thing well, and try it the same day.",
        about=rich_text(100),
        visibility=Visibility.PUBLIC,
        # Covers are drawn from it, and some take twice the lines of others.
        translation_key=uuid.uuid5(uuid.NAMESPACE_URL, title),
    )
    outcomes = [{"type": "outcome", "value": f"say what {word} is"} for word in ("a row", "a filter", "a mean")]
    course.outcomes = course.outcomes.stream_block.to_python(outcomes)
    course.topics.set(topics)
    publish(catalog(), course)
    CourseStaff.objects.create(course=course, user=teacher)
    return course


def fill_rows(course: CoursePage) -> None:
    values = {
        "now": timezone.now(), "domain": DOMAIN, "learners": LEARNERS, "course": course.pk, "key": course.translation_key,
        "done": DONE, "lessons": LESSONS, "title": course.title,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, values)
        recount_activity(runs=Enrollment.objects.all())
        cursor.execute("ANALYZE")


def the_course() -> CoursePage:
    return CoursePage.objects.select_related("locale").get(title=TITLE)


def the_lessons() -> list[Any]:
    found = lessons_of(the_course())
    assert len(found) == LESSONS
    return found


def the_quiz() -> QuizPage:
    return QuizPage.objects.get(title=QUIZ)

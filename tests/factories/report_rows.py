"""Rows for every report source: a small world with a bit of everything, and two viewers who share nothing of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission

from accounts.models import Team
from assessment.models import Attempt
from assessment.services import answer_check, compute_item_statistics
from gamification.models import Badge, BadgeAward
from gamification.services.settling import settle_learners
from learning.models import ActivityDay, Cohort, Enrollment
from learning.services import complete_lesson, enroll, place_in_cohort, record_visit, recount_activity
from lms_pages.models import CoursePage, CourseStaff, LessonPage, QuizPage
from notifications.models import OutboxMail
from questions.models import Question
from reports.models import Artifact, Delivery, Run
from tests.factories.accounts import make_person, make_team
from tests.factories.analytics import take_in
from tests.factories.learning import make_cohort
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.questions import right_answer, wrong_answer
from tests.factories.quizzes import make_attempt, make_quiz
from tests.factories.reports import make_schedule
from workbench.models import ImportBatch


@dataclass(frozen=True)
class World:
    """One course with a check, a lesson and a quiz; one team; three people: done, half way, and only enrolled."""

    course: CoursePage
    lesson: LessonPage
    quiz: QuizPage
    team: Team
    cohort: Cohort
    people: tuple[Any, ...]
    runs: tuple[Enrollment, ...]
    attempts: tuple[Attempt, ...]
    teacher: Any


def make_world(at: dt.datetime, title: str = "") -> World:
    def ago(days: float) -> dt.datetime:
        return at - dt.timedelta(days=days)

    course = make_course(title, modules=1, lessons=2)
    lesson, second = lessons_of(course)
    quiz = make_quiz(lesson.get_parent())
    people = tuple(make_person() for _ in range(3))
    teacher = make_person(roles=("instructor", "manager"))
    teacher.user_permissions.add(*Permission.objects.filter(codename__in=["view_delivery", "view_run"]))
    CourseStaff.objects.create(course=course, user=teacher)
    team = make_team(managers=[teacher], members=people[:2], since=ago(400).date())
    make_team(members=people[2:], managers=[teacher], since=ago(400).date())
    cohort = make_cohort(course, starts_on=ago(40).date())
    runs = tuple(enroll(learner=person, course=course, source="staff", at=ago(30)) for person in people)
    Enrollment.objects.filter(pk=runs[1].pk).update(due_on=ago(-5).date())
    Enrollment.objects.filter(pk=runs[2].pk).update(due_on=ago(3).date(), outcome="Withdrawn")
    Enrollment.objects.filter(pk=runs[0].pk).update(outcome="Distinction")
    for run in runs[:2]:
        place_in_cohort(enrollment=run, cohort=cohort, on=ago(30).date())
    ((block, (asked,)),) = lesson.knowledge_checks.items()
    question = Question.objects.get(pk=asked)
    for run, answers in ((runs[0], (wrong_answer, right_answer)), (runs[1], (wrong_answer,))):
        for number, answer in enumerate(answers):
            when = ago(20 - number)
            record_visit(enrollment=run, lesson_key=lesson.translation_key, at=when, seconds=90)
            answer_check(enrollment=run, lesson=lesson, block_id=block, answers={asked: answer(question)}, at=when)
    ActivityDay.objects.filter(enrollment=runs[0]).update(clicks=4)
    recount_activity(runs=Enrollment.objects.filter(pk=runs[0].pk))
    for done in (lesson, second):
        complete_lesson(enrollment=runs[0], lesson=done, at=ago(15))
    complete_lesson(enrollment=runs[1], lesson=second, at=ago(15))
    attempts = (
        make_attempt(runs[0], quiz, right=2, began=ago(10), ended=ago(10) + dt.timedelta(minutes=5)),
        make_attempt(runs[1], quiz, right=0, began=ago(10), ended=ago(10) + dt.timedelta(minutes=7)),
    )
    make_delivery(teacher, at)
    OutboxMail.objects.create(kind="report", to_address=teacher.email, subject="Report", dedupe_key=teacher.email)
    ImportBatch.objects.create(resource="people", created_by=teacher, file_name="people.csv", header_key="x")
    compute_item_statistics(at=at)
    settle_learners(learner_ids=[person.pk for person in people])
    take_in()
    give_badge(people[0], teacher, ago(9))
    for run in runs:
        run.refresh_from_db()
    return World(course, lesson, quiz, team, cohort, people, runs, attempts, teacher)


def give_badge(person: Any, actor: Any, at: dt.datetime) -> BadgeAward:
    """One that the person has not earned."""
    badge = Badge.objects.get(name="High ground")
    return BadgeAward.objects.create(
        badge=badge, badge_name=badge.name, learner=person, earned_at=at, awarded_by=actor, reason="For the help."
    )


def make_delivery(owner: Any, at: dt.datetime) -> Delivery:
    schedule = make_schedule(owner=owner, people=[owner])
    run = Run.objects.create(schedule=schedule, period="2026-W47", scheduled_for=at, state="done", ready_at=at)
    Artifact.objects.create(run=run, scope_hash="x", format="pdf", path="x.pdf", sha256="", rows_shown=1, rows_total=1)
    return Delivery.objects.create(
        run=run, schedule=schedule, period=run.period, address=owner.email, recipient=owner, scope_hash="x"
    )


def make_rivals(at: dt.datetime) -> tuple[Any, Any]:
    """Two people who each teach a course, manage its people's team, and own a schedule."""
    return make_world(at).teacher, make_world(at).teacher

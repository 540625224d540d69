"""A small academy whose numbers are known, and a large one for counting queries."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts.models import Team, TeamMembership
from learning.models import ActivityDay, Enrollment, EnrollmentStatus, LearningEvent
from learning.services import complete_lesson, enroll, leave_course, record_visit, request_enrollment
from learning.verbs import Verb
from lms_pages.models import CoursePage, CourseStaff, EnrollmentPolicy
from tests.factories.accounts import make_person, make_team
from tests.factories.lms_pages import lessons_of, make_course


@dataclass(frozen=True)
class Academy:
    """``now`` is the moment all days are counted back from."""

    now: dt.datetime
    administrator: Any
    reporter: Any
    manager: Any
    instructor: Any
    fire: CoursePage
    sql: CoursePage
    operations: Team
    sales: Team


def make_academy(now: dt.datetime | None = None) -> Academy:
    """In the last 12 weeks 5 enrollments (2 of them completed), 3 completions, 4 active people, 2 overdue; 1 enrollment before."""
    now = now or timezone.now()
    manager = make_person("Mona Manager", roles=("manager",))
    olga, omar, sara, lone = (make_person(name) for name in ("Olga Ops", "Omar Ops", "Sara Sales", "Lou Lone"))
    since = (now - dt.timedelta(days=400)).date()
    academy = Academy(
        now=now,
        administrator=make_person("Ada Admin", roles=("administrator",)),
        reporter=make_person("Rita Reporter", roles=("report_administrator",)),
        manager=manager,
        instructor=make_person("Ines Instructor", roles=("instructor",)),
        fire=make_course("Fire safety", modules=1, with_check=False),
        sql=make_course("SQL", modules=1, with_check=False),
        operations=make_team("Operations", managers=[manager], members=[olga, omar], since=since),
        sales=make_team("Sales", members=[sara], since=since),
    )
    CourseStaff.objects.create(course=academy.sql, user=academy.instructor)

    def ago(days: float) -> dt.datetime:
        return now - dt.timedelta(days=days)

    def learn(
        person: Any, course: CoursePage, began: float, ended: float | None = None, due: float | None = None
    ) -> None:
        due_on = ago(due).date() if due is not None else None
        run = enroll(learner=person, course=course, source="staff", at=ago(began), due_on=due_on)
        if ended is not None:
            for lesson in lessons_of(course):
                record_visit(enrollment=run, lesson_key=lesson.translation_key, at=ago(ended))
                complete_lesson(enrollment=run, lesson=lesson, at=ago(ended))

    learn(olga, academy.fire, 70, 60)
    learn(olga, academy.sql, 20, due=5)
    learn(omar, academy.fire, 10, 2)
    learn(sara, academy.fire, 100, 3)
    learn(sara, academy.sql, 1, due=-30)
    learn(lone, academy.sql, 30, due=2)
    # Only reads.
    run = Enrollment.objects.get(learner=lone)
    record_visit(enrollment=run, lesson_key=lessons_of(academy.sql)[0].translation_key, at=ago(9))
    # Asked and thought better of it: never an enrollment.
    asked = make_course("Feedback", modules=1, enrollment_policy=EnrollmentPolicy.REQUEST)
    leave_course(enrollment=request_enrollment(learner=omar, course=asked, at=ago(6)), at=ago(5))
    return academy


def add_learners(course: CoursePage, count: int, *, at: dt.datetime, team: Team | None = None) -> None:
    """``count`` people, each with an overdue run, a day of activity and an event, written in bulk."""
    people = get_user_model().objects.bulk_create(
        get_user_model()(email=f"{uuid.uuid4()}@example.com", first_name="Bulk", last_name=str(place), password="!")
        for place in range(count)
    )
    runs = Enrollment.objects.bulk_create(
        Enrollment(
            learner=person,
            course=course,
            course_key=course.translation_key,
            status=EnrollmentStatus.ACTIVE,
            enrolled_at=at,
            due_on=at.date(),
            required_lessons=2,
            hits=1,
            active_days=1,
        )
        for person in people
    )
    if team is not None:
        TeamMembership.objects.bulk_create(TeamMembership(team=team, user=person, since=at.date()) for person in people)
    key = uuid.uuid4()
    ActivityDay.objects.bulk_create(ActivityDay(enrollment=run, lesson_key=key, day=at.date(), hits=1) for run in runs)
    LearningEvent.objects.bulk_create(
        LearningEvent(
            verb=Verb.LESSON_COMPLETED,
            occurred_at=at,
            learner_id=run.learner_id,
            enrollment=run,
            course_key=run.course_key,
            lesson_key=key,
            idempotency_key=f"bulk:{run.uuid}",
        )
        for run in runs
    )

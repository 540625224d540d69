"""Many rows of any record at once, written in bulk: for counting queries at two sizes.

A record screen without an entry in ``MANY`` fails the test that counts; the entry makes ``count`` more rows.
"""

import datetime as dt
import uuid
from collections.abc import Callable

from django.contrib.auth import get_user_model
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from accounts.models import Invitation, Team, TeamMembership
from assessment.models import Attempt, Extension, GradeOverride, ItemStatistic, PageStatistic, Response
from gamification.models import (
    Badge,
    BadgeAward,
    EntryKind,
    Level,
    PointEntry,
    PointRule,
    PointRuleVersion,
    Redemption,
    Reward,
)
from learning.models import Cohort, Enrollment, EnrollmentStatus, InviteLink, LearningEvent, LessonProgress
from learning.verbs import Verb
from lms_pages.models import CoursePage, CourseStaff, QuizPage
from notifications.models import OutboxMail
from operations.models import Upkeep, UpkeepKind
from reports.models import Delivery, Run, Schedule
from tests.factories.accounts import make_person
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.operations import SWEEP
from tests.factories.questions import make_question, right_answer
from tests.factories.quizzes import make_quiz
from tests.factories.reports import make_schedule
from tracking.models import Dispatch
from workbench.models import ImportBatch

BATCH = 2_000


def many_people(count: int) -> list:
    kind = get_user_model()
    people = [
        kind(email=f"{uuid.uuid4().hex}@example.com", first_name="Bulk", last_name=str(place), password="!")
        for place in range(count)
    ]
    return kind.objects.bulk_create(people, BATCH)


def course() -> CoursePage:
    return CoursePage.objects.first() or make_course(modules=1, lessons=1, with_check=False)


def many_teams(count: int) -> None:
    Team.objects.bulk_create([Team(name=f"Team {uuid.uuid4().hex}") for _place in range(count)], BATCH)


def many_memberships(count: int) -> None:
    team, _new = Team.objects.get_or_create(name="Bulk team")
    since = dt.date(2026, 1, 1)
    people = many_people(count)
    TeamMembership.objects.bulk_create([TeamMembership(team=team, user=one, since=since) for one in people], BATCH)


def many_enrollments(count: int) -> None:
    page, now = course(), timezone.now()
    rows = [
        Enrollment(
            learner=person,
            course=page,
            course_key=page.translation_key,
            status=EnrollmentStatus.ACTIVE,
            enrolled_at=now,
            due_on=now.date(),
            required_lessons=2,
        )
        for person in many_people(count)
    ]
    Enrollment.objects.bulk_create(rows, BATCH)


def many_staff(count: int) -> None:
    page = course()
    CourseStaff.objects.bulk_create([CourseStaff(course=page, user=person) for person in many_people(count)], BATCH)


def many_mails(count: int) -> None:
    keys = [uuid.uuid4().hex for _place in range(count)]
    rows = [
        OutboxMail(
            kind="report", to_address=f"{key}@example.com", subject="Bulk", dedupe_key=key, message_id=f"<{key}>"
        )
        for key in keys
    ]
    OutboxMail.objects.bulk_create(rows, BATCH)


def many_schedules(count: int) -> None:
    owner = make_person(roles=("report_administrator",))
    rows = [
        Schedule(title=f"Schedule {place}", owner=owner, time=dt.time(8), zone="UTC", weekdays=[0], formats=["csv"])
        for place in range(count)
    ]
    Schedule.objects.bulk_create(rows, BATCH)


def many_runs(count: int) -> list[Run]:
    schedule, now = make_schedule(), timezone.now()
    rows = [
        Run(schedule=schedule, period=uuid.uuid4().hex, scheduled_for=now - dt.timedelta(minutes=place))
        for place in range(count)
    ]
    return Run.objects.bulk_create(rows, BATCH)


def many_deliveries(count: int) -> None:
    (run,) = many_runs(1)
    rows = [
        Delivery(run=run, schedule_id=run.schedule_id, period=run.period, address=f"{uuid.uuid4().hex}@example.com")
        for _place in range(count)
    ]
    Delivery.objects.bulk_create(rows, BATCH)


def many_entries(count: int) -> None:
    interval = IntervalSchedule.objects.create(every=7, period=IntervalSchedule.MINUTES)
    rows = [PeriodicTask(name=uuid.uuid4().hex, task=SWEEP, interval=interval) for _place in range(count)]
    PeriodicTask.objects.bulk_create(rows, BATCH)


def many_clock_times(count: int) -> None:
    rows = [CrontabSchedule(minute=str(place % 60), hour="4", timezone="UTC") for place in range(count)]
    CrontabSchedule.objects.bulk_create(rows, BATCH)


def many_intervals(count: int) -> None:
    rows = [IntervalSchedule(every=100 + place, period=IntervalSchedule.MINUTES) for place in range(count)]
    IntervalSchedule.objects.bulk_create(rows, BATCH)


def many_results(count: int) -> None:
    rows = [
        TaskResult(task_id=uuid.uuid4().hex, task_name=SWEEP, status="SUCCESS", content_type="", content_encoding="")
        for _place in range(count)
    ]
    TaskResult.objects.bulk_create(rows, BATCH)


def many_upkeeps(count: int) -> None:
    night, now = timezone.localdate(), timezone.now()
    rows = [
        Upkeep(night=night, kind=UpkeepKind.VACUUM, table=uuid.uuid4().hex, started_at=now) for _place in range(count)
    ]
    Upkeep.objects.bulk_create(rows, BATCH)


def many_imports(count: int) -> None:
    actor = make_person()
    rows = [
        ImportBatch(resource="people", file_name=f"people-{place}.csv", header_key="x", created_by=actor)
        for place in range(count)
    ]
    ImportBatch.objects.bulk_create(rows, BATCH)


def many_runs_of_learners(count: int) -> list[Enrollment]:
    many_enrollments(count)
    return list(Enrollment.objects.order_by("-pk").select_related("course")[:count])


def many_progress(count: int) -> None:
    lesson, now = lessons_of(course())[0], timezone.now()
    rows = [
        LessonProgress(enrollment=run, lesson_key=uuid.uuid4(), lesson=lesson, rule="button", completed_at=now)
        for run in many_runs_of_learners(count)
    ]
    LessonProgress.objects.bulk_create(rows, BATCH)


def many_events(count: int) -> None:
    page, person, now = course(), make_person(), timezone.now()
    rows = [
        LearningEvent(
            verb=Verb.LESSON_COMPLETED,
            occurred_at=now,
            learner=person,
            course_key=page.translation_key,
            idempotency_key=uuid.uuid4().hex,
        )
        for _place in range(count)
    ]
    LearningEvent.objects.bulk_create(rows, BATCH)


def many_responses(count: int) -> None:
    asked, now = make_question(), timezone.now()
    answer = right_answer(asked)
    (run,) = many_runs_of_learners(1)
    rows = [
        Response(
            enrollment=run,
            question=asked,
            lesson_key=uuid.uuid4(),
            block_id=uuid.uuid4().hex,
            answer=answer,
            score=1,
            answered_at=now,
        )
        for _place in range(count)
    ]
    Response.objects.bulk_create(rows, BATCH)


def many_grades(count: int) -> None:
    page, now = lessons_of(course())[0], timezone.now()
    (run,) = many_runs_of_learners(1)
    rows = [
        GradeOverride(enrollment=run, page=page, page_key=uuid.uuid4(), score=1, max_score=2, reason="Bulk", at=now)
        for _place in range(count)
    ]
    GradeOverride.objects.bulk_create(rows, BATCH)


def many_items(count: int) -> None:
    asked, now = make_question(), timezone.now()
    rows = [ItemStatistic(question=asked, page_key=uuid.uuid4(), n=1, computed_at=now) for _place in range(count)]
    ItemStatistic.objects.bulk_create(rows, BATCH)


def many_pages(count: int) -> None:
    now = timezone.now()
    rows = [
        PageStatistic(page_key=uuid.uuid4(), course_key=uuid.uuid4(), n=1, questions=1, computed_at=now)
        for _place in range(count)
    ]
    PageStatistic.objects.bulk_create(rows, BATCH)


def many_cohorts(count: int) -> None:
    page = course()
    rows = [Cohort(name=uuid.uuid4().hex, course=page, course_key=page.translation_key) for _place in range(count)]
    Cohort.objects.bulk_create(rows, BATCH)


def many_links(count: int) -> None:
    page, day = course(), timezone.localdate() + dt.timedelta(days=9)
    rows = [
        InviteLink(course=page, course_key=page.translation_key, code=uuid.uuid4().hex, limit=5, expires_on=day)
        for _place in range(count)
    ]
    InviteLink.objects.bulk_create(rows, BATCH)


def many_invitations(count: int) -> None:
    later = timezone.now() + dt.timedelta(days=9)
    rows = [
        Invitation(person=person, sent_to=person.email, language="en", token_hash=uuid.uuid4().hex, expires_at=later)
        for person in many_people(count)
    ]
    Invitation.objects.bulk_create(rows, BATCH)


def many_attempts(count: int) -> None:
    quiz, now = QuizPage.objects.first() or make_quiz(), timezone.now()
    rows = [
        Attempt(enrollment=run, quiz=quiz, quiz_key=quiz.translation_key, number=1, max_score=2, started_at=now)
        for run in many_runs_of_learners(count)
    ]
    Attempt.objects.bulk_create(rows, BATCH)


def many_extensions(count: int) -> None:
    quiz, now = QuizPage.objects.first() or make_quiz(), timezone.now()
    rows = [
        Extension(
            enrollment=run, quiz=quiz, quiz_key=quiz.translation_key, extra_minutes=5, reason="Bulk", given_at=now
        )
        for run in many_runs_of_learners(count)
    ]
    Extension.objects.bulk_create(rows, BATCH)


def many_awards(count: int) -> None:
    badge, now = Badge.objects.get(name="First steps"), timezone.now()
    values = {"badge": badge, "badge_name": badge.name, "earned_at": now, "criteria": {"kind": "points", "points": 50}}
    BadgeAward.objects.bulk_create([BadgeAward(learner=one, **values) for one in many_people(count)], BATCH)


def many_point_rules(count: int) -> None:
    rules = PointRule.objects.bulk_create(
        [PointRule(name=uuid.uuid4().hex, verb="lesson:completed") for _place in range(count)], BATCH
    )
    PointRuleVersion.objects.bulk_create([PointRuleVersion(rule=rule, points=5) for rule in rules], BATCH)


def many_points(count: int) -> None:
    rule = PointRule.objects.get(verb="lesson:completed")
    terms, now = rule.versions.get(), timezone.now()
    values = {"kind": EntryKind.EARNED, "points": 10, "at": now, "rule": rule, "terms": terms, "title": "A lesson"}
    PointEntry.objects.bulk_create([PointEntry(learner=one, **values) for one in many_people(count)], BATCH)


def many_levels(count: int) -> None:
    there = Level.objects.count()
    levels = [Level(name=uuid.uuid4().hex, points=1_000_000 + there + place) for place in range(count)]
    Level.objects.bulk_create(levels, BATCH)


def many_rewards(count: int) -> None:
    Reward.objects.bulk_create([Reward(name=uuid.uuid4().hex, cost=place + 1) for place in range(count)], BATCH)


def many_redemptions(count: int) -> None:
    reward, _new = Reward.objects.get_or_create(name="Bulk reward", defaults={"cost": 100})
    rows = [Redemption(reward=reward, reward_name=reward.name, cost=100, learner=one) for one in many_people(count)]
    Redemption.objects.bulk_create(rows, BATCH)


def many_dispatches(count: int) -> None:
    now = timezone.now()
    given = {"vendor": "ga4", "name": "page_view", "at": now, "visit": 1, "pseudonym": uuid.uuid4().hex}
    rows = [Dispatch(uuid=uuid.uuid4(), sentence=f"Why {place}", **given) for place in range(count)]
    Dispatch.objects.bulk_create(rows, BATCH)


MANY: dict[str, Callable[[int], object]] = {
    "tracking.Dispatch": many_dispatches,
    "accounts.User": many_people,
    "accounts.Team": many_teams,
    "accounts.TeamMembership": many_memberships,
    "accounts.Invitation": many_invitations,
    "learning.Enrollment": many_enrollments,
    "learning.Cohort": many_cohorts,
    "learning.InviteLink": many_links,
    "learning.LessonProgress": many_progress,
    "learning.LearningEvent": many_events,
    "assessment.Attempt": many_attempts,
    "assessment.Extension": many_extensions,
    "assessment.GradeOverride": many_grades,
    "assessment.ItemStatistic": many_items,
    "assessment.PageStatistic": many_pages,
    "assessment.Response": many_responses,
    "gamification.BadgeAward": many_awards,
    "gamification.PointRule": many_point_rules,
    "gamification.PointEntry": many_points,
    "gamification.Level": many_levels,
    "gamification.Reward": many_rewards,
    "gamification.Redemption": many_redemptions,
    "lms_pages.CourseStaff": many_staff,
    "notifications.OutboxMail": many_mails,
    "reports.Schedule": many_schedules,
    "reports.Run": many_runs,
    "reports.Delivery": many_deliveries,
    "workbench.ImportBatch": many_imports,
    "django_celery_beat.PeriodicTask": many_entries,
    "django_celery_beat.CrontabSchedule": many_clock_times,
    "django_celery_beat.IntervalSchedule": many_intervals,
    "django_celery_results.TaskResult": many_results,
    "operations.Upkeep": many_upkeeps,
}

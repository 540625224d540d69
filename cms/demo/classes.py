"""People who learn together: two cohorts, an invitation link, a class held in a room, and reminders."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import TeamMembership
from cms.demo.people import Company
from learning.models import Cohort, Enrollment, EnrollmentStatus, InviteLink
from learning.services import place_in_cohort, record_lessons, send_reminder
from lms_pages.models import CoursePage, LessonPage

OFFICE = ZoneInfo("Europe/Berlin")


def form_classes(*, company: Company, courses: dict[str, CoursePage], until: date) -> None:
    """Two cohorts as the instructor would have formed them, and what became of them by ``until``."""
    instructor = company.accounts.instructor
    if sql := courses.get("sql-for-analysts"):
        winter = Cohort.objects.create(
            name="Winter group, online",
            course=sql,
            starts_on=until - timedelta(days=20),
            ends_on=until + timedelta(days=40),
            due_on=until + timedelta(days=40),
            capacity=12,
            created_by=instructor,
        )
        runs = fill(winter, company, 9)
        lessons = LessonPage.objects.live().descendant_of(sql).order_by("path")[6:8]
        record_lessons(
            enrollments=runs[:4],
            lessons=lessons,
            actor=instructor,
            reason="Opening class in room 4.",
            at=in_office(until - timedelta(days=6), 11),
        )
        InviteLink.objects.create(
            course=sql, cohort=winter, limit=20, expires_on=until + timedelta(days=21), created_by=instructor
        )
    if feedback := courses.get("giving-feedback"):
        autumn = Cohort.objects.create(
            name="Autumn group, Hamburg",
            course=feedback,
            starts_on=until - timedelta(days=75),
            ends_on=until - timedelta(days=12),
            created_by=instructor,
        )
        fill(autumn, company, 6)
    remind(company, until)


def fill(cohort: Cohort, company: Company, count: int) -> list[Enrollment]:
    """Place those who enrolled last; the account newcomers sign in with keeps its own dates."""
    runs = Enrollment.objects.filter(course_key=cohort.course_key, status=EnrollmentStatus.ACTIVE)
    found = list(
        runs.exclude(learner=company.accounts.learner)
        .select_related("course", "learner")
        .order_by("-enrolled_at", "pk")[:count]
    )
    for run in found:
        place_in_cohort(enrollment=run, cohort=cohort, on=cohort.starts_on)
    return found


def remind(company: Company, until: date) -> None:
    """The manager reminded two people of the team of what is overdue."""
    manager = company.accounts.manager
    team = TeamMembership.objects.current(until).filter(team__managers=manager).exclude(user=manager)
    late = Enrollment.objects.overdue(until).filter(learner__in=team.values("user")).select_related("course", "learner")
    for number, run in enumerate(late.order_by("due_on", "pk")[:2]):
        send_reminder(enrollment=run, actor=manager, at=in_office(until - timedelta(days=3 + number), 9), tell=False)


def in_office(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), OFFICE)

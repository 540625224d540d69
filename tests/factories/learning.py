"""Enrollments and progress, made by the services."""

from itertools import count

from learning.models import ActivityDay, Cohort, Enrollment, EnrollmentStatus
from learning.services import complete_lesson, enroll
from tests.factories.accounts import make_person
from tests.factories.lms_pages import lessons_of, make_course

_numbers = count(1)


def make_enrollment(learner=None, course=None, *, done: int = 0, **extra) -> Enrollment:
    """An active run with its first ``done`` lessons done."""
    enrollment = enroll(learner=learner or make_person(), course=course or make_course(), source="staff", **extra)
    for lesson in lessons_of(enrollment.course)[:done]:
        complete_lesson(enrollment=enrollment, lesson=lesson)
    enrollment.refresh_from_db()
    return enrollment


def make_completed(learner=None, course=None, **extra) -> Enrollment:
    enrollment = make_enrollment(learner, course, done=10_000, **extra)
    assert enrollment.status == EnrollmentStatus.COMPLETED
    return enrollment


def make_cohort(course=None, **extra) -> Cohort:
    extra.setdefault("name", f"Cohort {next(_numbers)}")
    return Cohort.objects.create(course=course or make_course(), **extra)


def activity_of(runs) -> list[tuple[int, int, int, int]]:
    """Visits, clicks, seconds and active days that each of ``runs`` says it has, by key; they are what its days add up to."""
    counted = list(runs.order_by("pk").values_list("pk", "hits", "clicks", "seconds", "active_days"))
    rows = list(ActivityDay.objects.values_list("enrollment", "day", "hits", "clicks", "seconds"))
    for key, *said in counted:
        own = [row for row in rows if row[0] == key]
        added_up = [sum(row[place] for row in own) for place in (2, 3, 4)]
        assert said == [*added_up, len({row[1] for row in own})]
    return [tuple(said) for _key, *said in counted]

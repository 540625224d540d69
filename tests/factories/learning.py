"""Enrollments and progress, made by the services."""

from itertools import count

from learning.models import Cohort, Enrollment, EnrollmentStatus
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

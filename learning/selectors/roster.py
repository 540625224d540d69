"""A course as somebody teaches it: its cohorts, its people, and which lessons they have done."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from accounts.selectors import people_matching
from learning.models import Cohort, CohortMembership, Enrollment, EnrollmentStatus, LessonProgress
from learning.policies import may_teach
from learning.selectors.standing import Standing, standing_of
from lms_pages.models import CoursePage, CourseStaff
from workbench.days import site_day

PEOPLE_PER_PAGE = 25


@dataclass(frozen=True)
class TaughtCourse:
    """A course on the desk of its instructor, with its open runs and its cohorts, those that are not over first."""

    course: CoursePage
    active: int
    completed: int
    overdue: int
    requested: int
    cohorts: tuple[Cohort, ...]


def taught_courses(instructor: Any) -> list[TaughtCourse]:
    """The courses ``instructor`` teaches, by title: three queries for any number of them. A translation stands once."""
    keys = set(CourseStaff.objects.filter(user=instructor).values_list("course__translation_key", flat=True))
    courses: dict[UUID, CoursePage] = {}
    for course in CoursePage.objects.filter(translation_key__in=keys).order_by("-live", "locale_id"):
        courses.setdefault(course.translation_key, course)
    overdue = Q(status=EnrollmentStatus.ACTIVE, due_on__lt=site_day())
    rows = (
        Enrollment.objects.filter(course_key__in=keys)
        .order_by()
        .values_list("course_key")
        .annotate(
            active=Count("pk", filter=Q(status=EnrollmentStatus.ACTIVE)),
            completed=Count("pk", filter=Q(status=EnrollmentStatus.COMPLETED)),
            late=Count("pk", filter=overdue),
            requested=Count("pk", filter=Q(status=EnrollmentStatus.REQUESTED)),
        )
    )
    figures: dict[UUID, tuple[int, int, int, int]] = {key: tuple(numbers) for key, *numbers in rows}
    cohorts: dict[UUID, list[Cohort]] = {}
    for cohort in Cohort.objects.filter(course_key__in=keys).order_by("-starts_on", "name"):
        cohorts.setdefault(cohort.course_key, []).append(cohort)
    return [
        TaughtCourse(
            course,
            *figures.get(key, (0, 0, 0, 0)),
            tuple(sorted(cohorts.get(key, []), key=lambda cohort: cohort.is_over)),
        )
        for key, course in sorted(courses.items(), key=lambda pair: pair[1].title)
    ]


def course_to_teach(viewer: Any, course_key: UUID) -> CoursePage | None:
    """The course with this key where ``viewer`` may keep its roster."""
    course = CoursePage.objects.filter(translation_key=course_key).order_by("-live", "locale_id").first()
    return course if course is not None and may_teach(viewer, course) else None


def runs_of_course(course: CoursePage, cohort: Cohort | None = None) -> QuerySet[Enrollment]:
    """Active and completed runs of ``course``, or of those in ``cohort`` now, by name."""
    runs = Enrollment.objects.open().filter(course_key=course.translation_key)
    if cohort is not None:
        members = CohortMembership.objects.filter(cohort=cohort, until=None)
        runs = runs.filter(pk__in=members.values("enrollment"))
    return runs.select_related("learner", "course").order_by(
        "learner__last_name", "learner__first_name", "learner__email", "run"
    )


@dataclass(frozen=True)
class RosterRow:
    """A run with its marks by lesson key."""

    enrollment: Enrollment
    standing: Standing | None
    marks: dict[UUID, LessonProgress]


@dataclass(frozen=True)
class Roster:
    rows: list[RosterRow]
    page: Page
    total: int


def roster(*, course: CoursePage, cohort: Cohort | None = None, query: str = "", page: Any = 1) -> Roster:
    """25 people of a course or cohort and what they have done: three queries, whatever the size of the course."""
    runs = runs_of_course(course, cohort)
    if query:
        found = people_matching(get_user_model().objects.all(), query)
        runs = runs.filter(learner__in=found.order_by().values("pk"))
    shown = Paginator(runs, PEOPLE_PER_PAGE).get_page(page)
    marks = marks_of(list(shown.object_list))
    today = site_day()
    rows = [RosterRow(run, standing_of(run, today), marks.get(run.pk, {})) for run in shown.object_list]
    return Roster(rows, shown, shown.paginator.count)


def marks_of(runs: list[Enrollment]) -> dict[int, dict[UUID, LessonProgress]]:
    """What is done by enrollment id and lesson key: one query."""
    marks: dict[int, dict[UUID, LessonProgress]] = {}
    for mark in LessonProgress.objects.filter(enrollment__in=[run.pk for run in runs]):
        marks.setdefault(mark.enrollment_id, {})[mark.lesson_key] = mark
    return marks

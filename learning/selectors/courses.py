"""Courses in lists: cards for learners with how far each has come, figures for those who keep them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from learning.models import Enrollment, EnrollmentStatus
from learning.selectors.runs import COUNTS, current_enrollments
from lms_pages.models import CoursePage, LessonPage
from lms_pages.policies import in_live_module


@dataclass(frozen=True)
class CourseCard:
    """A course on a card, with this person's state in it."""

    course: CoursePage
    url: str
    topic_names: tuple[str, ...]
    minutes: int
    lesson_count: int
    enrollment: Enrollment | None = None
    next_title: str = ""
    next_url: str = ""
    module_title: str = ""

    @property
    def state(self) -> str:
        return self.enrollment.status if self.enrollment and self.enrollment.status in COUNTS else ""

    @property
    def percent(self) -> int:
        return self.enrollment.percent if self.enrollment else 0

    @property
    def due_on(self) -> date | None:
        return self.enrollment.due_on if self.enrollment else None

    @property
    def is_overdue(self) -> bool:
        return bool(self.enrollment and self.enrollment.is_overdue)


def course_cards(*, viewer: Any, courses: Iterable[CoursePage], request: Any = None) -> list[CourseCard]:
    """Cards for ``courses`` in their order: four queries for any number of them."""
    courses = list(courses)
    sizes = lesson_sizes(courses)
    topics = topic_names(courses)
    enrollments = current_enrollments(learner=viewer, course_keys=[course.translation_key for course in courses])
    cards = []
    for course in courses:
        count, minutes = sizes.get(course.pk, (0, 0))
        cards.append(
            CourseCard(
                course=course,
                url=course.get_url(request) or "",
                topic_names=topics.get(course.pk, ()),
                minutes=course.minutes or minutes,
                lesson_count=count,
                enrollment=enrollments.get(course.translation_key),
            )
        )
    return cards


def lesson_sizes(courses: list[CoursePage]) -> dict[int, tuple[int, int]]:
    """Number of live lessons and their minutes by course id, in one query."""
    if not courses:
        return {}
    by_path = {course.path: course.pk for course in courses}
    rows = (
        LessonPage.objects.live()
        .filter(in_live_module())
        .annotate(course_path=Substr(F("path"), 1, len(courses[0].path)))
        .filter(course_path__in=list(by_path))
        .order_by()
        .values("course_path")
        .annotate(n=Count("pk"), minutes_sum=Sum("minutes"))
    )
    return {by_path[row["course_path"]]: (row["n"], row["minutes_sum"]) for row in rows}


def topic_names(courses: list[CoursePage]) -> dict[int, tuple[str, ...]]:
    rows = CoursePage.topics.through.objects.filter(coursepage__in=[course.pk for course in courses])
    names: dict[int, list[str]] = {}
    for course_id, name in rows.order_by("topic__name").values_list("coursepage_id", "topic__name"):
        names.setdefault(course_id, []).append(name)
    return {key: tuple(value) for key, value in names.items()}


@dataclass(frozen=True)
class CourseFigures:
    """How large a course is, how many runs it has had, and how many of them were completed."""

    lessons: int = 0
    enrolled: int = 0
    completed: int = 0

    @property
    def completed_words(self) -> str:
        if not self.enrolled:
            return "–"
        share = round(self.completed * 100 / self.enrolled)
        return _("%(count)d (%(share)d %%)") % {"share": share, "count": self.completed}


def course_figures(courses: list[CoursePage]) -> dict[int, CourseFigures]:
    """Figures by page id: two queries for any number of courses. A translation shares the runs of its course."""
    sizes = lesson_sizes(courses)
    runs = (
        Enrollment.objects.counted()
        .filter(course_key__in=[course.translation_key for course in courses])
        .order_by()
        .values_list("course_key")
        .annotate(n=Count("pk"), done=Count("pk", filter=Q(status=EnrollmentStatus.COMPLETED)))
    )
    counts = {key: (n, done) for key, n, done in runs}
    return {
        course.pk: CourseFigures(sizes.get(course.pk, (0, 0))[0], *counts.get(course.translation_key, (0, 0)))
        for course in courses
    }

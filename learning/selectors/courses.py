"""What a learner sees of courses: cards, and the view of one course or lesson."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Substr
from django.utils.translation import gettext as _
from wagtail.models import Page

from learning.models import Enrollment, EnrollmentStatus, LessonProgress
from learning.policies import blocking_lesson, teaches, visible_to
from lms_pages.models import CoursePage, CourseStaff, EnrollmentPolicy, LessonOrder, LessonPage
from lms_pages.policies import edits_pages, in_live_module
from lms_pages.selectors import Outline, OutlineLesson, OutlineModule, course_outline

VISITOR, ENROLLED, COMPLETED, STAFF = "visitor", "enrolled", "completed", "staff"
DONE, NOW, OPEN, LOCKED = "done", "now", "open", "locked"


# Of several runs of one course the one that counts: the active one, else a request, else the newest completed.
COUNTS = (EnrollmentStatus.COMPLETED, EnrollmentStatus.REQUESTED, EnrollmentStatus.ACTIVE)


def current_enrollments(*, learner: Any, course_keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, Enrollment]:
    """By course key, the run that counts now, in one query. Runs that were left, declined or expired never do."""
    keys = list(course_keys)
    if not learner.is_authenticated or not keys:
        return {}
    runs = Enrollment.objects.filter(learner=learner, course_key__in=keys, status__in=COUNTS).select_related("course")
    in_turn = sorted(runs, key=lambda run: (COUNTS.index(EnrollmentStatus(run.status)), run.run))
    return {run.course_key: run for run in in_turn}


def current_enrollment(*, learner: Any, course_key: uuid.UUID) -> Enrollment | None:
    """The run that counts now; see `current_enrollments`."""
    return current_enrollments(learner=learner, course_keys=[course_key]).get(course_key)


@dataclass(frozen=True)
class LessonView:
    """A lesson as this person meets it; ``reason`` says in words why it is locked."""

    lesson: OutlineLesson
    url: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class ModuleView:
    module: OutlineModule
    lessons: tuple[LessonView, ...]
    is_current: bool = False

    @property
    def sections(self) -> list[tuple[str, list[LessonView]]]:
        """Lessons under their section labels, in order; one unlabeled section where the author made none."""
        grouped = groupby(
            self.lessons, key=lambda entry: (entry.lesson.section_key or entry.lesson.section, entry.lesson.section)
        )
        return [(label, list(lessons)) for (_key, label), lessons in grouped]

    @property
    def done(self) -> int:
        return sum(entry.state == DONE for entry in self.lessons)

    @property
    def total(self) -> int:
        return len(self.lessons)

    @property
    def is_done(self) -> bool:
        return self.total > 0 and self.done == self.total


@dataclass(frozen=True)
class LearnerView:
    """One person's view of one course, and of one lesson of it where there is one. All tags of a page read this."""

    viewer: Any
    course: CoursePage
    outline: Outline
    mode: str
    enrollment: Enrollment | None = None
    done_keys: frozenset[uuid.UUID] = frozenset()
    lesson_key: uuid.UUID | None = None
    course_url: str = ""
    is_preview: bool = False

    @cached_property
    def modules(self) -> tuple[ModuleView, ...]:
        in_order = self.course.lesson_order == LessonOrder.IN_ORDER and self.mode in (ENROLLED, VISITOR)
        here = self.lesson_key or (self.next_key if self.mode == ENROLLED else None)
        base = self.course_url.rstrip("/")
        built = []
        for module in self.outline.modules:
            rows = []
            for lesson in module.lessons:
                state, reason = OPEN, ""
                if lesson.key in self.done_keys:
                    state = DONE
                elif in_order and (
                    blocking := blocking_lesson(outline=self.outline, done=self.done_keys, key=lesson.key)
                ):
                    state, reason = LOCKED, opens_after(blocking)
                elif lesson.key == here:
                    state = NOW
                rows.append(LessonView(lesson, f"{base}/{module.slug}/{lesson.slug}/", state, reason))
            built.append(ModuleView(module, tuple(rows), is_current=any(row.lesson.key == here for row in rows)))
        return tuple(built)

    @cached_property
    def staff_names(self) -> tuple[str, ...]:
        rows = CourseStaff.objects.filter(course=self.course).select_related("user")
        return tuple(row.user.name for row in rows)

    @cached_property
    def lessons(self) -> dict[uuid.UUID, LessonView]:
        return {entry.lesson.key: entry for module in self.modules for entry in module.lessons}

    @cached_property
    def next_key(self) -> uuid.UUID | None:
        """Where to go on: the lesson last opened if it is not done, else the first one after it that is open."""
        keys = [lesson.key for lesson in self.outline.lessons]
        last = self.enrollment.last_lesson_key if self.enrollment else None
        start = keys.index(last) if last in keys else 0
        in_order = self.course.lesson_order == LessonOrder.IN_ORDER
        for key in keys[start:] + keys[:start]:
            if key in self.done_keys:
                continue
            if not in_order or blocking_lesson(outline=self.outline, done=self.done_keys, key=key) is None:
                return key
        return None

    @property
    def next(self) -> LessonView | None:
        return self.lessons.get(self.next_key) if self.next_key else None

    @property
    def required(self) -> tuple[OutlineLesson, ...]:
        return tuple(lesson for lesson in self.outline.lessons if lesson.is_required)

    @property
    def done(self) -> int:
        return sum(lesson.key in self.done_keys for lesson in self.required)

    @property
    def total(self) -> int:
        return len(self.required)

    @property
    def percent(self) -> int:
        if self.mode == COMPLETED:
            return 100
        return self.done * 100 // self.total if self.total else 0

    @property
    def minutes(self) -> int:
        return self.course.minutes or self.outline.minutes

    @property
    def minutes_left(self) -> int:
        return sum(lesson.minutes for lesson in self.outline.lessons if lesson.key not in self.done_keys)

    @property
    def door(self) -> str:
        """What somebody who is not on the course may do to get in."""
        if self.mode in (ENROLLED, COMPLETED):
            return ""
        if self.enrollment and self.enrollment.status == EnrollmentStatus.REQUESTED:
            return "requested"
        if not self.viewer.is_authenticated:
            return "sign_in"
        return {EnrollmentPolicy.OPEN: "enroll", EnrollmentPolicy.REQUEST: "request"}.get(
            EnrollmentPolicy(self.course.enrollment_policy), "assigned"
        )

    # One lesson ---------------------------------------------------------------

    @property
    def current(self) -> LessonView | None:
        return self.lessons.get(self.lesson_key) if self.lesson_key else None

    @property
    def current_module(self) -> ModuleView | None:
        return next(
            (module for module in self.modules if any(entry.lesson.key == self.lesson_key for entry in module.lessons)),
            None,
        )

    @property
    def place(self) -> int:
        module = self.current_module
        return (
            next((n for n, entry in enumerate(module.lessons, 1) if entry.lesson.key == self.lesson_key), 0)
            if module
            else 0
        )

    @property
    def place_total(self) -> int:
        return self.current_module.total if self.current_module else 0

    @property
    def previous(self) -> LessonView | None:
        return self._neighbor(0)

    @property
    def following(self) -> LessonView | None:
        return self._neighbor(1)

    def _neighbor(self, side: int) -> LessonView | None:
        if self.lesson_key not in self.outline.by_key:
            return None
        found = self.outline.neighbors(self.lesson_key)[side]
        return self.lessons[found.key] if found else None

    @property
    def is_done(self) -> bool:
        return self.lesson_key in self.done_keys

    @property
    def can_complete(self) -> bool:
        """Whether the button "Mark complete" stands: enrolled, not done, and the author chose the button."""
        entry = self.outline.by_key.get(self.lesson_key) if self.lesson_key else None
        return self.mode == ENROLLED and entry is not None and not self.is_done and entry.completion_rule == "button"

    @property
    def can_finish(self) -> bool:
        """Everything required is done and yet the run is open: the lesson that was missing has been taken away."""
        return self.mode == ENROLLED and self.total > 0 and self.done == self.total and not self.is_preview

    @property
    def may_answer(self) -> bool:
        return self.mode in (ENROLLED, COMPLETED) and not self.is_preview


def opens_after(blocking: OutlineLesson) -> str:
    return _("Opens when “%(title)s” is done.") % {"title": blocking.title}


def may_read_all(viewer: Any, course: CoursePage) -> bool:
    """Staff of this course and people who edit pages read lessons without being enrolled."""
    return viewer.is_authenticated and (
        edits_pages(viewer) or viewer.has_perm("learning.view_all_enrollments") or teaches(viewer, course)
    )


def learner_view(
    *, viewer: Any, course: CoursePage, lesson_key: uuid.UUID | None = None, course_url: str = ""
) -> LearnerView:
    """The view of ``course`` for ``viewer``: at most five queries, whatever the size of the course."""
    outline = course_outline(course)
    enrollment = current_enrollment(learner=viewer, course_key=course.translation_key)
    done: frozenset[uuid.UUID] = frozenset()
    mode = VISITOR
    if enrollment is not None and enrollment.is_open:
        done = frozenset(LessonProgress.objects.filter(enrollment=enrollment).values_list("lesson_key", flat=True))
        mode = COMPLETED if enrollment.status == EnrollmentStatus.COMPLETED else ENROLLED
    elif may_read_all(viewer, course):
        mode = STAFF
    return LearnerView(
        viewer=viewer,
        course=course,
        outline=outline,
        mode=mode,
        enrollment=enrollment,
        done_keys=done,
        lesson_key=lesson_key,
        course_url=course_url or course.get_url() or "",
    )


def stand_in_view(*, viewer: Any, page: Page, preview_mode: str) -> LearnerView:
    """The view a preview is drawn with: the chosen mode, and a course that need not be live yet."""
    course = page if isinstance(page, CoursePage) else CoursePage.objects.ancestor_of(page).first()
    outline = course_outline(course)
    keys = [lesson.key for lesson in outline.lessons]
    done = {"completed": frozenset(keys), "enrolled": frozenset(keys[: len(keys) // 2])}.get(preview_mode, frozenset())
    lesson_key = page.translation_key if isinstance(page, LessonPage) else None
    if preview_mode == "enrolled":
        done -= {lesson_key}
    return LearnerView(
        viewer=viewer,
        course=course,
        outline=outline,
        mode=preview_mode if preview_mode in (ENROLLED, COMPLETED) else VISITOR,
        done_keys=done,
        lesson_key=lesson_key,
        course_url=course.get_url() or "",
        is_preview=True,
    )


# Cards ------------------------------------------------------------------------


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
    width = len(courses[0].path)
    by_path = {course.path: course.pk for course in courses}
    rows = (
        LessonPage.objects.live()
        .filter(in_live_module())
        .annotate(course_path=Substr(F("path"), 1, width))
        .filter(course_path__in=list(by_path))
        .order_by()
        .values("course_path")
        .annotate(n=Count("pk"), minutes_sum=Sum("minutes"))
    )
    return {by_path[row["course_path"]]: (row["n"], row["minutes_sum"]) for row in rows}


def topic_names(courses: list[CoursePage]) -> dict[int, tuple[str, ...]]:
    rows = CoursePage.topics.through.objects.filter(coursepage__in=[course.pk for course in courses]).values_list(
        "coursepage_id", "topic__name"
    )
    names: dict[int, list[str]] = {}
    for course_id, name in rows.order_by("topic__name"):
        names.setdefault(course_id, []).append(name)
    return {key: tuple(value) for key, value in names.items()}


def enrollments_of(learner: Any) -> QuerySet[Enrollment]:
    """A learner's runs with their courses, newest activity first."""
    return (
        Enrollment.objects.filter(learner=learner)
        .select_related("course", "course__cover")
        .prefetch_related("course__cover__renditions")
        .order_by("-last_activity_at", "-pk")
    )


def course_keys_of(viewer: Any) -> QuerySet:
    """Keys of courses a person is or was on: they see them whatever the course's visibility says."""
    return (
        Enrollment.objects.filter(learner=viewer)
        .exclude(status__in=[EnrollmentStatus.WITHDRAWN, EnrollmentStatus.DECLINED])
        .values("course_key")
    )


# The admin ----------------------------------------------------------------------


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


def requests_to_decide(viewer: Any) -> QuerySet[Enrollment]:
    """Requests the viewer may approve or decline, the oldest first."""
    if not viewer.has_perm("learning.change_enrollment"):
        return Enrollment.objects.none()
    found = visible_to(viewer, Enrollment.objects.filter(status=EnrollmentStatus.REQUESTED))
    if not viewer.has_perm("learning.view_all_enrollments"):
        found = found.exclude(learner=viewer)
    return found.select_related("learner", "course").order_by("requested_at")

"""One course or lesson as one person meets it: what all tags of its page read."""

import uuid
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from wagtail.models import Page

from learning.models import Enrollment, EnrollmentStatus, LessonProgress
from learning.policies import blocking_lesson, teaches
from learning.selectors.runs import current_enrollment
from lms_pages.models import CoursePage, CourseStaff, EnrollmentPolicy, LessonOrder, LessonPage
from lms_pages.policies import edits_pages
from lms_pages.selectors import Outline, OutlineLesson, OutlineModule, course_outline
from workbench.kept import kept

VISITOR, ENROLLED, COMPLETED, STAFF = "visitor", "enrolled", "completed", "staff"
DONE, NOW, OPEN, LOCKED = "done", "now", "open", "locked"


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
        return kept("staff names", self.course.pk, lambda: staff_names(self.course), of=("content", "names"))

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


def staff_names(course: CoursePage) -> tuple[str, ...]:
    rows = CourseStaff.objects.filter(course=course).select_related("user")
    return tuple(row.user.name for row in rows)


def opens_after(blocking: OutlineLesson) -> str:
    return _("Opens when “%(title)s” is done.") % {"title": blocking.title}


def may_read_all(viewer: Any, course: CoursePage) -> bool:
    """Staff of this course and people who edit pages read lessons without being enrolled."""
    return viewer.is_authenticated and (
        edits_pages(viewer) or viewer.has_perm("learning.view_all_enrollments") or teaches(viewer, course)
    )


def learner_view(
    *,
    viewer: Any,
    course: CoursePage,
    lesson_key: uuid.UUID | None = None,
    course_url: str = "",
    outline: Outline | None = None,
    enrollment: Enrollment | None = None,
) -> LearnerView:
    """The view of ``course`` for ``viewer``: at most five queries at any size, less what is in hand and given."""
    outline = outline or course_outline(course)
    enrollment = enrollment or current_enrollment(learner=viewer, course=course)
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

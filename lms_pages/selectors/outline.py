"""The outline of a course: its modules and lessons in order, in a fixed number of queries."""

import uuid
from dataclasses import dataclass, field
from functools import cached_property

from lms_pages.models import CompletionRule, CoursePage, LessonPage, ModulePage
from workbench.kept import kept


@dataclass(frozen=True)
class OutlineLesson:
    """A lesson as a list needs it; the body is not loaded."""

    id: int
    key: uuid.UUID
    title: str
    url_path: str
    slug: str
    minutes: int
    section: str
    section_key: str
    completion_rule: str
    is_required: bool
    number: int

    @property
    def is_quiz(self) -> bool:
        return self.completion_rule == CompletionRule.QUIZ


@dataclass(frozen=True)
class OutlineModule:
    id: int
    title: str
    slug: str
    summary: str
    number: int
    lessons: tuple[OutlineLesson, ...]


@dataclass(frozen=True)
class Outline:
    """A course's live modules and lessons, in the order of the tree."""

    course_id: int
    course_key: uuid.UUID
    modules: tuple[OutlineModule, ...] = field(default=())

    @cached_property
    def lessons(self) -> tuple[OutlineLesson, ...]:
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @cached_property
    def by_key(self) -> dict[uuid.UUID, OutlineLesson]:
        return {lesson.key: lesson for lesson in self.lessons}

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)

    def module_of(self, key: uuid.UUID) -> OutlineModule | None:
        return next((module for module in self.modules if any(lesson.key == key for lesson in module.lessons)), None)

    def neighbors(self, key: uuid.UUID) -> tuple[OutlineLesson | None, OutlineLesson | None]:
        """The lessons before and after, across modules."""
        keys = [lesson.key for lesson in self.lessons]
        place = keys.index(key)
        before = self.lessons[place - 1] if place else None
        after = self.lessons[place + 1] if place + 1 < len(keys) else None
        return before, after


def course_outline(course: CoursePage) -> Outline:
    """The outline to show, asked once until content changes. Who decides or counts by it, in a task that may take its
    time, asks `read_outline`."""
    return kept("outlines", (course.pk, course.path), lambda: read_outline(course))


def read_outline(course: CoursePage) -> Outline:
    """Two queries, whatever the size of the course. Modules without a live lesson are left out of nothing: they stand empty."""
    modules = list(
        ModulePage.objects.child_of(course).live().order_by("path").values("id", "path", "title", "slug", "summary")
    )
    lessons = (
        LessonPage.objects.descendant_of(course)
        .live()
        .order_by("path")
        .values(
            "id",
            "path",
            "translation_key",
            "title",
            "url_path",
            "slug",
            "minutes",
            "section",
            "section_key",
            "completion_rule",
            "is_required",
        )
    )
    by_module: dict[str, list[dict]] = {module["path"]: [] for module in modules}
    for lesson in lessons:
        if (path := lesson["path"][: -LessonPage.steplen]) in by_module:
            by_module[path].append(lesson)
    number = 0
    built = []
    for position, module in enumerate(modules, 1):
        rows = []
        for lesson in by_module[module["path"]]:
            number += 1
            rows.append(
                OutlineLesson(
                    key=lesson["translation_key"],
                    number=number,
                    **{k: v for k, v in lesson.items() if k not in ("path", "translation_key")},
                )
            )
        built.append(
            OutlineModule(
                id=module["id"],
                title=module["title"],
                slug=module["slug"],
                summary=module["summary"],
                number=position,
                lessons=tuple(rows),
            )
        )
    return Outline(course_id=course.pk, course_key=course.translation_key, modules=tuple(built))

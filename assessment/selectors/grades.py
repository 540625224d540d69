"""The gradebook of a course: what is graded, in which category, and what each learner has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from assessment.gradebook import Category, CourseTotal, Grade, Item, ItemLine, course_total
from assessment.models import GradeOverride
from assessment.selectors.attempts import unseen_quizzes
from learning.models import Enrollment, Result
from lms_pages.grading import Aggregation
from lms_pages.models import CompletionRule, CoursePage, LessonPage, PlannedEntry, QuizPage
from lms_pages.policies import in_live_module
from questions.models import Question
from questions.types import QUESTION_TYPES

# What a lesson is worth that asks no questions and is graded by hand.
POINTS_BY_HAND = Decimal(100)


@dataclass(frozen=True)
class GradedLesson:
    """A lesson or quiz that gives a grade. ``category`` is "" where it counts in none; ``graded_as`` names the item that
    it makes up together with others, and is "" where it is an item of its own."""

    page_id: int
    page_key: UUID
    title: str
    category: str
    graded_as: str
    item: Item


@dataclass(frozen=True)
class Plan:
    """What a course grades, in the order of the tree: its categories with their items, each one lesson or several that
    are graded together; and every graded lesson by itself, those that count in no category too."""

    course: CoursePage
    categories: tuple[Category, ...]
    lessons: tuple[GradedLesson, ...]
    is_implied: bool = False

    @property
    def uncounted(self) -> tuple[GradedLesson, ...]:
        return tuple(lesson for lesson in self.lessons if not lesson.category)

    def lesson(self, page_key: UUID) -> GradedLesson | None:
        return next((lesson for lesson in self.lessons if lesson.page_key == page_key), None)


@dataclass(frozen=True)
class LearnerGrades:
    """One run: what counts for each lesson, what was earned, what was said when it was set by hand, and the total."""

    enrollment: Enrollment
    counts: Mapping[UUID, Grade]
    earned: Mapping[UUID, Grade]
    overrides: Mapping[UUID, GradeOverride]
    total: CourseTotal

    def grade(self, page_key: UUID) -> Grade | None:
        """What counts for a lesson: the grade set by hand, else what was earned."""
        return self.counts.get(page_key)

    def together(self, lesson: GradedLesson) -> ItemLine | None:
        """The item that ``lesson`` makes up with others; None where it is graded by itself or counts in no category."""
        items = (item for category in self.total.lines for item in category.lines)
        return next((item for item in items if lesson.item.key in {part.item.key for part in item.parts}), None)


@dataclass(frozen=True)
class Gradebook:
    plan: Plan
    rows: tuple[LearnerGrades, ...]


def points_of(lessons: Iterable[LessonPage]) -> dict[UUID, Decimal]:
    """The points a lesson's questions are worth, by key; two queries. A lesson that asks nothing is left out.

    Of a quiz it is what an attempt is out of as it is written; a question that is drawn counts one point where the
    draw does not say. Essays in knowledge checks are read, not graded.
    """
    lessons = list(lessons)
    quiz_ids = [lesson.pk for lesson in lessons if lesson.completion_rule == CompletionRule.QUIZ]
    plans = {quiz.translation_key: quiz.plan for quiz in QuizPage.objects.filter(pk__in=quiz_ids)}
    checks = {lesson.translation_key: lesson.knowledge_checks for lesson in lessons}
    asked = {key for found in checks.values() for keys in found.values() for key in keys}
    fixed = {entry.question_id for plan in plans.values() for part in plan for entry in part.entries} - {None}
    graded = {name: kind.graded_by_hand for name, kind in QUESTION_TYPES.items() if kind.is_graded}
    rows = Question.objects.filter(pk__in=asked | fixed, live=True, type__in=graded).values_list("pk", "type", "points")
    worth = {pk: points for pk, _kind, points in rows}
    in_checks = {pk: points for pk, kind, points in rows if not graded[kind]}
    points = {
        key: sum((in_checks.get(question, Decimal(0)) for keys in found.values() for question in keys), Decimal(0))
        for key, found in checks.items()
    }
    for key, plan in plans.items():
        points[key] = sum((points_of_entry(entry, worth) for part in plan for entry in part.entries), Decimal(0))
    return {key: number for key, number in points.items() if number}


def points_of_entry(entry: PlannedEntry, worth: Mapping[int, Decimal]) -> Decimal:
    """What a question or a draw of a quiz adds to an attempt; nothing for a question that is not asked, or a poll."""
    if entry.question_id is None:
        return entry.count * (entry.points if entry.points is not None else Decimal(1))
    own = worth.get(entry.question_id)
    if own is None:
        return Decimal(0)
    return own if entry.points is None else entry.points


def grading_plan(course: CoursePage) -> Plan:
    """What ``course`` grades as it is published now: lessons that ask graded questions, and those that name a category.

    Lessons of one category that are graded as the same are one item. Among them, a lesson that asks nothing adds
    nothing. A course without categories has one for everything: points got of points there are. Four queries.
    """
    pages = list(
        LessonPage.objects.descendant_of(course)
        .live()
        .filter(in_live_module())
        .order_by("path")
        .only(
            "title",
            "translation_key",
            "path",
            "body",
            "completion_rule",
            "grading_category",
            "graded_as",
            "grading_weight",
            "is_hidden_in_gradebook",
        )
    )
    rules: dict[str, Any] = {}
    # Lessons name their category: of two with one name, the first is meant.
    for rule in course.grading_categories.order_by("sort_order", "pk"):
        rules.setdefault(rule.name, rule)
    points = points_of(pages)
    everything = "" if rules else course.title
    lessons = tuple(
        GradedLesson(
            page_id=page.pk,
            page_key=page.translation_key,
            title=page.title,
            category=everything or (page.grading_category if page.grading_category in rules else ""),
            graded_as=page.graded_as,
            item=Item(
                key=str(page.translation_key),
                name=page.title,
                max_score=points.get(page.translation_key, POINTS_BY_HAND),
                weight=Decimal(1) if page.grading_weight is None else page.grading_weight,
                is_hidden=page.is_hidden_in_gradebook,
            ),
        )
        for page in pages
        if page.translation_key in points or (page.grading_category and not page.graded_as)
    )
    items = items_by_category(lessons)
    categories = tuple(
        Category(
            name=rule.name,
            weight=rule.weight,
            items=items.get(rule.name, ()),
            aggregation=rule.aggregation,
            drop_lowest=rule.drop_lowest,
            empty_counts_zero=rule.empty_counts_zero,
            expected=rule.expected,
        )
        for rule in rules.values()
    ) or (Category(everything, Decimal(1), items.get(everything, ()), Aggregation.SUM),)
    return Plan(course, categories, lessons, is_implied=not rules)


def items_by_category(lessons: Iterable[GradedLesson]) -> dict[str, tuple[Item, ...]]:
    """The items of each category, in the order of their first lessons. An item that several lessons make up weighs what
    the first of them says."""
    found: dict[str, dict[tuple[str, str], list[Item]]] = {}
    for lesson in lessons:
        # The kind stands before the name: no name is taken for a key.
        key = ("as", lesson.graded_as) if lesson.graded_as else ("", lesson.item.key)
        found.setdefault(lesson.category, {}).setdefault(key, []).append(lesson.item)
    return {
        category: tuple(together(name, parts) if kind else parts[0] for (kind, name), parts in items.items())
        for category, items in found.items()
    }


def together(name: str, parts: list[Item]) -> Item:
    """The item that lessons make up; worth what those are that are not hidden."""
    worth = sum((part.max_score for part in parts if not part.is_hidden), Decimal(0))
    return Item(f"as:{name}", name, worth, parts[0].weight, parts=tuple(parts))


def gradebook(*, course: CoursePage, enrollments: Iterable[Enrollment], plan: Plan | None = None) -> Gradebook:
    """What each of ``enrollments`` has in ``course``, in their order: six queries for any number of learners and items,
    two with a ``plan``. Each learner's totals are computed from their own grades alone."""
    plan = plan or grading_plan(course)
    runs = list(enrollments)
    ids = [run.pk for run in runs]
    counts: dict[int, dict[UUID, Grade]] = {}
    earned: dict[int, dict[UUID, Grade]] = {}
    names = ("enrollment_id", "page_key", "score", "max_score", "is_by_hand", "earned_score", "earned_max_score")
    for run, key, score, of, is_by_hand, got, got_of in Result.objects.filter(enrollment__in=ids).values_list(*names):
        counts.setdefault(run, {})[key] = Grade(score, of, is_override=is_by_hand)
        if got is not None:
            earned.setdefault(run, {})[key] = Grade(got, got_of)
    overrides: dict[int, dict[UUID, GradeOverride]] = {}
    for override in GradeOverride.objects.filter(enrollment__in=ids, is_latest=True, score__isnull=False):
        overrides.setdefault(override.enrollment_id, {})[override.page_key] = override
    rows = (
        _learner(plan, run, counts.get(run.pk, {}), earned.get(run.pk, {}), overrides.get(run.pk, {})) for run in runs
    )
    return Gradebook(plan, tuple(rows))


def learner_grades(
    *, enrollment: Enrollment, course: CoursePage | None = None, at: datetime | None = None
) -> LearnerGrades:
    """What one learner has, as `gradebook` computes it; by the page of ``course``, where that is a translation.

    Quizzes whose points they may not see yet are left out, as hidden items are.
    """
    unseen = unseen_quizzes(enrollment=enrollment, at=at or timezone.now())
    plan = without(grading_plan(course or enrollment.course), unseen)
    return gradebook(course=plan.course, enrollments=[enrollment], plan=plan).rows[0]


def without(plan: Plan, unseen: frozenset[UUID]) -> Plan:
    """``plan`` with the items of these pages hidden."""
    keys = {str(key) for key in unseen}

    def hidden(item: Item) -> Item:
        if item.parts:
            return together(item.name, [hidden(part) for part in item.parts])
        return replace(item, is_hidden=True) if item.key in keys else item

    return replace(
        plan,
        categories=tuple(replace(category, items=tuple(map(hidden, category.items))) for category in plan.categories),
        lessons=tuple(replace(entry, item=hidden(entry.item)) for entry in plan.lessons),
    )


def _learner(
    plan: Plan,
    run: Enrollment,
    counts: dict[UUID, Grade],
    earned: dict[UUID, Grade],
    overrides: dict[UUID, GradeOverride],
) -> LearnerGrades:
    grades = {lesson.item.key: counts[lesson.page_key] for lesson in plan.lessons if lesson.page_key in counts}
    total = course_total(categories=plan.categories, grades=grades, pass_mark=plan.course.pass_mark)
    return LearnerGrades(run, counts, earned, overrides, total)


def override_history(*, enrollment: Enrollment, page_key: UUID) -> list[GradeOverride]:
    """Everything that was set by hand for one item of one run, newest first."""
    rows: Any = GradeOverride.objects.filter(enrollment=enrollment, page_key=page_key)
    return list(rows.select_related("by").order_by("-at", "-pk"))

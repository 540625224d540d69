"""Courses that grade, and learners with scores."""

from decimal import Decimal

from django.utils import timezone

from learning.services import record_result
from lms_pages.models import CoursePage, GradingCategory, LessonPage
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import check_block, make_course, make_lesson, make_module
from tests.factories.questions import make_question


def make_category(course: CoursePage, name: str, weight: str = "1", **rules) -> GradingCategory:
    order = course.grading_categories.count()
    return GradingCategory.objects.create(course=course, name=name, weight=Decimal(weight), sort_order=order, **rules)


def make_graded_lesson(module, title: str, category: str = "", *, questions: int = 2, **extra) -> LessonPage:
    """A lesson that asks ``questions`` single-choice questions, one point each."""
    body = [check_block(*[make_question() for _ in range(questions)])]
    return make_lesson(module, title, body=body, grading_category=category, **extra)


def make_graded_course(**extra) -> CoursePage:
    """Papers (40 %, the weakest of three dropped) and an exam (60 %); passed with half."""
    course = make_course("Graded", modules=0, pass_mark=Decimal("0.5"), **extra)
    make_category(course, "Papers", "0.4", drop_lowest=1)
    make_category(course, "Exam", "0.6")
    module = make_module(course, "Work")
    for number in (1, 2, 3):
        make_graded_lesson(module, f"Paper {number}", "Papers")
    make_graded_lesson(module, "Final exam", "Exam", questions=4)
    return course


def give(enrollment, lesson: LessonPage, score, max_score=1) -> None:
    """A score as answering gives it."""
    record_result(
        enrollment=enrollment,
        page=lesson,
        score=Decimal(str(score)),
        max_score=Decimal(str(max_score)),
        passed=None,
        at=timezone.now(),
    )


def with_scores(course: CoursePage, *scores, learner=None):
    """A run on ``course`` with ``scores`` as shares for its lessons in order; None leaves one empty."""
    enrollment = make_enrollment(learner, course)
    lessons = LessonPage.objects.descendant_of(course).order_by("path")
    for lesson, score in zip(lessons, scores, strict=False):
        if score is not None:
            give(enrollment, lesson, score)
    return enrollment

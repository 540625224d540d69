"""How one demo course is graded, and a grade that its instructor set by hand."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from assessment.selectors import grading_plan
from assessment.services import override_grade
from cms.demo.people import Company
from learning.models import Result
from lms_pages.grading import Aggregation
from lms_pages.models import CoursePage, GradingCategory, LessonPage

EXERCISES, FINAL = "Exercises", "Final module"
GRADED = "sql-for-analysts"


def plan_grades(courses: dict[str, CoursePage]) -> None:
    """Exercises weigh 60 %, those of a module are graded together and the weakest module does not count; the last
    module weighs 40 %."""
    course = courses.get(GRADED)
    if course is None:
        return
    course.pass_mark = course.pass_mark or Decimal("0.6")
    course.grading_categories = [
        GradingCategory(name=EXERCISES, weight=Decimal("0.6"), drop_lowest=1, sort_order=0),
        GradingCategory(name=FINAL, weight=Decimal("0.4"), aggregation=Aggregation.SUM, sort_order=1),
    ]
    course.save_revision().publish()
    last = course.get_children().live().order_by("path").last()
    for lesson in LessonPage.objects.descendant_of(course).order_by("path"):
        if lesson.knowledge_checks:
            is_final = lesson.is_descendant_of(last)
            lesson.grading_category = FINAL if is_final else EXERCISES
            lesson.graded_as = "" if is_final else lesson.get_parent().title
            lesson.save_revision().publish()


def set_grades(*, company: Company, courses: dict[str, CoursePage], until: date) -> None:
    """The instructor heard somebody out and set the grade of one exercise."""
    course = courses.get(GRADED)
    if course is None:
        return
    keys = [entry.page_key for entry in grading_plan(course).lessons]
    result = (
        Result.objects.filter(page_key__in=keys, enrollment__status__in=["active", "completed"])
        .exclude(enrollment__learner=company.accounts.instructor)
        .order_by("pk")
        .first()
    )
    if result is not None:
        override_grade(
            enrollment=result.enrollment,
            page_key=result.page_key,
            score=result.max_score,
            max_score=result.max_score,
            reason="Explained every answer in a talk",
            actor=company.accounts.instructor,
            at=datetime.combine(until, time(6, 0), UTC),
            source="demo",
        )

"""A gradebook as an instructor looks at it: part of its learners, in some order."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator

from accounts.selectors import people_matching
from assessment.selectors.grades import LearnerGrades, Plan, gradebook, grading_plan
from learning.models import Cohort, Enrollment
from learning.selectors.roster import PEOPLE_PER_PAGE, runs_of_course
from lms_pages.models import CoursePage

ORDERS = ("name", "best", "worst")


@dataclass(frozen=True)
class Desk:
    """A page of a gradebook; ``total`` is the number of people there are."""

    plan: Plan
    rows: tuple[LearnerGrades, ...]
    page: Page
    total: int


def desk(
    *, course: CoursePage, cohort: Cohort | None = None, query: str = "", order: str = "name", page: Any = 1
) -> Desk:
    """25 learners of a course or cohort, by name, or best or worst total first: a fixed number of queries.

    A total is computed, not stored, so the order by total reads everybody's scores; by name only those of the page.
    Who has no total stands last.
    """
    runs = runs_of_course(course, cohort)
    if query:
        found = people_matching(get_user_model().objects.all(), query)
        runs = runs.filter(learner__in=found.order_by().values("pk"))
    plan = grading_plan(course)
    if order not in ("best", "worst"):
        shown = Paginator(runs, PEOPLE_PER_PAGE).get_page(page)
        book = gradebook(course=course, enrollments=shown.object_list, plan=plan)
        return Desk(plan, book.rows, shown, shown.paginator.count)
    rows = gradebook(course=course, enrollments=runs, plan=plan).rows
    sign = -1 if order == "best" else 1
    # Stable: people of one total stay in the order of their names.
    ranked = sorted(rows, key=lambda row: (row.total.total is None, sign * (row.total.total or Decimal(0))))
    ranked_page = Paginator(ranked, PEOPLE_PER_PAGE).get_page(page)
    return Desk(plan, tuple(ranked_page.object_list), ranked_page, len(ranked))


def all_grades(*, course: CoursePage, cohort: Cohort | None = None) -> tuple[Plan, tuple[LearnerGrades, ...]]:
    """Everybody's grades, by name, for a file."""
    plan = grading_plan(course)
    runs: list[Enrollment] = list(runs_of_course(course, cohort))
    return plan, gradebook(course=course, enrollments=runs, plan=plan).rows

"""Loading the demo academy: courses, people, and their year."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from assessment.services import compute_item_statistics
from cms.demo.classes import form_classes
from cms.demo.content import write_courses
from cms.demo.grades import plan_grades, set_grades
from cms.demo.history import History
from cms.demo.pages import open_pages
from cms.demo.people import Company, hire
from cms.demo.quizzes import grade_essays
from cms.demo.reports import make_reports
from cms.demo.schedules import plan_reports
from gamification.services.settling import rebuild
from lms_pages.models import CatalogPage, CourseStaff

ESSAYS_THAT_WAIT = 7
TAUGHT_BY_INSTRUCTOR = ("sql-for-analysts", "giving-feedback")


@dataclass(frozen=True)
class Loaded:
    company: Company
    courses: int
    learners: int
    enrollments: int
    lessons: int
    answers: int

    def sentence(self) -> str:
        return (
            f"The demo academy is ready: {self.courses} courses, {self.learners} learners, {self.enrollments} enrollments, "
            f"{self.lessons} lessons done, {self.answers} answers."
        )


def load_demo(*, seed: int, until: date, learners: int, say: Callable[[str], object]) -> Loaded:
    """Fill an empty site. Call inside a transaction: a load that stops halfway leaves nothing."""
    rng = random.Random(seed)  # noqa: S311 (a demo, not a secret)
    say("Hiring people …")
    company = hire(rng=rng, learners=learners, until=until)
    say("Writing courses …")
    courses = write_courses(catalog=CatalogPage.objects.live().first(), user=company.accounts.editor)
    for slug in TAUGHT_BY_INSTRUCTOR:
        if slug in courses:
            CourseStaff.objects.create(course=courses[slug], user=company.accounts.instructor)
    plan_grades(courses)
    say("Living through a year …")
    totals = History(rng=rng, company=company, courses=courses, until=until).live()
    grade_essays(rng=rng, instructor=company.accounts.instructor, keep=ESSAYS_THAT_WAIT)
    form_classes(company=company, courses=courses, until=until)
    set_grades(company=company, courses=courses, until=until)
    compute_item_statistics()
    say("Counting points and badges …")
    rebuild()
    # Of its own chance, so that what comes later does not hang on it.
    open_pages(rng=random.Random(seed), until=until)  # noqa: S311
    plan_reports(company)
    make_reports(company)
    return Loaded(company, len(courses), len(company.learners), totals.enrollments, totals.lessons, totals.answers)

"""One course for each module of the dataset.

A lesson is a type of activity ("Forum"), not a site: each presentation has sites of its own, without titles, while a
course of Lectern has one set of lessons for all its runs. By site, most lessons of a course would belong to other runs
than the learner's, and the whole dataset would be 6,364 pages; by type it is about a hundred, and the clicks are the same.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from wagtail.models import Page

from benchmarks.oulad.dataset import Assessment, Dataset, Presentation
from lms_pages.grading import Aggregation
from lms_pages.models import CatalogPage, CoursePage, EnrollmentPolicy, GradingCategory, LessonPage, ModulePage

ORIGIN = "oulad"
KINDS = {"TMA": "Tutor-marked assignments", "CMA": "Computer-marked assignments", "Exam": "Exam"}
# What the types are called; any other type keeps its own name.
TYPES = {
    "dataplus": "Databases",
    "dualpane": "Two panes",
    "externalquiz": "External quiz",
    "folder": "Folder",
    "forumng": "Forum",
    "glossary": "Glossary",
    "homepage": "Home page",
    "htmlactivity": "Interactive page",
    "oucollaborate": "Online room",
    "oucontent": "Course text",
    "ouelluminate": "Online lecture",
    "ouwiki": "Wiki",
    "page": "Page",
    "questionnaire": "Questionnaire",
    "quiz": "Quiz",
    "repeatactivity": "Repeated activity",
    "resource": "Resources",
    "sharedsubpage": "Shared part of the site",
    "subpage": "Part of the site",
    "url": "Link",
}


@dataclass
class Course:
    """A module's pages: what people do, by type of activity, and what is graded, by name."""

    page: CoursePage
    activities: dict[str, LessonPage]
    graded: dict[str, LessonPage]


def make_courses(data: Dataset) -> dict[str, Course]:
    """By module. Pages are published as editors publish them."""
    types: dict[str, set[str]] = defaultdict(set)
    for presentation, kind in data.sites.values():
        types[presentation.module].add(kind)
    catalog = CatalogPage.objects.order_by("path").first()
    if catalog is None:
        raise LookupError("There is no catalog to put courses into.")
    modules = sorted({presentation.module for presentation in data.picked})
    return {module: make_course(catalog, module, sorted(types[module]), data) for module in modules}


def make_course(catalog: CatalogPage, module: str, types: list[str], data: Dataset) -> Course:
    runs = sorted((one for one in data.picked if one.module == module), key=lambda one: one.start)
    graded = graded_of(runs, data)
    course = CoursePage(
        title=f"Module {module}",
        summary=f"Module {module} of the Open University Learning Analytics Dataset.",
        enrollment_policy=EnrollmentPolicy.ASSIGNED,
        origin=ORIGIN,
        origin_key=module,
    )
    for kind in dict.fromkeys(entry.kind for entry in graded.values()):
        weight = sum((entry.weight for entry in graded.values() if entry.kind == kind), Decimal(0)) / 100
        course.grading_categories.add(
            GradingCategory(
                name=KINDS.get(kind, kind), short_label=kind, weight=weight, aggregation=Aggregation.WEIGHTED_MEAN
            )
        )
    publish(catalog, course)
    return Course(
        page=course,
        activities=lessons(course, "Activities", {kind: {"title": TYPES.get(kind, kind)} for kind in types}),
        graded=lessons(
            course,
            "Assessment",
            {
                name: {
                    "title": name,
                    "grading_category": KINDS.get(entry.kind, entry.kind),
                    "grading_weight": entry.weight / 100,
                }
                for name, entry in graded.items()
            },
        ),
    )


def graded_of(runs: list[Presentation], data: Dataset) -> dict[str, Assessment]:
    """By name, what is graded in ``runs``. Weights are the newest run's: a course has one set of them."""
    found: dict[str, Assessment] = {}
    for run in runs:
        for entry in data.assessments.values():
            if entry.presentation == run:
                found[entry.name] = entry
    return found


def lessons(course: CoursePage, title: str, wanted: dict[str, dict]) -> dict[str, LessonPage]:
    """A module with a lesson for each of ``wanted``. None is required: what of the site somebody finished was not recorded."""
    module = publish(course, ModulePage(title=title, origin=ORIGIN, origin_key=f"{course.origin_key}/{title}"))
    return {
        key: publish(
            module,
            LessonPage(is_required=False, origin=ORIGIN, origin_key=f"{course.origin_key}/{title}/{key}", **fields),
        )
        for key, fields in wanted.items()
    }


def publish(parent: Page, page: Page) -> Page:
    page.live = False
    parent.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page

"""In Open edX a graded section is one item; here its lessons are graded together."""

import pytest
from wagtail.models import Revision

from lms_pages.importers.olx.problems import points_of_weight
from lms_pages.models import CoursePage, LessonPage
from questions.models import Question
from tests.factories.olx import graded_course, whole_course

pytestmark = pytest.mark.django_db


def graded_as() -> dict[str, str]:
    return {page.title: page.graded_as for page in LessonPage.objects.order_by("path")}


def test_lessons_of_a_graded_section_are_graded_together(importing):
    importing(whole_course())
    assert graded_as() == {"Doors": "Part A", "Test": "Part A", "Opinions": "", "The end": ""}
    course = CoursePage.objects.get(origin="olx")
    assert course.graded_together == [{"grading_category": "Test", "graded_as": "Part A", "lessons": 2}]


def test_sections_of_one_name_stay_apart(importing):
    importing(
        graded_course(
            ("Week 1", "Quiz", "p"),
            ("Week 2", "Quiz", "pp"),
            ("Week 2", "Quiz", "p"),
            ("Week 2", "Essay", "p"),
            ("Week 3", "Week 2: Quiz", "p"),
        )
    )
    assert graded_as() == {
        "Unit 1": "Week 1: Quiz",
        "Unit 2": "Week 2: Quiz",
        "Unit 3": "Week 2: Quiz",
        "Unit 4": "Week 2: Quiz (2)",
        "Unit 5": "Essay",
        "Unit 6": "Week 2: Quiz (3)",
    }


def test_an_update_follows_the_sections_and_mends_courses_imported_before(importing):
    tree = graded_course(("Week 1", "Quiz", "pt"))
    importing(tree)
    for page in LessonPage.objects.all():
        page.graded_as = ""
        page.save_revision().publish()
    importing(tree, update=True)
    assert graded_as() == {"Unit 1": "Quiz", "Unit 2": "Quiz"}
    renamed = {name: str(text).replace("Quiz", "Test") for name, text in tree.items()}
    importing(renamed, update=True)
    assert graded_as() == {"Unit 1": "Test", "Unit 2": "Test"}


@pytest.mark.parametrize(
    ("attributes", "points"),
    [({}, [1, 1]), ({"weight": "5"}, [5, 5]), ({"weight": "0.0"}, [0, 0]), ({"weight": "none"}, [1, 1])],
)
def test_a_problem_is_worth_its_weight(importing, attributes, points):
    tree = graded_course(("Week 1", "Quiz", "pp"), **attributes)
    importing(tree)
    assert list(Question.objects.values_list("points", flat=True)) == points
    revisions = Revision.objects.count()
    importing(tree, update=True)
    assert Revision.objects.count() == revisions


@pytest.mark.parametrize(
    ("weight", "count", "points"),
    [
        ("", 2, ["1", "1"]),
        ("1", 3, ["0.33", "0.33", "0.34"]),
        ("10", 4, ["2.50", "2.50", "2.50", "2.50"]),
        ("0", 2, ["0.00", "0.00"]),
        ("-1", 1, ["1"]),
        ("1000", 1, ["1"]),
        ("NaN", 1, ["1"]),
        ("2", 0, []),
    ],
)
def test_questions_of_a_problem_share_its_weight(weight, count, points):
    assert [str(one) for one in points_of_weight(weight, count)] == points


def test_a_graded_section_of_which_nothing_arrives_is_said(importing):
    report = importing(graded_course(("Week 1", "Read", "t"), ("Week 1", "Sort", "td"), ("Week 1", "Both", "pd")))
    assert [(entry.type, entry.name, entry.place, entry.reason) for entry in report.notes] == [
        (
            "sequential",
            "Sort",
            "Week 1",
            "It is graded as “Homework” in the original, but nothing arrived that gives points, so it does not count. "
            "To grade it by hand, add a lesson with that category.",
        )
    ]

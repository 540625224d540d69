"""Courses as people wrote them by hand before Studio: all in one file, parts named by their file, old tags."""

import pytest

from lms_pages.models import CoursePage, LessonPage
from tests.lms_pages.importers.conftest import body, kinds

pytestmark = pytest.mark.django_db

CHOICE = (
    "<multiplechoiceresponse><choicegroup><choice correct='true'>a</choice><choice correct='false'>b</choice>"
    "</choicegroup></multiplechoiceresponse>"
)


def test_a_course_in_one_file(importing):
    report = importing(
        {
            "course.xml": (
                '<course org="Org" course="Num" url_name="2012_Fall" display_name="All in one">'
                '<chapter display_name="Week 1"><sequential display_name="Doors">'
                '<vertical display_name="Open"><html><p>Push&nbsp;it</p></html><problem display_name="Which?">'
                f"{CHOICE}</problem></vertical></sequential>"
                '<videosequence display_name="Films"><video youtube="0.75:slow,1.00:abc" display_name="A film"/>'
                '<html display_name="A text"><p>x</p></html></videosequence>'
                '<section display_name="Homework"><problem display_name="Again">'
                f"{CHOICE}</problem></section></chapter></course>"
            )
        }
    )
    assert (report.modules, report.sections, report.lessons, report.questions) == (1, 3, 4, 2)
    assert CoursePage.objects.get().origin_key == "course-v1:Org+Num+2012_Fall"
    assert [(page.title, page.section) for page in LessonPage.objects.order_by("path")] == [
        ("Open", "Doors"), ("A film", "Films"), ("A text", "Films"), ("Again", "Homework"),
    ]  # fmt: skip
    assert kinds("Open") == ["text", "knowledge_check"]
    assert body("A film")[0]["value"]["url"] == "https://www.youtube.com/watch?v=abc"
    assert report.skipped == []


def test_parts_named_by_their_file(importing):
    report = importing(
        {
            "course.xml": '<course org="Org" course="Num" url_name="run"/>',
            "course/run.xml": (
                '<course display_name="By file"><chapter display_name="C"><sequential display_name="S">'
                '<vertical display_name="Unit"><html filename="first" slug="intro"/><html filename="deep/er"/>'
                '<problem filename="H1P1" slug="h1p1"/></vertical></sequential></chapter></course>'
            ),
            "html/first.xml": "<html><p>One</p></html>",
            "html/deep/er.html": "<p>Two</p>",
            "problem/H1P1.xml": f"<problem>{CHOICE}</problem>",
        }
    )
    assert [block["value"] for block in body("Unit")[:2]] == ["<p>One</p>", "<p>Two</p>"]
    assert (kinds("Unit")[2:], report.questions, report.skipped) == (["knowledge_check"], 1, [])

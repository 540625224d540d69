"""An update keeps every id, makes no twins, and unpublishes what the export no longer has."""

import pytest
from wagtail.models import Revision

from learning.models import LessonProgress
from learning.services import complete_lesson
from library.models import Document, Image, Media
from lms_pages.exceptions import CourseRefused
from lms_pages.models import CatalogPage, CoursePage, LessonPage, ModulePage
from lms_pages.selectors import course_outline
from questions.models import Question
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_lesson, publish
from tests.factories.olx import PROBLEM, course_of, png, vertical, whole_course
from tests.lms_pages.importers.conftest import body, everything, lesson

pytestmark = pytest.mark.django_db


def identities() -> dict:
    """Every id that something may hang on."""
    return {
        "pages": {
            page.origin_key: (page.pk, str(page.translation_key), page.slug, page.path)
            for model in (ModulePage, LessonPage)
            for page in model.objects.exclude(origin="")
        },
        "blocks": {page.origin_key: [block["id"] for block in page.body.raw_data] for page in LessonPage.objects.all()},
        "questions": dict(Question.objects.values_list("origin_key", "pk")),
        "options": {
            question.origin_key: [item.id for item in question.value["options"].bound_blocks]
            for question in Question.objects.exclude(type__in=("numerical", "short_text"))
        },
        "files": [dict(model.objects.values_list("origin_key", "pk")) for model in (Image, Document, Media)],
    }


def test_the_same_export_again_changes_nothing(importing):
    first = importing(whole_course())
    ids, there, revisions = identities(), everything(), Revision.objects.count()
    second = importing(whole_course(), update=True)
    assert second.as_dict() == first.as_dict()
    assert identities() == ids
    assert everything() == there
    assert Revision.objects.count() == revisions


@pytest.mark.parametrize("answer", ["0.05", "1e-20", "1e3", "6.02e23", "1/3", "0"])
def test_a_number_of_any_size_is_the_same_number_again(importing, answer):
    problem = f'<problem url_name="p"><numericalresponse answer="{answer}"><textline/></numericalresponse></problem>'
    tree = course_of(vertical("One", problem))
    importing(tree)
    revisions = Revision.objects.count()
    importing(tree, update=True)
    assert Revision.objects.count() == revisions


def test_further_numbers_are_the_same_numbers_again(importing):
    problem = (
        '<problem url_name="p"><numericalresponse answer="1e3"><correcthint>Yes.</correcthint>'
        '<additional_answer answer="1/3"><correcthint>Too.</correcthint></additional_answer><textline/></numericalresponse></problem>'
    )
    tree = course_of(vertical("One", problem))
    importing(tree)
    question = Question.objects.get()
    assert [entry["number"] for entry in question.kind.to_data(question.value)["accepted"]] == [
        "1000",
        "0.333333333333333",
    ]
    revisions = Revision.objects.count()
    importing(tree, update=True)
    assert Revision.objects.count() == revisions


def test_update_of_a_course_that_is_not_there_imports_it(importing):
    assert importing(whole_course(), update=True).lessons == 4
    assert CoursePage.objects.get().live


def test_an_update_says_again_what_works_differently(importing):
    tree = whole_course()
    tree["course/run.xml"] = str(tree["course/run.xml"]).replace('language="en"', 'language="fi"')
    first = importing(tree)
    assert [(entry.type, entry.reason) for entry in first.notes] == [
        ("language", "The course is in “fi” and stands in a catalog in “en”.")
    ]
    assert importing(tree, update=True).notes == first.notes


def test_a_course_whose_id_differs_only_in_case_is_another_course(importing):
    importing(whole_course())
    ids = identities()
    tree = whole_course()
    tree["course.xml"] = str(tree["course.xml"]).replace('org="Org"', 'org="ORG"')
    report = importing(tree)
    assert report.removed == []
    assert {key: identities()["pages"][key] for key in ids["pages"]} == ids["pages"]
    assert LessonPage.objects.filter(live=True).count() == 8
    assert Question.objects.filter(live=True).count() == 2 * report.questions
    assert importing(whole_course(), update=True).removed == []


def test_changed_texts_arrive_under_the_same_ids(importing, django_capture_on_commit_callbacks):
    importing(whole_course())
    ids = identities()
    tree = whole_course()
    tree["html/h1.html"] = str(tree["html/h1.html"]).replace("Two doors", "Three doors").replace("First", "Number one")
    tree["problem/p1.xml"] = PROBLEM.replace("Which door is red?", "Which one is red?")
    tree["vertical/u4.xml"] = str(tree["vertical/u4.xml"]).replace(
        'display_name="The end"', 'display_name="The very end"'
    )
    tree["static/one/door.png"] = png("green", (4, 4))
    with django_capture_on_commit_callbacks(execute=True):
        importing(tree, update=True)
    assert identities() == ids
    assert body("Doors")[0]["value"] == "Three doors"
    assert "Number one" in body("Doors")[3]["value"]
    assert LessonPage.objects.filter(title="The very end", live=True).count() == 1
    assert Question.objects.filter(stem__contains="Which one is red?").count() == 1
    picture = Image.objects.get(origin_key__endswith="one/door.png")
    assert (picture.width, picture.file.open().read()) == (4, png("green", (4, 4)))
    assert len([name for name in everything()[-1] if "door" in name]) == 2


def test_progress_survives_an_update(importing):
    importing(whole_course())
    enrollment = make_enrollment(course=CoursePage.objects.get())
    complete_lesson(enrollment=enrollment, lesson=lesson("Doors"))
    tree = whole_course()
    tree["vertical/u1.xml"] = vertical("Doors, again", '<html url_name="h1"/>')
    importing(tree, update=True)
    progress = LessonProgress.objects.get()
    assert progress.lesson_key == lesson("Doors, again").translation_key
    enrollment.refresh_from_db()
    assert (enrollment.completed_lessons, enrollment.required_lessons) == (1, 4)


def test_what_is_gone_is_unpublished_and_listed_and_may_come_back(importing):
    importing(whole_course())
    ids = identities()
    tree = whole_course()
    tree["sequential/a.xml"] = '<sequential display_name="Part A"><vertical url_name="u1"/></sequential>'
    tree["course/run.xml"] = str(tree["course/run.xml"]).replace('<chapter url_name="two"/>', "")
    del tree["static/handbook.pdf"]
    report = importing(tree, update=True)
    assert [(entry.type, entry.name) for entry in report.removed] == [
        ("question", "All kinds (1)"),
        ("question", "All kinds (2)"),
        ("question", "All kinds (3)"),
        ("question", "All kinds (4)"),
        ("question", "All kinds (5)"),
        ("chapter", "Second"),
        ("vertical", "Test"),
        ("vertical", "The end"),
        ("asset", "handbook.pdf"),
    ]
    assert [entry.title for entry in course_outline(CoursePage.objects.get()).lessons] == ["Doors", "Opinions"]
    assert not ModulePage.objects.get(title="Second").live
    assert not Question.objects.get(title="All kinds (1)").live
    assert Document.objects.count() == 1
    importing(whole_course(), update=True)
    assert identities() == ids
    assert [entry.title for entry in course_outline(CoursePage.objects.get()).lessons] == [
        "Doors", "Test", "Opinions", "The end",
    ]  # fmt: skip


def test_lessons_move_with_the_export(importing):
    importing(whole_course())
    keys = {page.title: (page.pk, page.translation_key) for page in LessonPage.objects.all()}
    tree = whole_course()
    tree["course/run.xml"] = str(tree["course/run.xml"]).replace(
        '<chapter url_name="one"/><chapter url_name="two"/>', '<chapter url_name="two"/><chapter url_name="one"/>'
    )
    tree["sequential/a.xml"] = (
        '<sequential display_name="Part A"><vertical url_name="u4"/><vertical url_name="u1"/></sequential>'
    )
    tree["sequential/c.xml"] = '<sequential display_name="Part C"><vertical url_name="u2"/></sequential>'
    importing(tree, update=True)
    outline = course_outline(CoursePage.objects.get())
    assert [module.title for module in outline.modules] == ["Second", "First"]
    assert [entry.title for entry in outline.lessons] == ["Test", "The end", "Doors", "Opinions"]
    assert {page.title: (page.pk, page.translation_key) for page in LessonPage.objects.all()} == keys
    assert CoursePage.find_problems() == ([], [], [], [], [])


def test_lessons_and_settings_of_editors_stay(importing):
    importing(whole_course())
    course = CoursePage.objects.get()
    make_lesson(ModulePage.objects.get(title="First"), "Our own")
    course.level, course.lesson_order = "advanced", "in_order"
    course.save_revision().publish()
    importing(whole_course(), update=True)
    course.refresh_from_db()
    assert (course.level, course.lesson_order) == ("advanced", "in_order")
    assert [entry.title for entry in course_outline(course).lessons] == [
        "Doors",
        "Test",
        "Opinions",
        "Our own",
        "The end",
    ]


def test_update_leaves_the_course_in_its_catalog(importing):
    importing(whole_course())
    course = CoursePage.objects.get()
    publish(CatalogPage.objects.get().get_parent(), CatalogPage(title="Other", slug="other"))
    importing(whole_course(), update=True)
    importing(whole_course(), update=True, parent_slug="catalog")
    with pytest.raises(CourseRefused, match="stands in the catalog “catalog”"):
        importing(whole_course(), update=True, parent_slug="other")
    assert CoursePage.objects.get().get_parent().slug == course.get_parent().slug == "catalog"


def test_two_runs_of_one_course_stand_side_by_side(importing):
    importing(whole_course())
    tree = whole_course()
    tree["course.xml"] = '<course url_name="run2" org="Org" course="Num"/>'
    tree["course/run2.xml"] = tree.pop("course/run.xml")
    importing(tree)
    assert sorted(CoursePage.objects.values_list("slug", flat=True)) == ["safe-doors", "safe-doors-2"]
    assert LessonPage.objects.count() == 8
    assert Image.objects.count() == 6

"""What authors say about grading, and what the editor answers."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import CONTENT_EDITOR
from lms_pages.grading import weights_in_words
from lms_pages.models import GradingCategory, LessonPage
from tests.factories.accounts import make_person
from tests.factories.lms_pages import lessons_of


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([], "Without categories, all scores count together: points got of points there are."),
        ([".34", ".22", ".22", ".22"], "The weights add up to 100 %."),
        ([".5", ".6"], "The weights add up to 110 %. Each counts as its part of that."),
        (["0.125"], "The weights add up to 12.5 %. Each counts as its part of that."),
        (["3", "7"], "The weights add up to 1000 %. Each counts as its part of that."),
        (
            ["0", "0"],
            "The weights add up to 0 %, so the course has no total. Give at least one category a weight.",
        ),
    ],
)
def test_weights_are_added_up_in_words(weights, words):
    assert weights_in_words([Decimal(weight) for weight in weights]) == words


@pytest.fixture
def editor(client, db):
    client.force_login(make_person("Emil Editor", roles=(CONTENT_EDITOR,)))


def edit(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def graded(course, *names):
    for name in names:
        GradingCategory.objects.create(course=course, name=name, weight=Decimal("0.5"))
    return course


def test_the_editor_of_a_course_says_what_its_weights_add_up_to(client, editor, course):
    graded(course, "Papers", "Exam")
    course.refresh_from_db()
    course.save_revision().publish()
    assert "The weights add up to 100 %." in client.get(edit(course)).content.decode()


def test_the_editor_of_a_lesson_offers_the_categories_of_its_course(client, editor, course):
    graded(course, "Papers", "Exam")
    form = client.get(edit(lessons_of(course)[0])).context["form"]
    assert form.fields["grading_category"].widget.choices == [("", "none"), ("Papers", "Papers"), ("Exam", "Exam")]


def test_a_category_that_is_gone_stays_chosen_until_somebody_decides(client, editor, course):
    lesson = lessons_of(course)[0]
    lesson.grading_category = "Essays"
    lesson.save_revision().publish()
    graded(course, "Papers")
    form = client.get(edit(lesson)).context["form"]
    assert form.fields["grading_category"].widget.choices == [
        ("", "none"),
        ("Papers", "Papers"),
        ("Essays", "Essays (not a category of this course)"),
    ]
    assert LessonPage.objects.get(pk=lesson.pk).grading_category == "Essays"


def test_the_editor_offers_the_items_that_lessons_of_the_course_name(client, editor, course):
    for lesson, name in zip(lessons_of(course), ("Homework <1>", "Homework <1>", "Test"), strict=False):
        lesson.graded_as = name
        lesson.save_revision().publish()
    page = client.get(edit(lessons_of(course)[0])).content.decode()
    assert (
        '<datalist id="graded_as-known"><option value="Homework &lt;1&gt;"></option><option value="Test"></option>'
        in page
    )
    assert 'list="graded_as-known"' in page
    page = " ".join(client.get(edit(course)).content.decode().split())
    assert "2 items are made of lessons that are graded together" in page
    assert "Homework &lt;1&gt; · 2 lessons · without a category" in page


def test_the_form_of_a_new_lesson_offers_them_too(client, editor, course):
    graded(course, "Papers")
    module = lessons_of(course)[0].get_parent()
    response = client.get(reverse("wagtailadmin_pages:add", args=["lms_pages", "lessonpage", module.pk]))
    assert response.context["form"].fields["grading_category"].widget.choices == [("", "none"), ("Papers", "Papers")]

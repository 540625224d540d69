"""The shape of the tree, and half-written pages."""

import pytest
from wagtail.models import Page

from home.models import HomePage
from lms_pages.models import CatalogPage, CoursePage, LessonPage, ModulePage, QuizPage
from tests.factories.lms_pages import make_course, make_lesson
from tests.factories.questions import make_question

TREE = {
    HomePage: ({Page}, {CatalogPage}),
    CatalogPage: ({HomePage}, {CoursePage}),
    CoursePage: ({CatalogPage}, {ModulePage}),
    ModulePage: ({CoursePage}, {LessonPage, QuizPage}),
    LessonPage: ({ModulePage}, set()),
    QuizPage: ({ModulePage}, set()),
}


@pytest.mark.parametrize("model", TREE)
def test_each_page_type_has_its_one_place(model):
    parents, children = TREE[model]
    assert set(model.allowed_parent_page_models()) == parents
    assert set(model.allowed_subpage_models()) == children


@pytest.mark.django_db
def test_a_check_without_a_chosen_question_counts_none():
    course = make_course(modules=1, lessons=0)
    question = make_question()
    value = {
        "title": "",
        "questions": [{"type": "item", "id": "a", "value": None}, {"type": "item", "id": "b", "value": question.pk}],
    }
    lesson = make_lesson(
        course.get_children().get().specific, body=[{"type": "knowledge_check", "id": "check", "value": value}]
    )
    assert lesson.knowledge_checks == {"check": [question.pk]}

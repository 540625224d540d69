"""Editing pages: every editor opens, drafts may be unfinished, previews are drawn in each mode."""

import html

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from accounts.roles import CONTENT_EDITOR
from home.models import HomePage
from lms_pages.models import CoursePage, LessonPage, ModulePage
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import catalog, check_block, lessons_of, make_course, make_lesson, make_module
from tests.factories.questions import make_question

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    person = make_person("Emil Editor", roles=(CONTENT_EDITOR,))
    client.force_login(person)
    return person


def edit(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def lesson_form(**changes):
    return {
        "title": "A lesson", "slug": "a-lesson", "summary": "", "minutes": "5", "completion_rule": "button",
        "is_required": "on", "section": "", "body-count": "0", "seo_title": "", "search_description": "",
        "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", **changes,
    }  # fmt: skip


def body(*blocks):
    data = {"body-count": str(len(blocks))}
    for number, (kind, fields) in enumerate(blocks):
        prefix = f"body-{number}"
        data |= {f"{prefix}-deleted": "", f"{prefix}-order": str(number), f"{prefix}-type": kind, f"{prefix}-id": ""}
        data |= {f"{prefix}-{name}": value for name, value in fields.items()}
    return data


def test_every_page_types_editor_and_form_for_a_new_one_open(client, editor, course):
    lesson = lessons_of(course)[0]
    for page in (HomePage.objects.get(), catalog(), course, lesson.get_parent(), lesson):
        assert client.get(edit(page)).status_code == 200, page
    for model, parent in ((CoursePage, catalog()), (ModulePage, course), (LessonPage, lesson.get_parent())):
        address = reverse("wagtailadmin_pages:add", args=["lms_pages", model._meta.model_name, parent.pk])
        assert client.get(address).status_code == 200, model


def test_the_explorer_opens_at_every_level_in_menu_order(client, editor, course):
    lesson = lessons_of(course)[0]
    for page in (HomePage.objects.get(), catalog(), course, lesson.get_parent()):
        response = client.get(reverse("wagtailadmin_explore", args=[page.pk]))
        assert response.status_code == 200
    shown = [page.pk for page in response.context["object_list"]]
    assert shown == [page.pk for page in lesson.get_parent().get_children()]


def test_half_filled_blocks_are_kept_in_a_draft(client, editor, course):
    lesson = lessons_of(course)[0]
    blocks = body(
        ("heading", {"value": ""}),
        ("image", {"value-image": "", "value-alt": "", "value-caption": ""}),
        ("quote", {"value-text": "", "value-source": ""}),
        ("embed", {"value-url": "", "value-title": "", "value-transcript": ""}),
        ("callout", {"value-kind": "note", "value-title": "", "value-text": rich_text("")}),
        ("knowledge_check", {"value-title": "", "value-questions-count": "1", "value-questions-0-deleted": "",
                             "value-questions-0-order": "0", "value-questions-0-type": "item",
                             "value-questions-0-id": "", "value-questions-0-value": ""}),
    )  # fmt: skip
    response = client.post(edit(lesson), lesson_form(**blocks))
    assert response.status_code == 302, response.context["form"].errors
    lesson.refresh_from_db()
    draft = lesson.get_latest_revision_as_object()
    assert [block.block_type for block in draft.body] == [
        "heading", "image", "quote", "embed", "callout", "knowledge_check",
    ]  # fmt: skip
    assert list(draft.knowledge_checks.values()) == [[]]
    view = client.get(reverse("wagtailadmin_pages:view_draft", args=[lesson.pk]))
    assert view.status_code == 200


def test_a_draft_that_is_unfinished_is_not_published(client, editor, course):
    lesson = lessons_of(course)[0]
    before = lesson.live_revision_id
    blocks = body(("image", {"value-image": "", "value-alt": "", "value-caption": ""}))
    response = client.post(edit(lesson), {**lesson_form(**blocks), "action-publish": "yes"})
    assert response.status_code == 200
    lesson.refresh_from_db()
    assert lesson.live_revision_id == before


def test_a_lesson_done_by_checks_needs_a_check(client, editor, course):
    lesson = lessons_of(course)[1]
    data = lesson_form(completion_rule="checks")
    refused = client.post(edit(lesson), {**data, "action-publish": "yes"})
    assert "This lesson has no knowledge check." in refused.content.decode()
    lesson.refresh_from_db()
    assert lesson.completion_rule == "button"

    assert client.post(edit(lesson), data).status_code == 302


def test_editing_a_draft_touches_no_run(client, editor, course, learner):
    run = make_enrollment(learner, course, done=1)
    before = (run.completed_lessons, run.required_lessons)
    client.post(
        edit(lessons_of(course)[3]), {key: value for key, value in lesson_form().items() if key != "is_required"}
    )
    run.refresh_from_db()
    assert (run.completed_lessons, run.required_lessons) == before


@pytest.mark.parametrize("mode", ["visitor", "enrolled", "completed"])
def test_previews_are_drawn_in_each_mode_even_of_a_course_that_is_a_draft(client, editor, mode):
    course = make_course(modules=1, lessons=1)
    check = make_lesson(
        lessons_of(course)[0].get_parent().specific, body=[check_block(make_question(), make_question("poll"))]
    )
    course.unpublish()
    for page, data in (
        (check, lesson_form()),
        (course, {"title": course.title, "slug": course.slug, "summary": "One sentence.", "about": rich_text(""),
                  "level": "beginner", "enrollment_policy": "open", "lesson_order": "free", "visibility": "people",
                  "outcomes-count": "0", "grading_categories-TOTAL_FORMS": "0",
                  "grading_categories-INITIAL_FORMS": "0", "comments-TOTAL_FORMS": "0",
                  "comments-INITIAL_FORMS": "0"}),
    ):  # fmt: skip
        address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
        assert client.post(address, data).json() == {"is_valid": True, "is_available": True}
        drawn = client.get(f"{address}?mode={mode}")
        assert drawn.status_code == 200
        assert "<h1" in drawn.content.decode()


def test_saved_rich_text_is_cleaned_whatever_the_browser_sends(client, editor, course):
    lesson = lessons_of(course)[0]
    hostile = rich_text('<p>Good <a href="javascript:alert(1)">link</a></p>')
    client.post(edit(lesson), {**lesson_form(**body(("text", {"value": hostile}))), "action-publish": "yes"})
    lesson.refresh_from_db()
    assert "javascript:" not in str(lesson.body[0].value)


def test_editors_publish_and_submit_to_nobody(client, editor, course):
    for page in (course, lessons_of(course)[0]):
        response = client.get(edit(page))
        assert "Submit to" not in response.content.decode()
        menu = response.context["action_menu"]
        assert menu.default_item.name == "action-publish"
        assert menu.menu_items[0].name == "action-save-draft"


@pytest.mark.parametrize("kind", ["essay", "single_choice"])
def test_publishing_an_essay_in_a_lesson_says_that_nobody_grades_it(client, editor, kind):
    question = make_question(kind, title="Write a letter")
    lesson = make_lesson(make_module(make_course(modules=0)))
    chosen = {"count": "1", "0": {"value": str(question.pk), "deleted": "", "order": "0"}}
    check = {"body": streamfield([("knowledge_check", {"title": "", "questions": chosen})])}
    form = lesson_form(slug=lesson.slug) | nested_form_data(check) | {"action-publish": "action-publish"}
    said = html.unescape(client.post(edit(lesson), form, follow=True).content.decode())
    lesson.refresh_from_db()
    assert list(lesson.knowledge_checks.values()) == [[question.pk]]
    words = (
        "“Write a letter” is asked in a knowledge check, where nobody grades it. Ask it in a quiz if somebody should."
    )
    assert (words in said) == (kind == "essay")

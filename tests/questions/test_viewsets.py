"""Writing questions in the admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.icons import get_icons
from wagtail.test.utils.form_data import rich_text

from accounts.roles import CONTENT_EDITOR
from library.models import Skill
from questions.models import Question
from questions.types import QUESTION_TYPES
from tests.factories.accounts import make_person
from tests.factories.questions import make_question, option_ids

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"wagtailsnippets_questions_question:{name}", args=args)


@pytest.fixture
def editor(client):
    person = make_person("Emil Editor", roles=(CONTENT_EDITOR,))
    client.force_login(person)
    return person


def results(*names):
    """Form data of empty feedback on each result."""
    return {f"definition-0-value-feedback_{name}": rich_text("") for name in names}


def options(*rights):
    """Form data of a single-choice definition with one option per flag."""
    data = {"definition-0-value-options-count": str(len(rights)), **results("right", "partly", "wrong")}
    for number, is_right in enumerate(rights):
        prefix = f"definition-0-value-options-{number}"
        data |= {f"{prefix}-deleted": "", f"{prefix}-order": str(number), f"{prefix}-type": "item", f"{prefix}-id": ""}
        data |= {
            f"{prefix}-value-text": rich_text(f"<p>Option {number}</p>"),
            f"{prefix}-value-feedback": rich_text(""),
            f"{prefix}-value-credit": "",
        }
        if is_right:
            data[f"{prefix}-value-is_right"] = "on"
    return data


def form(definition, kind="single_choice", **changes):
    return {
        "title": "Sky", "stem": rich_text("<p>What color is the sky?</p>"), "feedback": rich_text(""),
        "hint": rich_text(""), "solution": rich_text(""), "points": "1", "resource_page": "", "resource_url": "",
        "difficulty": "easy", "definition-count": "1", "definition-0-deleted": "", "definition-0-order": "0",
        "definition-0-type": kind, "definition-0-id": "", **definition, **changes,
    }  # fmt: skip


def test_first_the_kind_is_chosen(client, editor):
    text = client.get(url("add")).content.decode()
    for kind in QUESTION_TYPES.values():
        assert f"?kind={kind.name}" in text
        assert str(kind.label) in text


@pytest.mark.parametrize("kind", list(QUESTION_TYPES))
def test_the_form_opens_with_the_kinds_block(client, editor, kind):
    response = client.get(url("add"), {"kind": kind})
    (block,) = response.context["form"].instance.definition
    assert block.block_type == kind
    if "options" in block.value:
        assert len(block.value["options"]) == 3


def test_no_right_option_is_refused_on_publishing_with_a_sentence(client, editor):
    response = client.post(url("add"), {**form(options(False, False, False)), "action-publish": "yes"})
    assert response.status_code == 200
    assert response.context["form"].errors.as_data()["definition"][0].non_block_errors.as_data()[0].message == (
        "Mark exactly one option as right; 0 are marked."
    )
    assert "Mark exactly one option as right; 0 are marked." in response.content.decode()
    assert not Question.objects.exists()


def test_the_same_question_is_kept_as_a_draft(client, editor):
    response = client.post(url("add"), form(options(False, False)))
    assert response.status_code == 302
    question = Question.objects.get()
    assert (question.live, question.type) == (False, "single_choice")
    assert question.problems == ["Mark exactly one option as right; 0 are marked."]


def test_a_right_question_is_published(client, editor):
    client.post(url("add"), {**form(options(False, True)), "action-publish": "yes"})
    question = Question.objects.get()
    assert question.live
    assert option_ids(question, right=True) == [question.value["options"].bound_blocks[1].id]


def test_an_empty_draft_is_kept_and_its_list_still_opens(client, editor):
    data = form({}, title="Half a thought", stem=rich_text(""))
    data["definition-count"] = "0"
    assert client.post(url("add"), data).status_code == 302
    question = Question.objects.get()
    assert question.problems == []
    text = client.get(url("list")).content.decode()
    assert "Half a thought" in text


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        ("short_text", {"definition-0-value-accepted-count": "0", **results("right", "wrong")}),
        (
            "numerical",
            {
                "definition-0-value-accepted-count": "0",
                "definition-0-value-unit": "",
                **results("right", "wrong"),
            },
        ),
        ("ordering", {"definition-0-value-items-count": "0", **results("right", "partly", "wrong")}),
        (
            "gaps",
            {
                "definition-0-value-text": rich_text(""),
                "definition-0-value-gaps-count": "0",
                **results("right", "partly", "wrong"),
            },
        ),
    ],
)
def test_half_filled_answers_are_kept_as_drafts_and_refused_on_publishing(client, editor, kind, definition):
    assert client.post(url("add"), form(definition, kind)).status_code == 302
    assert client.post(url("add"), {**form(definition, kind), "action-publish": "yes"}).status_code == 200
    question = Question.objects.get()
    assert not question.live
    assert client.get(url("edit", question.pk)).status_code == 200


@pytest.mark.indexed
def test_the_list_filters_by_kind_difficulty_skill_and_state(client, editor):
    skill = Skill.objects.create(name="Joins", slug="joins")
    choice, poll = make_question(title="Choice"), make_question("poll", title="Poll", difficulty="hard")
    choice.skills.add(skill)
    choice.save()
    poll.unpublish()

    def found(**query):
        return {question.title for question in client.get(url("list"), query).context["object_list"]}

    assert found(type="poll") == {"Poll"}
    assert found(difficulty="hard") == {"Poll"}
    assert found(skills=skill.pk) == {"Choice"}
    assert found(live="live") == {"Choice"}
    assert found(live="draft") == {"Poll"}
    assert found(q="choi") == {"Choice"}
    assert "Joins" in client.get(url("list")).content.decode()


def test_the_list_costs_the_same_for_three_and_for_thirty(client, editor):
    def queries():
        client.get(url("list"))
        with CaptureQueriesContext(connection) as captured:
            client.get(url("list"))
        return len(captured)

    skill = Skill.objects.create(name="Joins", slug="joins")

    def grow(count):
        for _number in range(count):
            question = make_question()
            question.skills.add(skill)
            question.save()

    grow(3)
    before = queries()
    grow(27)
    assert queries() == before


def test_a_copy_is_a_draft_of_its_own(client, editor):
    original = make_question(title="Original", origin="olx", origin_key="course/1")
    page = client.get(url("copy", original.pk))
    assert page.context["form"].initial["title"] == "Original"
    for address in (url("copy", original.pk), page.context["action_url"]):
        client.post(address, form(options(True, False), title="Copy"))
    original.refresh_from_db()
    first, second = Question.objects.filter(title="Copy")
    assert {first.origin, second.origin} == {""}
    assert len({original.uuid, first.uuid, second.uuid}) == 3
    assert (original.title, original.origin_key, first.live) == ("Original", "course/1", False)


def test_every_kind_has_an_icon_the_admin_knows():
    known = get_icons()
    for kind in QUESTION_TYPES.values():
        assert f'id="icon-{kind.icon}"' in known, kind.name
        assert kind.description


@pytest.mark.indexed
def test_the_chooser_offers_questions_by_name(client, editor):
    make_question(title="Sky color")
    results = client.get(reverse("wagtailsnippetchoosers_questions_question:choose_results"), {"q": "sky"})
    assert "Sky color" in results.content.decode()


@pytest.mark.parametrize("kind", list(QUESTION_TYPES))
def test_the_preview_draws_each_kind(client, editor, kind):
    question = make_question(kind)
    response = client.get(url("revisions_view", question.pk, question.latest_revision_id))
    assert response.status_code == 200
    assert "What is the answer to number" in response.content.decode()


def test_an_empty_bank_says_so_in_plain_words(client, editor):
    chooser = "wagtailsnippetchoosers_questions_question"
    shown = client.get(reverse(f"{chooser}:choose")).json()["html"]
    assert "Choose a question" in shown
    assert "The question bank is empty." in shown
    assert url("add") in shown
    assert "question snippets" not in shown

    make_question(title="Sky")
    shown = client.get(reverse(f"{chooser}:choose_results")).content.decode()
    assert "Single choice" in shown
    nothing = client.get(reverse(f"{chooser}:choose_results"), {"q": "sea"}).content.decode()
    assert "Try fewer words." in nothing

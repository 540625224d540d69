"""The question bank is for those who write questions, each in their collections."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission
from wagtail.test.utils.form_data import rich_text

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, INSTRUCTOR
from questions.models import Question
from questions.policies import question_policy, visible_to
from tests.factories.accounts import make_person
from tests.factories.lms_pages import check_block, make_course, make_lesson, make_module
from tests.factories.questions import make_question

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"wagtailsnippets_questions_question:{name}", args=args)


@pytest.fixture
def collections():
    root = Collection.get_first_root_node()
    return [root.add_child(name=name) for name in ("Safety", "Sales")]


@pytest.fixture
def author(collections):
    """May write, but not publish, in one collection, and only see in the other."""
    group = Group.objects.create(name="Safety authors")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    safety, sales = collections
    rights = [(safety, "add"), (safety, "change"), (safety, "delete"), (sales, "view")]
    for collection, action in rights:
        permission = Permission.objects.get(content_type__app_label="questions", codename=f"{action}_question")
        GroupCollectionPermission.objects.create(group=group, collection=collection, permission=permission)
    person = make_person("Ada Author")
    person.groups.add(group)
    return person


def test_editors_see_the_bank_and_learners_nothing_of_it(learner, anonymous):
    question = make_question()
    for role in (CONTENT_EDITOR, ADMINISTRATOR):
        person = make_person(roles=(role,))
        assert list(visible_to(person, Question.objects.all())) == [question]
        for action in ("view", "add", "change", "publish", "delete"):
            assert question_policy.user_has_permission_for_instance(person, action, question)
    for viewer in (learner, anonymous, make_person(roles=(INSTRUCTOR,))):
        assert list(visible_to(viewer, Question.objects.all())) == []


def test_an_author_sees_own_collections_and_those_below_and_no_others(author, collections):
    safety, sales = collections
    below = safety.add_child(name="Fire")
    here, there, deep = (make_question(collection=one) for one in (safety, sales, below))
    make_question()
    assert set(visible_to(author, Question.objects.all())) == {here, there, deep}


def test_the_list_filters_and_the_chooser_keep_to_the_collections(client, author, collections):
    client.force_login(author)
    make_question(title="Elsewhere")
    own = make_question(title="Own", collection=collections[0])
    make_question(title="Seen", collection=collections[1])

    def found(**query):
        return {question.title for question in client.get(url("list"), query).context["object_list"]}

    assert found() == {"Own", "Seen"}
    assert found(collection=collections[0].pk) == {"Own"}
    root = Collection.get_first_root_node()
    assert "Elsewhere" not in client.get(url("list"), {"collection": root.pk}).content.decode()
    chooser = "wagtailsnippetchoosers_questions_question"
    assert "Elsewhere" not in client.get(reverse(f"{chooser}:choose_results")).content.decode()
    assert client.get(reverse(f"{chooser}:chosen", args=[own.pk])).status_code == 200
    other = Question.objects.get(title="Elsewhere")
    assert client.get(reverse(f"{chooser}:chosen", args=[other.pk])).status_code == 404


ADDRESSES = ["edit", "delete", "history", "usage", "copy", "unpublish"]


@pytest.mark.parametrize("name", ADDRESSES)
def test_outside_the_collections_every_screen_is_a_404(client, author, name):
    client.force_login(author)
    question = make_question()
    assert client.get(url(name, question.pk)).status_code == 404
    assert client.post(url(name, question.pk)).status_code == 404
    assert Question.objects.get().live


@pytest.mark.parametrize("name", ["edit", "delete", "unpublish"])
def test_what_may_only_be_seen_is_not_changed(client, author, collections, name):
    client.force_login(author)
    question = make_question(collection=collections[1])
    response = client.post(url(name, question.pk))
    assert (response.status_code, response.url) == (302, reverse("wagtailadmin_home"))
    assert Question.objects.get().live


def form(question, **changes):
    return {
        "title": "Changed", "stem": rich_text("<p>Why?</p>"), "feedback": rich_text(""), "hint": rich_text(""),
        "solution": rich_text(""), "points": "1", "resource_page": "", "resource_url": "", "difficulty": "easy",
        "definition-count": "1", "definition-0-deleted": "", "definition-0-order": "0",
        "definition-0-type": "true_false", "definition-0-id": "", "definition-0-value-answer": "true",
        **{f"definition-0-value-feedback_{name}": rich_text("") for name in ("true", "false", "right", "wrong")},
        **changes,
    }  # fmt: skip


def test_who_may_not_publish_keeps_drafts_and_gets_no_button(client, author, collections):
    client.force_login(author)
    question = make_question("true_false", collection=collections[0])
    page = client.get(url("edit", question.pk)).content.decode()
    assert "action-publish" not in page
    assert client.post(url("edit", question.pk), form(question)).status_code == 302
    client.post(url("edit", question.pk), form(question, **{"action-publish": "yes"}))
    question.refresh_from_db()
    assert (question.has_unpublished_changes, question.title) == (True, question.title)
    assert question.title != "Changed"


def test_a_right_to_publish_in_one_collection_is_none_in_another(client, author, collections):
    safety, sales = collections
    rows = [(safety, "publish"), (sales, "change"), (sales, "add")]
    for collection, action in rows:
        permission = Permission.objects.get(codename=f"{action}_question")
        GroupCollectionPermission.objects.create(
            group=author.groups.get(name="Safety authors"), collection=collection, permission=permission
        )
    client.force_login(author)
    here, there = (make_question("true_false", collection=one) for one in collections)
    assert "action-publish" in client.get(url("edit", here.pk)).content.decode()
    assert "action-publish" not in client.get(url("edit", there.pk)).content.decode()
    publish = {"action-publish": "yes"}
    assert client.post(url("edit", here.pk), form(here, collection=safety.pk, **publish)).status_code == 302
    refused = client.post(url("edit", there.pk), form(there, collection=sales.pk, **publish))
    assert "You may not publish in this collection." in refused.content.decode()
    moved = client.post(url("edit", here.pk), form(here, collection=sales.pk, title="Moved", **publish))
    assert moved.status_code == 200
    titles = set(Question.objects.values_list("title", flat=True))
    assert titles == {"Changed", there.title}


def test_a_new_question_goes_where_its_author_may_add(client, author, collections):
    client.force_login(author)
    assert client.post(url("add"), form(None, collection=Collection.get_first_root_node().pk)).status_code == 302
    assert Question.objects.get().collection == collections[0]


def test_a_collection_with_questions_says_so_before_it_is_deleted(admin_client, collections):
    make_question(collection=collections[0])
    page = admin_client.get(reverse("wagtailadmin_collections:delete", args=[collections[0].pk])).content.decode()
    assert "1 question" in page
    admin_client.post(reverse("wagtailadmin_collections:delete", args=[collections[0].pk]))
    assert Question.objects.exists()


def test_rights_are_granted_in_the_form_of_a_group(admin_client):
    group = Group.objects.get(name=CONTENT_EDITOR)
    page = admin_client.get(reverse("wagtailusers_groups:edit", args=[group.pk])).content.decode()
    assert "Publish questions and take them back" in page
    assert "Can delete question" not in page


def test_the_bank_says_nothing_about_learners_lessons(learner, client):
    """A learner meets questions only in lessons."""
    client.force_login(learner)
    question = make_question()
    make_lesson(make_module(make_course(modules=0)), body=[check_block(question)])
    assert client.get(url("edit", question.pk)).status_code == 302


def test_several_questions_are_chosen_only_where_they_may_be_seen(client, author, collections):
    client.force_login(author)
    here, hidden = make_question(collection=collections[0]), make_question()
    address = Question.snippet_viewset.chooser_viewset.get_url_name("chosen_multiple")
    (result,) = client.get(reverse(address), {"id": [here.pk, hidden.pk]}).json()["result"]
    assert result["id"] == str(here.pk)

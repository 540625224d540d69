"""Badges in the admin: the listing, the editor, and what it refuses."""

import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Revision
from wagtail.test.utils.form_data import nested_form_data, streamfield

from accounts.roles import ADMINISTRATOR, INSTRUCTOR
from gamification.criteria import PointsReached
from gamification.models import Badge
from gamification.models.badges import Drawing
from gamification.selectors.badges import tree_of
from gamification.services.badges import give_badge
from library.models import Topic
from tests.factories.accounts import make_person
from tests.factories.gamification import make_badge, part

pytestmark = pytest.mark.django_db

LIST = "wagtailsnippets_gamification_badge:list"
ADD = "wagtailsnippets_gamification_badge:add"
EDIT = "wagtailsnippets_gamification_badge:edit"


@pytest.fixture
def administrator(client):
    person = make_person("Ada Administrator", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


def posted(*parts, publish=True, **fields):
    """The form as a browser sends it; a part is (kind, value), and a group's value holds its parts as a stream."""
    values = {"name": "Safe hands", "description": "Works safely.", "drawing": "shield", "rarity": "rare", **fields}
    data = nested_form_data({**values, "criteria": streamfield(list(parts))})
    if publish:
        data["action-publish"] = "1"
    return data


def grouped(match, *parts, least=""):
    return ("group", {"match": match, "least": least, "parts": streamfield(list(parts))})


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_an_administrator_builds_two_safety_courses_and_a_quiz_or_a_streak(client, administrator):
    safety = Topic.objects.create(name="Safety", slug="safety")
    data = posted(
        ("courses", {"count": "2", "topic": str(safety.pk)}),
        grouped("any", ("quiz", {"quiz": "", "percent": "90", "attempt": "best"}), ("streak", {"days": "5"})),
    )
    assert client.get(reverse(ADD)).status_code == 200
    response = client.post(reverse(ADD), data, follow=True)
    badge = Badge.objects.get(name="Safe hands")
    assert (badge.live, badge.first_published_at is not None) == (True, True)
    html = words(response)
    # From the message and from the row.
    assert html.count(reverse("gamification_badge_who", args=[badge.pk])) == 2
    assert "Two courses of the topic Safety, and (a quiz at 90 % or better, or a 5-day streak)" in html
    edit = words(client.get(reverse(EDIT, args=[badge.pk])))
    assert "Two courses of the topic Safety, and (a quiz at 90 % or better, or a 5-day streak).</p>" in edit
    assert reverse("gamification_badge_who", args=[badge.pk]) in edit
    assert client.get(reverse("wagtailsnippets_gamification_badge:history", args=[badge.pk])).status_code == 200


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [("streak", {"days": "5"}), grouped("any")],
        [grouped("all", grouped("any"))],
        [grouped("some", ("streak", {"days": "5"}), least="2")],
    ],
)
def test_a_draft_may_be_unfinished_and_is_not_given(client, administrator, parts):
    """It saves itself while somebody builds it, so also with a group that holds too little yet."""
    client.post(reverse(ADD), posted(*parts, publish=False))
    badge = Badge.objects.get(name="Safe hands")
    latest = badge.get_latest_revision_as_object()
    assert (badge.live, len(latest.criteria), tree_of(latest.criteria)) == (False, len(parts), None)
    who = words(client.get(reverse("gamification_badge_who", args=[badge.pk])))
    assert "Nobody can meet these criteria: they are not complete" in who


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([], "Say what has to be done: add at least one criterion."),
        ([grouped("any")], "This group is empty. Add what has to be met, or delete the group."),
        ([("streak", {"days": "5"}), grouped("all", grouped("any"))], "This group is empty."),
        (
            [grouped("some", ("streak", {"days": "5"}), ("points", {"points": "9"}), least="3")],
            "This group has only 2 parts, so 3 of them can never be met.",
        ),
        ([grouped("some", ("streak", {"days": "5"}))], "Say how many of these are needed."),
        (
            [("points", {"points": "9"})] * 51,
            "These criteria have 51 parts, and 50 at most can be explained to anybody.",
        ),
        (
            [("quiz", {"quiz": "", "percent": "101", "attempt": "best"})],
            "Ensure this value is less than or equal to 100.",
        ),
    ],
)
def test_what_cannot_be_met_or_explained_is_refused_with_a_sentence(client, administrator, parts, sentence):
    before = (Badge.objects.count(), Revision.objects.count())
    response = client.post(reverse(ADD), posted(*parts))
    assert response.status_code == 200
    assert sentence in words(response)
    assert (Badge.objects.count(), Revision.objects.count()) == before


def test_five_hundred_parts_are_refused_before_they_are_read(client, administrator):
    badge = make_badge(part("points", points=70))
    parts = [grouped("any", *[("quiz", {"quiz": "1", "percent": "90", "attempt": "best"})] * 99)] * 5
    data = posted(*parts, name=badge.name)
    revision = badge.latest_revision_id
    client.get(reverse(EDIT, args=[badge.pk]))
    began = time.monotonic()
    with CaptureQueriesContext(connection) as asked:
        response = client.post(reverse(EDIT, args=[badge.pk]), data)
    taken = time.monotonic() - began
    assert "These criteria have 500 parts" in words(response)
    assert len(asked) < 100
    assert taken < 5
    badge.refresh_from_db()
    assert (badge.latest_revision_id, tree_of(badge.criteria)) == (revision, PointsReached(points=70))


def test_the_listing_costs_the_same_for_two_and_for_twenty(client, administrator):
    topic = Topic.objects.create(name="Safety", slug="safety")

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(LIST)).status_code == 200
        return len(asked)

    make_badge(part("courses", count=1, topic=topic))
    queries()
    few = queries()
    for _place in range(18):
        badge = make_badge(part("courses", count=1, topic=topic))
        give_badge(badge=badge, learner=make_person(), reason="x", actor=administrator)
    assert queries() == few


def test_the_drawing_is_chosen_by_its_picture(client, administrator):
    html = words(client.get(reverse(EDIT, args=[make_badge(drawing="flame").pk])))
    shown = re.findall(r'<input type="radio" name="drawing" value="(\w+)"[^>]*?( checked)?> <img src="([^"]+)"', html)
    assert shown == [
        (name, " checked" if name == "flame" else "", f"/static/img/badges/{name}.svg") for name in Drawing.values
    ]
    for label in Drawing.labels:
        assert f"<span>{label}</span>" in html


def test_only_those_with_the_right_see_badges(client):
    client.force_login(make_person(roles=(INSTRUCTOR,)))
    assert client.get(reverse(LIST)).status_code in (302, 403)
    assert client.post(reverse(ADD), posted(("points", {"points": "1"}))).status_code in (302, 403)
    assert not Badge.objects.filter(name="Safe hands").exists()

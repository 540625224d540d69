"""Profiles, who may see them, and one's own ledger."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gamification.models import GamificationSettings, LearnerProfile, Visibility
from gamification.services.badges import give_badge
from gamification.services.points import adjust_points
from gamification.services.profiles import save_choices
from gamification.services.settling import settle_learner
from tests.factories.accounts import make_person, make_team
from tests.factories.gamification import make_badge, part
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return " ".join(response.content.decode().split())


def page_of(person) -> str:
    return reverse("gamification:person", args=[person.uuid])


@pytest.fixture
def learner():
    learner = make_completed(
        learner=make_person("Lea Learner"), course=make_course("Fire safety", modules=1, lessons=2, with_check=False)
    ).learner
    settle_learner(learner_id=learner.pk)
    return learner


def test_a_profile_shows_points_level_and_badges_to_its_owner(client, learner):
    client.force_login(learner)
    page = client.get(page_of(learner)).content.decode()
    assert "125" in page
    assert "Learner" in page
    assert "First steps" in page
    assert "What others see" in page


@pytest.mark.parametrize(
    ("visibility", "stranger", "mate"),
    [(Visibility.NOBODY, 404, 404), (Visibility.COLLEAGUES, 404, 200), (Visibility.EVERYONE, 200, 200)],
)
def test_others_see_what_its_owner_lets_them(client, learner, visibility, stranger, mate):
    save_choices(learner=learner, visibility=visibility, on_leaderboards=True)
    colleague = make_enrollment(course=learner.enrollments.get().course).learner
    for viewer, status in ((make_person(), stranger), (colleague, mate)):
        client.force_login(viewer)
        answer = client.get(page_of(learner))
        assert answer.status_code == status
        assert b"What others see" not in answer.content


def test_a_hidden_badge_is_a_surprise_on_the_pages_of_others_too(client, learner):
    hidden = make_badge(part("courses", count=1, topic=None), name="Secret garden", is_hidden=True)
    settle_learner(learner_id=learner.pk)
    colleague = make_enrollment(course=learner.enrollments.get().course).learner
    for viewer, is_shown in ((learner, True), (colleague, False)):
        client.force_login(viewer)
        # The first page tells its reader what is new.
        client.get(page_of(viewer))
        page = client.get(page_of(learner)).content.decode()
        assert ("Secret garden" in page, "First steps" in page) == (is_shown, True)
    give_badge(badge=hidden, learner=colleague, reason="Found the key.", actor=make_person())
    client.get(page_of(colleague))
    assert "Secret garden" in client.get(page_of(learner)).content.decode()


def test_managers_and_administrators_always_see_it(client, learner):
    save_choices(learner=learner, visibility=Visibility.NOBODY, on_leaderboards=True)
    manager = make_person(roles=("manager",))
    make_team(managers=[manager], members=[learner])
    for viewer in (manager, make_person(roles=("administrator",))):
        client.force_login(viewer)
        assert client.get(page_of(learner)).status_code == 200


def test_visitors_sign_in_first(client, learner):
    answer = client.get(page_of(learner))
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


def test_the_owner_chooses_who_sees_it(client, learner):
    client.force_login(learner)
    answer = client.post(page_of(learner), {"visibility": "nobody"})
    assert answer.status_code == 302
    profile = LearnerProfile.objects.get(learner=learner)
    assert (profile.visibility, profile.on_leaderboards, profile.balance) == ("nobody", False, 125)


def test_a_choice_that_does_not_exist_changes_nothing(client, learner):
    client.force_login(learner)
    assert client.post(page_of(learner), {"visibility": "friends"}).status_code == 400
    profile = LearnerProfile.objects.get(learner=learner)
    assert (profile.visibility, profile.on_leaderboards) == ("colleagues", True)


def test_nobody_chooses_for_somebody_else(client, learner):
    save_choices(learner=learner, visibility=Visibility.EVERYONE, on_leaderboards=True)
    client.force_login(make_person(roles=("administrator",)))
    assert client.post(page_of(learner), {"visibility": "nobody"}).status_code == 404
    assert LearnerProfile.objects.get(learner=learner).visibility == "everyone"


def test_the_ledger_names_what_caused_each_point(client, learner):
    adjust_points(learner=learner, points=-7, reason="Counted twice.", actor=make_person("Ada Admin"))
    client.force_login(learner)
    page = client.get(reverse("gamification:ledger")).content.decode()
    for words in ("+100", "Course “Fire safety” completed", "Rule: Course completed", "−7", "Taken back by Ada Admin"):
        assert words in page
    assert "Counted twice." in page


def test_lines_of_the_ledger_stand_below_their_day(client, learner):
    for points, day in ((1_234, 3), (5, 3), (7, 2)):
        adjust_points(learner=learner, points=points, reason="x", actor=None, at=datetime(2030, 3, day, 12, tzinfo=UTC))
    client.force_login(learner)
    page = text(client.get(reverse("gamification:ledger")))
    heads = re.findall(r'<h2 id="day-\d+"><time class="num" datetime="([\d-]+)">', page)
    assert heads[:2] == ["2030-03-03", "2030-03-02"]
    assert len(heads) == len(set(heads))
    assert "+1,234" in page


def test_a_profile_leads_on_to_badges_rewards_and_the_ledger_of_its_owner_alone(client, learner):
    make_badge(part("streak", days=400), name="Long breath")
    for viewer, is_own in ((learner, True), (make_person(roles=("administrator",)), False)):
        client.force_login(viewer)
        page = text(client.get(page_of(learner)))
        assert ("To earn next" in page) is is_own
        assert ("Long breath" in page) is is_own
        assert ("Spend 125 points" in page) is is_own


def test_the_ledger_is_ones_own(client, learner):
    client.force_login(make_person())
    assert "Fire safety" not in client.get(reverse("gamification:ledger")).content.decode()


def test_what_is_switched_off_is_not_there(client, learner):
    GamificationSettings(pk=1, points=False, badges=False).save()
    client.force_login(learner)
    assert client.get(page_of(learner)).status_code == 404
    assert client.get(reverse("gamification:ledger")).status_code == 404
    assert "My points" not in client.get(reverse("my_learning")).content.decode()


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_pages_ask_as_much_for_much_as_for_little(client, learner):
    client.force_login(learner)
    client.get(page_of(learner))
    counts = [queries(client, page) for page in (page_of(learner), reverse("gamification:ledger"))]
    for number in range(60):
        adjust_points(learner=learner, points=number + 1, reason="More.", actor=learner)
    client.get(page_of(learner))
    more = [queries(client, page) for page in (page_of(learner), reverse("gamification:ledger"))]
    assert more == counts
    assert max(more) <= 20

"""The shop: what stands there for whom, and what a POST does or refuses."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gamification.models import GamificationSettings, PointEntry, Redemption, Reward
from gamification.services.rewards import approve_redemption, decline_redemption, fulfil_redemption
from tests.factories.accounts import make_person, make_team
from tests.factories.gamification import balance_of, give_points, make_redemption, make_reward
from workbench.days import site_day

pytestmark = pytest.mark.django_db

SHOP = "/rewards/"


@pytest.fixture(autouse=True)
def nothing_shipped(db):
    Reward.objects.all().delete()


@pytest.fixture
def rich(signed_in, learner):
    give_points(learner, 500)
    return learner


def page(client, address=SHOP) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def address_of(reward) -> str:
    return reverse("gamification:reward", args=[reward.uuid])


def cancel_of(redemption) -> str:
    return reverse("gamification:cancel_redemption", args=[redemption.uuid])


def refused(response, status: int, sentence: str) -> None:
    assert response.status_code == status
    assert sentence in " ".join(response.content.decode().split())


def nothing_was_asked_for(learner, balance: int) -> None:
    assert not Redemption.objects.exists()
    assert balance_of(learner) == balance
    assert not PointEntry.objects.exclude(kind="adjusted").exists()


# The page -------------------------------------------------------------------------------


def test_visitors_are_asked_to_sign_in(client):
    reward = make_reward()
    for address in (SHOP, address_of(reward)):
        response = client.get(address)
        assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("account_login"))
    assert client.post(address_of(reward)).status_code == 302
    assert not Redemption.objects.exists()


def test_an_empty_shop_says_so(signed_in):
    text = page(signed_in)
    assert "There is nothing to get right now" in text
    assert "What you asked for" not in text


def test_the_shop_says_what_is_there_and_what_is_missing(client, rich):
    make_reward("Coffee", cost=150, stock=3, per_person=2, ends_on=site_day() + timedelta(days=5))
    make_reward("Journey", cost=1_500)
    make_reward("Umbrella", cost=10, stock=0)
    text = page(client)
    assert '<dd class="num"> 500 </dd>' in text
    for words in ("3 left", "2 times left for you", "Until ", "You have enough points"):
        assert words in text
    assert "1,000 points to go" in text
    assert "Sold out" in text
    assert [offer.reward.name for offer in client.get(SHOP).context["offers"]] == ["Umbrella", "Coffee", "Journey"]


def test_held_points_and_what_was_asked_for(client, rich):
    staff = make_person()
    first, second, third = (make_redemption(rich, make_reward(name, cost=100)) for name in ("Cup", "Tree", "Hat"))
    decline_redemption(redemption=first, actor=staff, reason="No cups left.")
    fulfil_redemption(redemption=approve_redemption(redemption=second, actor=staff), actor=staff, message="In room 4.")
    make_redemption(reward=make_reward("Somebody else's"))
    text = page(client)
    assert client.get(SHOP).context["purse"].held == 100
    for words in ("No cups left.", "In room 4.", "Declined, points are back", "Handed over", "Waits for a decision"):
        assert words in text
    assert [row.reward_name for row in client.get(SHOP).context["results"]] == ["Hat", "Tree", "Cup"]
    # Only what waits can be cancelled.
    assert cancel_of(third) in text
    assert cancel_of(first) not in text
    assert cancel_of(second) not in text


def test_what_is_for_other_teams_or_other_days_is_not_there(client, rich):
    make_reward("Theirs", teams=(make_team("Sales"),))
    make_reward("Mine", teams=(make_team("Field", members=[rich]),))
    make_reward("Yesterday's", ends_on=site_day() - timedelta(days=1))
    make_reward("Tomorrow's", starts_on=site_day() + timedelta(days=1))
    make_reward("Off", is_active=False)
    assert [offer.reward.name for offer in client.get(SHOP).context["offers"]] == ["Mine"]
    assert "Only for your team: Field" in page(client)


def test_names_are_escaped(client, rich):
    reward = make_reward("<script>alert(1)</script>", description="<b>Words</b>")
    for address in (SHOP, address_of(reward)):
        text = page(client, address)
        assert "<script>alert(1)" not in text
        assert "<b>Words</b>" not in text


@pytest.mark.parametrize("part", ["points", "rewards"])
def test_a_shop_that_is_off_is_not_there(client, rich, part):
    redemption = make_redemption(rich)
    row = GamificationSettings.load()
    setattr(row, part, False)
    row.save()
    reward = make_reward()
    for address in (SHOP, address_of(reward), cancel_of(redemption)):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code in (404, 405)
    assert list(Redemption.objects.values_list("pk", "state")) == [(redemption.pk, "requested")]


def test_the_shop_costs_the_same_for_few_and_many(client, rich):
    def queries() -> int:
        client.get(SHOP)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(SHOP)
        sizes.append(len(response.context["offers"]))
        return len(captured)

    def more(count: int) -> None:
        team = make_team(members=[make_person()])
        rich.team_memberships.get_or_create(team=team, defaults={"is_primary": False})
        for _number in range(count):
            make_redemption(rich, make_reward(cost=1, per_person=5, teams=(team,)))

    sizes: list[int] = []
    more(2)
    few = queries()
    more(28)
    assert queries() == few
    assert sizes == [2, 30]
    assert few <= 18


# Asking -----------------------------------------------------------------------------------


def test_asking_with_the_form_of_the_page(client, rich):
    reward = make_reward("Tree", cost=150)
    text = page(client, address_of(reward))
    assert "Get it for 150 points" in text
    form = client.get(address_of(reward)).context["form"]
    data = {"cost": form["cost"].value(), "key": str(form["key"].value())}
    response = client.post(address_of(reward), data, follow=True)
    assert response.redirect_chain == [(SHOP, 302)]
    assert "You asked for “Tree”. You get a mail when somebody has decided." in response.content.decode()
    assert (balance_of(rich), Redemption.objects.get().learner) == (350, rich)
    # The browser's "send again".
    client.post(address_of(reward), data)
    assert Redemption.objects.count() == 1
    assert balance_of(rich) == 350


def test_what_needs_no_approval_is_said_to_be_theirs(client, rich):
    response = client.post(address_of(make_reward("Coffee", needs_approval=False)), follow=True)
    assert "“Coffee” is yours." in response.content.decode()


def test_looking_changes_nothing(client, rich):
    page(client, address_of(make_reward()))
    nothing_was_asked_for(rich, 500)


def test_too_few_points(client, rich):
    reward = make_reward(cost=800)
    text = page(client, address_of(reward))
    assert "300 points are missing." in text
    assert '<form method="post">' not in text
    refused(client.post(address_of(reward)), 409, "This costs 800 points and you have 500. Nothing was taken.")
    nothing_was_asked_for(rich, 500)


def test_sold_out(client, rich):
    reward = make_reward(stock=0)
    assert "This is sold out." in page(client, address_of(reward))
    refused(client.post(address_of(reward)), 409, "The last one has just gone. Your points are untouched.")
    nothing_was_asked_for(rich, 500)


def test_as_often_as_each_person_may(client, rich):
    reward = make_reward(per_person=1)
    client.post(address_of(reward))
    assert "as often as each person may" in page(client, address_of(reward))
    refused(client.post(address_of(reward)), 409, "Each person can have this 1 times at most")
    assert Redemption.objects.count() == 1


def test_a_price_that_changed(client, rich):
    reward = make_reward(cost=200)
    response = client.post(address_of(reward), {"cost": 100})
    refused(response, 409, "The price has changed to 200 points meanwhile.")
    assert "Get it for 200 points" in " ".join(response.content.decode().split())
    nothing_was_asked_for(rich, 500)


@pytest.mark.parametrize("method", ["get", "post"])
def test_not_on_offer(client, rich, method):
    sentence = "This reward is not on offer for you at the moment."
    for reward in (make_reward(is_active=False), make_reward(teams=(make_team(),))):
        refused(getattr(client, method)(address_of(reward)), 404, sentence)
    gone = Reward(name="Never saved")
    refused(getattr(client, method)(address_of(gone)), 404, sentence)
    nothing_was_asked_for(rich, 500)


def test_nonsense_in_the_form_is_no_agreement_and_no_error(client, rich):
    reward = make_reward(cost=100)
    assert client.post(address_of(reward), {"cost": "x" * 500, "key": "'; --"}).status_code == 302
    assert (Redemption.objects.count(), balance_of(rich)) == (1, 400)


# Calling off ------------------------------------------------------------------------------


def test_cancelling_asks_first(client, rich):
    redemption = make_redemption(rich, make_reward("Tree", stock=1))
    assert "Cancel “Tree”?" in page(client, cancel_of(redemption))
    redemption.refresh_from_db()
    assert redemption.state == "requested"
    response = client.post(cancel_of(redemption), follow=True)
    assert "“Tree” is cancelled. You have your 100 points back." in response.content.decode()
    assert balance_of(rich) == 600


def test_cancelled_twice(client, rich):
    redemption = make_redemption(rich)
    client.post(cancel_of(redemption))
    for method in (client.post, client.get):
        refused(method(cancel_of(redemption)), 409, "This is cancelled already, so nothing was changed.")
    assert balance_of(rich) == 600


def test_what_others_asked_for_is_not_there(client, rich):
    redemption = make_redemption()
    for method in (client.get, client.post):
        assert method(cancel_of(redemption)).status_code == 404
    redemption.refresh_from_db()
    assert redemption.state == "requested"


def test_the_shop_itself_takes_no_post(client, rich):
    assert client.post(SHOP).status_code == 405

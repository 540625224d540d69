"""Rewards and the queue in the admin: forms, filters, single steps and steps for many."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from wagtail.log_actions import registry

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, INSTRUCTOR
from gamification.models import PointEntry, Redemption, Reward
from gamification.services.rewards import approve_redemption, cancel_redemption, request_reward
from notifications.models import OutboxMail
from tests.factories.accounts import make_person, make_team
from tests.factories.gamification import balance_of, give_points, make_redemption, make_reward
from workbench.days import site_day
from workbench.matters import matters_of

pytestmark = pytest.mark.django_db

QUEUE = "gamification_redemption_modeladmin_index"
REWARDS = "gamification_reward_modeladmin_index"
STEPS = ("approve", "hand-over", "decline", "cancel")


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def listed(client, **query) -> list[str]:
    return [str(row) for row in client.get(reverse(QUEUE), query).context["object_list"]]


def settle(client, redemption, step, **data):
    return client.post(reverse("gamification_settle", args=[redemption.uuid, step]), data, follow=True)


def bulk(client, step, rows, **data):
    address = reverse("gamification_redemption_modeladmin_bulk", args=[step])
    return client.post(address, {"row": [row.pk for row in rows], **data}, follow=True)


def states() -> list[str]:
    return list(Redemption.objects.order_by("pk").values_list("state", flat=True))


# The queue --------------------------------------------------------------------------------


def test_what_waits_stands_longest_waiting_first_and_all_else_newest_first(client, administrator):
    first, second, third = (make_redemption(reward=make_reward(name)) for name in ("One", "Two", "Three"))
    for number, row in enumerate((second, third, first)):
        Redemption.objects.filter(pk=row.pk).update(requested_at=row.requested_at - timedelta(days=3 - number))
    cancel_redemption(redemption=third, actor=third.learner)
    page = text_of(client.get(reverse(QUEUE)))
    assert page.count('data-label="Settled">not yet</td>') == 2
    first, second, third = (Redemption.objects.get(pk=row.pk) for row in (first, second, third))
    assert listed(client) == [str(first), str(third), str(second)]
    assert listed(client, state="waiting") == [str(second), str(first)]
    assert listed(client, state="cancelled") == [str(third)]


def test_filters_by_reward_team_and_person(client, administrator):
    tree, cup = make_reward("Tree"), make_reward("Cup")
    one, other = make_redemption(make_person("Lea Lee"), tree), make_redemption(make_person("Tom Tee"), cup)
    team = make_team("Sales", members=[one.learner])
    assert listed(client, reward=tree.uuid) == [str(one)]
    assert listed(client, team=team.uuid) == [str(one)]
    assert listed(client, person=other.learner.uuid) == [str(other)]
    assert listed(client, q="tom") == [str(other)]
    assert len(listed(client, reward="no such", team="no such")) == 2


def test_the_home_of_the_admin_counts_what_waits(client, administrator):
    def counted(person) -> list[tuple[int, str]]:
        found = [matter for matter in matters_of(person) if "gamification" in matter.url]
        return [(matter.count, matter.words) for matter in found]

    assert counted(administrator) == []
    waiting, gone = make_redemption(), make_redemption()
    approve_redemption(redemption=make_redemption(), actor=administrator)
    cancel_redemption(redemption=gone, actor=gone.learner)
    assert counted(administrator) == [(2, "rewards wait")]
    assert counted(waiting.learner) == []
    (matter,) = [one for one in matters_of(administrator) if "gamification" in one.url]
    assert client.get(matter.url).context["result_count"] == 2


def test_one_page_says_what_is_known_and_what_happened(client, administrator):
    reward = make_reward("Tree", cost=1_200, note="Order with the forester.")
    redemption = make_redemption(make_person("Lea Lee"), reward)
    text = text_of(client.get(reverse("gamification_redemption_modeladmin_inspect", args=[redemption.pk])))
    for words in (
        "Lea Lee",
        "1,200",
        "Order with the forester.",
        "to be decided",
        "Lea Lee asked for it: 1,200 points are held",
    ):
        assert words in text
    for step in ("approve", "decline", "cancel"):
        assert reverse("gamification_settle", args=[redemption.uuid, step]) in text
    assert reverse("gamification_settle", args=[redemption.uuid, "hand-over"]) not in text


# One step with one -------------------------------------------------------------------------


def test_one_by_one_from_the_request_to_the_hand_over(client, administrator):
    redemption = make_redemption()
    text = text_of(client.get(reverse("gamification_settle", args=[redemption.uuid, "approve"])))
    assert "Approve this reward?" in text
    assert states() == ["requested"]
    assert "1 reward is approved." in text_of(settle(client, redemption, "approve"))
    assert "1 reward is handed over." in text_of(settle(client, redemption, "hand-over", message="Room 4."))
    redemption.refresh_from_db()
    assert (redemption.state, redemption.message, redemption.closed_by) == ("fulfilled", "Room 4.", administrator)
    assert OutboxMail.objects.latest("pk").to_address == redemption.learner.email


def test_declining_asks_for_the_reason(client, administrator):
    redemption = make_redemption()
    response = settle(client, redemption, "decline", reason="  ")
    assert (response.status_code, states()) == (422, ["requested"])
    settle(client, redemption, "decline", reason="Not this year.")
    assert (states(), balance_of(redemption.learner)) == (["declined"], 100)


def test_a_message_that_is_too_long_is_refused_and_not_cut(client, administrator):
    redemption = approve_redemption(redemption=make_redemption(), actor=administrator)
    response = settle(client, redemption, "hand-over", message="x" * 301)
    assert (response.status_code, states()) == (422, ["approved"])


def test_a_step_that_comes_too_late_says_so(client, administrator):
    redemption = make_redemption()
    cancel_redemption(redemption=redemption, actor=redemption.learner)
    count = PointEntry.objects.count()
    for step in STEPS:
        response = settle(client, redemption, step, reason="No.", message="")
        assert "Nothing was changed. Decided already: cancelled." in text_of(response)
    assert (states(), PointEntry.objects.count()) == (["cancelled"], count)


def test_looking_at_a_step_takes_none(client, administrator):
    redemption = make_redemption()
    for step in STEPS:
        client.get(reverse("gamification_settle", args=[redemption.uuid, step]))
    assert states() == ["requested"]


def test_nobody_decides_on_their_own(client, administrator):
    redemption = make_redemption(administrator)
    home = reverse("wagtailadmin_home")
    for step in STEPS:
        response = client.post(reverse("gamification_settle", args=[redemption.uuid, step]), {"reason": "Mine."})
        assert (response.status_code, response.url) == (302, home)
        assert "Left alone" in text_of(bulk(client, step, [redemption]))
        bulk(client, step, [redemption], confirmed="1", reason="Mine.")
    assert states() == ["requested"]


@pytest.mark.parametrize("role", [CONTENT_EDITOR, INSTRUCTOR])
def test_roles_without_the_right_are_refused(client, role):
    client.force_login(make_person(roles=(role,)))
    redemption = make_redemption()
    for step in STEPS:
        assert client.post(reverse("gamification_settle", args=[redemption.uuid, step])).status_code == 302
    assert client.get(reverse(QUEUE)).status_code == 302
    assert client.get(reverse(REWARDS)).status_code == 302
    assert states() == ["requested"]


def test_steps_and_rows_that_do_not_exist(client, administrator):
    redemption = make_redemption()
    assert client.post(reverse("gamification_settle", args=[redemption.uuid, "no-such"])).status_code == 404
    nobodys = reverse("gamification_settle", args=["00000000-0000-4000-8000-000000000000", "approve"])
    assert client.post(nobodys).status_code == 404


# Steps for many ----------------------------------------------------------------------------


def test_many_are_approved_after_a_question_and_each_gets_one_mail(client, administrator):
    rows = [make_redemption() for _number in range(3)]
    mails = OutboxMail.objects.count()
    assert "Approve 3 rewards?" in text_of(bulk(client, "approve", rows))
    assert states() == ["requested"] * 3
    assert "3 rewards are approved." in text_of(bulk(client, "approve", rows, confirmed="1"))
    assert states() == ["approved"] * 3
    assert OutboxMail.objects.count() == mails + 3
    # Sent again, nothing happens twice.
    again = text_of(bulk(client, "approve", rows, confirmed="1"))
    assert "Decided already: approved." in again
    assert "Nothing can be changed here" in again
    assert OutboxMail.objects.count() == mails + 3


@pytest.mark.parametrize(
    ("step", "question"),
    [
        ("approve", "Approve this reward?"),
        ("decline", "Decline this reward?"),
        ("cancel", "Cancel this reward?"),
        ("hand-over", "Hand over this reward?"),
    ],
)
def test_one_of_the_list_is_asked_about_in_the_singular(client, administrator, step, question):
    redemption = make_redemption()
    if step == "hand-over":
        approve_redemption(redemption=redemption, actor=administrator)
    assert question in text_of(bulk(client, step, [redemption]))


def test_many_are_declined_with_one_reason(client, administrator):
    reward = make_reward(stock=5)
    rows = [make_redemption(reward=reward) for _number in range(3)]
    bulk(client, "decline", rows, confirmed="1", reason="")
    assert states() == ["requested"] * 3
    bulk(client, "decline", rows, confirmed="1", reason="Closed until spring.")
    assert set(Redemption.objects.values_list("state", "message")) == {("declined", "Closed until spring.")}
    assert [balance_of(row.learner) for row in rows] == [100] * 3
    assert Reward.objects.get(pk=reward.pk).stock == 5


def test_many_are_handed_over_and_those_nobody_approved_are_left_alone(client, administrator):
    ready, not_yet = approve_redemption(redemption=make_redemption(), actor=administrator), make_redemption()
    assert "Nobody has approved this yet." in text_of(bulk(client, "hand-over", [ready, not_yet]))
    bulk(client, "hand-over", [ready, not_yet], confirmed="1", message="At the desk.")
    assert states() == ["fulfilled", "requested"]


def test_many_are_cancelled_with_a_reason(client, administrator):
    rows = [make_redemption(), approve_redemption(redemption=make_redemption(), actor=administrator)]
    bulk(client, "cancel", rows, confirmed="1", reason="The supplier is gone.")
    assert states() == ["cancelled"] * 2
    assert [balance_of(row.learner) for row in rows] == [100, 100]


# Rewards -----------------------------------------------------------------------------------


def form_of(**values) -> dict:
    return {
        "name": "Tree",
        "description": "A native one.",
        "drawing": "tree",
        "cost": "400",
        "stock": "5",
        "stock_seen": "",
        "per_person": "",
        "starts_on": "",
        "ends_on": "",
        "needs_approval": "on",
        "note": "",
        "is_active": "on",
        **values,
    }


def test_the_drawing_of_a_reward_is_chosen_by_its_picture(client, administrator):
    reward = make_reward("Tree", drawing="tree")
    make_team("Sales")
    html = text_of(client.get(reverse("gamification_reward_modeladmin_edit", args=[reward.pk])))
    shown = re.findall(r'<input type="radio" name="drawing" value="(\w+)"[^>]*?( checked)?> <img src="([^"]+)"', html)
    assert shown == [
        (name, " checked" if name == "tree" else "", f"/static/img/rewards/{name}.svg")
        for name in ("gift", "cup", "tree", "ticket")
    ]
    assert '<input type="checkbox" name="teams"' in html
    assert re.findall(r"<img [^>]+height=\"64\"> <span>(\w+)</span>", html) == ["Gift", "Cup", "Tree", "Ticket"]


def test_a_reward_is_made(client, administrator):
    team = make_team("Sales")
    client.post(reverse("gamification_reward_modeladmin_create"), form_of(teams=[team.pk]))
    reward = Reward.objects.get(name="Tree")
    assert (reward.cost, reward.stock, reward.needs_approval, list(reward.teams.all())) == (400, 5, True, [team])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"cost": "0"}, "greater than or equal to 1"),
        ({"cost": "-5"}, "greater than or equal to"),
        ({"cost": "1000001"}, "less than or equal to 1000000"),
        ({"stock": "-1"}, "greater than or equal to 0"),
        ({"per_person": "0"}, "greater than or equal to 1"),
        ({"starts_on": "2026-05-02", "ends_on": "2026-05-01"}, "The last day lies before the first one."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_refused_at_the_form(client, administrator, values, sentence):
    before = Reward.objects.count()
    response = client.post(reverse("gamification_reward_modeladmin_create"), form_of(**values))
    assert sentence in text_of(response)
    assert Reward.objects.count() == before


def test_an_edit_while_learners_ask_keeps_what_they_took(client, administrator):
    reward = make_reward("Tree", cost=400, stock=5)
    address = reverse("gamification_reward_modeladmin_edit", args=[reward.pk])
    assert 'name="stock_seen" value="5"' in text_of(client.get(address))
    make_redemption(reward=reward)
    client.post(address, form_of(stock_seen="5", description="New words", teams=[make_team("Sales").pk]))
    reward.refresh_from_db()
    assert (reward.stock, reward.description) == (4, "New words")
    assert [team.name for team in reward.teams.all()] == ["Sales"]


def test_a_stock_that_was_entered_on_an_old_number_is_refused(client, administrator):
    reward = make_reward("Tree", cost=400, stock=5)
    address = reverse("gamification_reward_modeladmin_edit", args=[reward.pk])
    make_redemption(reward=reward)
    response = client.post(address, form_of(stock="10", stock_seen="5", description="New words"))
    text = text_of(response)
    assert "Nothing was saved: enter the stock again." in text
    assert "In stock now: 4." in text
    assert 'name="stock_seen" value="4"' in text
    reward.refresh_from_db()
    assert (reward.stock, reward.description) == (4, "")
    client.post(address, form_of(stock="10", stock_seen="4"))
    reward.refresh_from_db()
    assert reward.stock == 10


def test_what_was_asked_for_is_not_deleted(client, administrator):
    asked_for, never = make_redemption().reward, make_reward()
    for reward in (asked_for, never):
        client.post(reverse("gamification_reward_modeladmin_delete", args=[reward.pk]))
    assert Reward.objects.filter(pk=asked_for.pk).exists()
    assert not Reward.objects.filter(pk=never.pk).exists()


def test_the_list_says_how_each_reward_stands(client, administrator):
    Reward.objects.all().delete()
    make_reward("Off", is_active=False)
    make_reward("Gone", stock=0)
    make_reward("Over", ends_on=site_day() - timedelta(days=1))
    make_reward("Soon", starts_on=site_day() + timedelta(days=1))
    make_reward("Here", needs_approval=False)
    text = text_of(client.get(reverse(REWARDS)))
    for words in ("not on offer", "sold out", ">over<", "to come", "on offer", "promised at once", "any day"):
        assert words in text

    def names(**query):
        return [row.name for row in client.get(reverse(REWARDS), query).context["object_list"]]

    assert names(state="off") == ["Off"]
    assert names(state="sold-out") == ["Gone"]


def test_one_page_about_a_reward_leads_to_what_was_asked_for(client, administrator):
    reward = make_reward("Tree", teams=(make_team("Sales", members=[]),))
    learner = make_person()
    give_points(learner, 100)
    reward.teams.clear()
    request_reward(learner=learner, reward=reward)
    text = text_of(client.get(reverse("gamification_reward_modeladmin_inspect", args=[reward.pk])))
    assert f"{reverse(QUEUE)}?reward={reward.uuid}" in text
    assert "time asked for" in text


def test_the_log_names_who_did_what(client, administrator):
    redemption = make_redemption()
    settle(client, redemption, "approve")
    (entry,) = registry.get_logs_for_instance(redemption).filter(action="gamification.approve_reward")
    assert entry.user == administrator

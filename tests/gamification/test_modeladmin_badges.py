"""Who has which badge, in the admin."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import ADMINISTRATOR, MANAGER
from gamification.models import BadgeAward
from gamification.services.badges import give_badge, revoke_award
from gamification.services.settling import settle_learner
from tests.factories.accounts import make_person, make_team
from tests.factories.gamification import complete_course, make_badge, part

pytestmark = pytest.mark.django_db
BASE = "gamification_badgeaward_modeladmin_"
INDEX = f"{BASE}index"


@pytest.fixture
def administrator(client):
    person = make_person("Ada Administrator", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


def words(response) -> str:
    return " ".join(response.content.decode().split())


def shown(client, **filters) -> set[str]:
    return {row.badge_name for row in client.get(reverse(INDEX), filters).context["object_list"]}


def test_the_list_filters_by_badge_person_and_state(client, administrator, learner, course):
    earned = make_badge(part("course", course=course), name="Earned")
    complete_course(learner, course)
    settle_learner(learner_id=learner.pk)
    BadgeAward.objects.exclude(badge=earned).delete()
    over = make_badge(name="Over", valid_days=2)
    give_badge(badge=over, learner=learner, reason="x", actor=administrator, at=timezone.now() - timedelta(days=9))
    lost = give_badge(badge=make_badge(name="Lost"), learner=make_person(), reason="x", actor=administrator)
    revoke_award(award=lost, reason="y", actor=administrator)
    assert shown(client) == {"Earned", "Over", "Lost"}
    assert shown(client, badge=earned.uuid) == {"Earned"}
    assert shown(client, person=learner.uuid) == {"Earned", "Over"}
    assert [shown(client, state=state) for state in ("held", "over", "revoked", "by_hand")] == [
        {"Earned"},
        {"Over"},
        {"Lost"},
        {"Over", "Lost"},
    ]


def test_one_award_shows_the_criteria_that_were_met_and_by_what(client, administrator, learner, course):
    badge = make_badge(part("course", course=course))
    complete_course(learner, course)
    settle_learner(learner_id=learner.pk)
    award = BadgeAward.objects.get(badge=badge)
    html = words(client.get(reverse(f"{BASE}inspect", args=[award.pk])))
    assert f"The course “{course.title}”" in html
    assert "2 Mar 2026" in html
    assert f"?person={learner.uuid}" in html


def test_a_badge_is_given_by_hand_with_a_reason(client, administrator, learner):
    badge, draft = make_badge(name="Helper"), make_badge(live=False)
    address = reverse(f"{BASE}create")
    page = words(client.get(address))
    assert "Give the badge" in page
    assert reverse("person_chooser:choose") in page
    # Nobody is named before somebody looks for them.
    assert learner.email not in page
    assert learner.name not in page
    for wrong in ({"badge": draft.pk}, {"reason": "  "}, {"learner": "0"}):
        data = {"badge": badge.pk, "learner": learner.pk, "reason": "Helped", **wrong}
        assert client.post(address, data).status_code == 200
        assert not BadgeAward.objects.exists()
    data = {"badge": badge.pk, "learner": learner.pk, "reason": "Helped"}
    assert "Lea Learner has the badge “Helper” now." in words(client.post(address, data, follow=True))
    assert BadgeAward.objects.get().reason == "Helped"
    assert "This person has the badge already, so nothing was changed." in words(client.post(address, data))
    assert BadgeAward.objects.count() == 1


def test_several_are_taken_back_with_a_reason(client, administrator):
    badge = make_badge()
    awards = [give_badge(badge=badge, learner=make_person(), reason="x", actor=administrator) for _place in range(3)]
    revoke_award(award=awards[0], reason="before", actor=administrator)
    address = reverse(f"{BASE}bulk", args=["revoke"])
    rows = {"row": [award.pk for award in awards]}
    assert "Take 2 badges back?" in words(client.post(address, rows))
    assert "Take this badge back?" in words(client.post(address, {"row": [awards[1].pk]}))
    client.post(address, {**rows, "confirmed": "1", "reason": ""})
    assert BadgeAward.objects.filter(revoked_at=None).count() == 2
    html = words(client.post(address, {**rows, "confirmed": "1", "reason": "A mistake"}, follow=True))
    assert "2 badges were taken back." in html
    assert list(BadgeAward.objects.order_by("pk").values_list("revoked_reason", flat=True)) == [
        "before",
        *["A mistake"] * 2,
    ]


def test_a_manager_without_the_rights_neither_gives_nor_revokes(client, administrator, learner):
    award = give_badge(badge=make_badge(), learner=learner, reason="x", actor=administrator)
    manager = make_person(roles=(MANAGER,))
    make_team(managers=[manager], members=[learner])
    client.force_login(manager)
    assert client.post(
        reverse(f"{BASE}bulk", args=["revoke"]), {"row": award.pk, "confirmed": "1", "reason": "x"}
    ).status_code in (302, 403)
    assert client.get(reverse(f"{BASE}create")).status_code in (302, 403)
    assert BadgeAward.objects.get().state == "held"


def test_the_list_costs_the_same_for_two_and_for_twenty(client, administrator):
    badge = make_badge()

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(INDEX))
        return len(asked)

    def give(number):
        for _place in range(number):
            give_badge(badge=badge, learner=make_person(), reason="x", actor=administrator)

    give(2)
    queries()
    few = queries()
    give(18)
    assert queries() == few

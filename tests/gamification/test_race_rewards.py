"""The last item, the same points and the same request, by many at the same moment."""

import http.client
import threading
from functools import partial
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services.merging import merge_people
from gamification.exceptions import AlreadySettled, LimitReached, NotEnoughPoints, NotOnOffer, SoldOut
from gamification.models import LearnerProfile, PointEntry, Redemption, Reward
from gamification.services import rewards
from gamification.services.rewards import (
    approve_redemption,
    cancel_redemption,
    decline_redemption,
    fulfil_redemption,
    request_reward,
)
from gamification.services.settling import settle_learner
from notifications.models import OutboxMail
from tests.factories.accounts import make_person
from tests.factories.gamification import balance_of, give_points, make_redemption, make_reward
from tests.factories.many import many_people
from tests.races import at_once, need_postgresql, none_fails

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PEOPLE = 200
COST = 100


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


@pytest.fixture
def crowd() -> list[User]:
    """People with just the points for one reward."""
    people = many_people(PEOPLE)
    for person in people:
        give_points(person, COST)
    return people


@pytest.fixture
def last_one() -> Reward:
    return make_reward(cost=COST, stock=1)


@pytest.fixture
def staff():
    return make_person("Stella Staff")


def outcomes(told: list) -> dict[str, int]:
    names = [type(one).__name__ for one in told]
    return {name: names.count(name) for name in names}


def balances_are_sums() -> bool:
    sums = dict(PointEntry.objects.order_by().values_list("learner").annotate(points=Sum("points")))
    return dict(LearnerProfile.objects.values_list("learner", "balance")) == sums


def one_of_the_crowd_got_it(reward: Reward) -> None:
    reward.refresh_from_db()
    assert reward.stock == 0
    winner = Redemption.objects.get()
    assert list(PointEntry.objects.exclude(kind="adjusted").values_list("learner", "kind", "points")) == [
        (winner.learner_id, "held", -COST)
    ]
    assert PointEntry.objects.aggregate(points=Sum("points"))["points"] == (PEOPLE - 1) * COST
    assert balances_are_sums()
    assert OutboxMail.objects.count() == 1


def test_of_two_hundred_who_ask_for_the_last_one_exactly_one_gets_it(crowd, last_one):
    told = at_once(*(partial(request_reward, learner=person, reward=last_one) for person in crowd))
    assert outcomes(told) == {"Redemption": 1, "SoldOut": PEOPLE - 1}
    one_of_the_crowd_got_it(last_one)


def test_the_twin_that_looks_and_then_takes_sells_the_last_one_more_than_once(crowd, last_one, monkeypatch):
    """Without the question inside the UPDATE only the database's own rule about stock is left, so the twin writes what
    it has read."""
    people = crowd[:20]
    everybody_has_looked = threading.Barrier(len(people), timeout=20)

    def look_then_take(reward):
        stock = Reward.objects.get(pk=reward.pk).stock
        everybody_has_looked.wait()
        if not stock:
            raise SoldOut()
        Reward.objects.filter(pk=reward.pk).update(stock=stock - 1)

    monkeypatch.setattr(rewards, "take_from_stock", look_then_take)
    told = at_once(*(partial(request_reward, learner=person, reward=last_one) for person in people))
    assert outcomes(told) == {"Redemption": len(people)}
    assert Reward.objects.get(pk=last_one.pk).stock == 0


def post(server: str, address: str, session: str) -> tuple[int, str]:
    """One confirmation sent by a browser of its own."""
    token = "t" * 32
    # All are answered by one process, so the last one waits for all others.
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=300)
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        connection.request("POST", address, body=f"csrfmiddlewaretoken={token}&cost={COST}", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def session_of(person: User) -> str:
    browser = Client()
    browser.force_login(person)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def test_over_http_one_is_served_and_the_others_read_why_with_409(crowd, last_one, live_server):
    address = reverse("gamification:reward", args=[last_one.uuid])
    sessions = [session_of(person) for person in crowd]
    # All knock at the same moment; Django's server for tests has room for ten who wait.
    live_server.thread.httpd.socket.listen(2 * PEOPLE)
    told = none_fails(*(partial(post, live_server.url, address, session) for session in sessions))
    statuses = [status for status, _page in told]
    assert {status: statuses.count(status) for status in statuses} == {302: 1, 409: PEOPLE - 1}
    refused = [page for status, page in told if status == 409]
    assert all("The last one has just gone. Your points are untouched." in page for page in refused)
    one_of_the_crowd_got_it(last_one)


def test_the_same_points_are_spent_once(staff):
    person = make_person()
    give_points(person, COST)
    offers = [make_reward(cost=COST) for _number in range(20)]
    told = at_once(*(partial(request_reward, learner=person, reward=offer) for offer in offers))
    assert outcomes(told) == {"Redemption": 1, "NotEnoughPoints": 19}
    assert balance_of(person) == 0
    assert balances_are_sums()


def test_the_twin_without_hold_and_question_spends_them_as_often_as_it_is_asked(monkeypatch):
    person = make_person()
    give_points(person, COST)
    everybody_has_looked = threading.Barrier(2, timeout=20)

    def look_then_take(person, cost):
        balance = balance_of(person)
        everybody_has_looked.wait()
        if balance < cost:
            raise NotEnoughPoints(cost, balance)
        LearnerProfile.objects.filter(learner=person).update(balance=F("balance") - cost)

    monkeypatch.setattr(rewards, "hold_person", lambda key: User.objects.get(pk=key))
    monkeypatch.setattr(rewards, "take_points", look_then_take)
    told = at_once(*(partial(request_reward, learner=person, reward=make_reward(cost=COST)) for _number in range(2)))
    assert outcomes(told) == {"Redemption": 2}
    assert balance_of(person) == -COST


def test_the_limit_for_each_person_holds_for_clicks_at_the_same_moment():
    person, reward = make_person(), make_reward(cost=1, per_person=3)
    give_points(person, 100)
    told = at_once(*[partial(request_reward, learner=person, reward=reward)] * 20)
    assert outcomes(told) == {"Redemption": 3, "LimitReached": 17}
    assert balance_of(person) == 97


def test_the_twin_that_counts_without_holding_the_person_goes_over_the_limit(monkeypatch):
    person, reward = make_person(), make_reward(cost=1, per_person=1)
    give_points(person, 100)
    everybody_has_counted = threading.Barrier(2, timeout=20)

    def count_then_go_on(person, reward):
        had = rewards.times_had(person, reward)
        everybody_has_counted.wait()
        if had >= reward.per_person:
            raise LimitReached(reward.per_person)

    monkeypatch.setattr(rewards, "hold_person", lambda key: User.objects.get(pk=key))
    monkeypatch.setattr(rewards, "check_limit", count_then_go_on)
    told = at_once(*[partial(request_reward, learner=person, reward=reward)] * 2)
    assert outcomes(told) == {"Redemption": 2}


def test_cancelled_and_handed_over_at_once_is_one_of_the_two(staff):
    for _round in range(10):
        reward = make_reward(cost=COST, stock=1)
        redemption = make_redemption(reward=reward)
        approve_redemption(redemption=redemption, actor=staff)
        told = at_once(
            partial(cancel_redemption, redemption=redemption, actor=redemption.learner),
            partial(fulfil_redemption, redemption=redemption, actor=staff),
        )
        assert outcomes(told) == {"Redemption": 1, "AlreadySettled": 1}
        redemption.refresh_from_db()
        kinds = set(redemption.entries.values_list("kind", flat=True))
        reward.refresh_from_db()
        if redemption.state == "cancelled":
            assert (kinds, balance_of(redemption.learner), reward.stock) == ({"held", "released"}, COST, 1)
        else:
            assert (kinds, balance_of(redemption.learner), reward.stock) == ({"held", "released", "spent"}, 0, 0)
    assert balances_are_sums()


def test_twenty_decisions_at_once_are_one(staff):
    reward = make_reward(cost=COST, stock=1)
    redemption = make_redemption(reward=reward)
    works = [
        partial(decline_redemption, redemption=redemption, actor=staff, reason="No."),
        partial(cancel_redemption, redemption=redemption, actor=redemption.learner),
    ]
    told = at_once(*works * 10)
    assert outcomes(told) == {"Redemption": 1, "AlreadySettled": 19}
    reward.refresh_from_db()
    assert (balance_of(redemption.learner), reward.stock) == (COST, 1)


def test_the_twin_that_does_not_ask_for_the_state_meets_the_ledger(staff, monkeypatch):
    """Then only the unique key of the ledger stops the second refund."""
    redemption = make_redemption(reward=make_reward(cost=COST, stock=1))
    monkeypatch.setattr(rewards, "change_state", lambda *args, **values: None)
    told = at_once(*[partial(decline_redemption, redemption=redemption, actor=staff, reason="No.")] * 2)
    assert outcomes(told) == {"Redemption": 1, "IntegrityError": 1}
    assert balance_of(redemption.learner) == COST


def test_settling_beside_a_request_loses_nothing():
    for _round in range(20):
        person, reward = make_person(), make_reward(cost=COST)
        give_points(person, COST)
        none_fails(
            partial(settle_learner, learner_id=person.pk),
            partial(request_reward, learner=person, reward=reward),
            partial(settle_learner, learner_id=person.pk),
        )
        assert balance_of(person) == 0
    assert balances_are_sums()


def test_decisions_about_many_and_requests_of_the_same_people_do_not_wait_for_each_other(staff):
    """In bulk and one by one, two rewards crosswise: nobody stands in anybody's way for good."""
    people = [make_person() for _number in range(6)]
    offers = [make_reward(cost=1, stock=1_000) for _number in range(2)]
    for person in people:
        give_points(person, 100)
    asked = [request_reward(learner=person, reward=offer) for person in people for offer in offers]

    def decline_all(rows):
        with transaction.atomic():
            for row in rewards.hold_redemptions(rows):
                try:
                    decline_redemption(redemption=row, actor=staff, reason="No.")
                except AlreadySettled:
                    continue

    works = [partial(decline_all, asked), partial(decline_all, asked[::-1])]
    works += [partial(request_reward, learner=person, reward=offer) for person in people for offer in offers[::-1]]
    none_fails(*works)
    assert [Reward.objects.get(pk=offer.pk).stock for offer in offers] == [994, 994]
    assert {balance_of(person) for person in people} == {98}
    assert balances_are_sums()


def test_a_merge_beside_a_request_takes_it_along_or_comes_first(staff):
    for _round in range(10):
        kept, merged = make_person(), make_person()
        give_points(kept, 1)
        give_points(merged, COST)
        asked, _merge = at_once(
            partial(request_reward, learner=merged, reward=make_reward(cost=COST)),
            partial(merge_people, kept=kept, merged=merged, actor=staff),
        )
        assert not isinstance(_merge, BaseException)
        if isinstance(asked, Redemption):
            assert (Redemption.objects.get(pk=asked.pk).learner, balance_of(kept)) == (kept, 1)
        else:
            assert isinstance(asked, NotOnOffer)
            assert balance_of(kept) == COST + 1
        assert not PointEntry.objects.filter(learner=merged).exists()


def test_a_merge_beside_a_refusal_gives_the_points_to_who_stays(staff):
    for _round in range(10):
        kept, redemption = make_person(), make_redemption(reward=make_reward(cost=COST))
        none_fails(
            partial(decline_redemption, redemption=redemption, actor=staff, reason="No."),
            partial(merge_people, kept=kept, merged=redemption.learner, actor=staff),
        )
        assert balance_of(kept) == COST
        assert set(PointEntry.objects.filter(redemption=redemption).values_list("learner", flat=True)) == {kept.pk}

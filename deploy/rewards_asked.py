"""Rewards for the pictures: one of each kind on offer, and a learner who asked for some of them."""

from datetime import timedelta
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from accounts.models import TeamMembership
from gamification.models import Redemption, Reward
from gamification.selectors.rewards import purse_of
from gamification.services.points import adjust_points
from gamification.services.rewards import (
    approve_redemption,
    cancel_redemption,
    decline_redemption,
    fulfil_redemption,
    request_reward,
)
from workbench.days import site_day

POINTS = 640
LONG = "Lunch with the whole team at the restaurant by the canal, Kraftfahrzeughaftpflichtversicherung included"


@cache
def rewards_of(address: str, staff: str) -> dict[str, Reward]:
    """By what there is to see, for the person with this ``address``; ``staff`` decides."""
    people = get_user_model().objects
    learner, actor = people.get(email=address), people.get(email=staff)
    with transaction.atomic():
        made = offers(learner)
        asked = [ask(learner, reward) for reward in (made["limited"], made["sold-out"], made["once"], made["long"])]
        decline_redemption(
            redemption=asked[0], actor=actor, reason="The cups are being printed anew. Ask again in May."
        )
        fulfil_redemption(
            redemption=approve_redemption(redemption=asked[2], actor=actor), actor=actor, message="Look into your mail."
        )
        approve_redemption(redemption=asked[1], actor=actor)
        others = people.filter(is_active=True).exclude(pk__in=[learner.pk, actor.pk]).order_by("pk")[:8]
        for place, person in enumerate(others):
            row = ask(person, made["limited"] if place % 2 else made["dear"])
            if place == 0:
                cancel_redemption(redemption=row, actor=person)
        adjust_points(learner=learner, points=POINTS - purse_of(learner).balance, reason="For the picture", actor=actor)
    return made


def offers(learner: Any) -> dict[str, Reward]:
    today = site_day()

    def make(name: str, cost: int, drawing: str, **values: Any) -> Reward:
        return Reward.objects.create(name=name, cost=cost, drawing=drawing, **values)

    made = {
        "limited": make("A cup with your name", 80, "cup", stock=20, per_person=2, ends_on=today + timedelta(days=40)),
        "sold-out": make("A ticket for the museum", 120, "ticket", stock=1, description="With a friend, on any day."),
        "once": make("A book of your choice", 200, "gift", per_person=1, description="New or old, on paper or not."),
        "long": make(LONG, 500, "gift", description=f"{LONG}. " * 4, note="Book a table for twelve."),
        "promised": make("Half an hour with the founder", 90, "cup", needs_approval=False),
        "dear": make("A week at the sea", 9_000, "tree", stock=9),
    }
    team = TeamMembership.objects.current().filter(user=learner).first()
    if team is not None:
        made["promised"].teams.add(team.team)
    return made


def ask(person: Any, reward: Reward) -> Redemption:
    adjust_points(learner=person, points=reward.cost, reason="For the picture", actor=None)
    return request_reward(learner=person, reward=reward)

"""Badges for the pictures: the demo's learners settled, and a draft whose criteria stand in groups."""

import uuid
from functools import cache

from django.urls import reverse

from deploy.places import LEARNER, first, model
from gamification.models import Badge, BadgeAward
from gamification.services.settling import rebuild

NAME = "Safe and steady"


def part(kind: str, **value: object) -> dict:
    return {"type": kind, "id": str(uuid.uuid4()), "value": value}


@cache
def draft() -> Badge:
    """A badge nobody has yet, of two courses and either a good quiz or a streak."""
    rebuild()
    topic = first(model("library.Topic").objects.filter(courses__live=True), "topic with a course")
    criteria = [
        part("courses", count=1, topic=str(topic.pk)),
        part(
            "group",
            match="any",
            least=None,
            parts=[part("quiz", quiz=None, percent="80", attempt="best"), part("streak", days=3)],
        ),
    ]
    badge = Badge(
        name=NAME,
        description="Knows the rules of the house, and keeps at it.",
        drawing="shield",
        rarity="legendary",
        valid_days=365,
        live=False,
    )
    badge.criteria = badge.criteria.stream_block.to_python(criteria)
    badge.save()
    badge.save_revision()
    return badge


def badge_screen(action: str) -> str:
    return reverse(Badge.snippet_viewset.get_url_name(action), args=[] if action in ("list", "add") else [draft().pk])


def who_would_get_it() -> str:
    return reverse("gamification_badge_who", args=[draft().pk])


def award_of_learner() -> BadgeAward:
    draft()
    rows = BadgeAward.objects.filter(learner__email=LEARNER, badge__name="Course completed")
    return first(rows, f"badge of {LEARNER}")


def earned() -> str:
    return reverse("gamification:badge", args=[award_of_learner().badge.uuid])


def to_earn() -> str:
    """A badge that the familiar learner does not have."""
    draft()
    rows = Badge.objects.filter(live=True, is_hidden=False).exclude(awards__learner__email=LEARNER)
    return reverse("gamification:badge", args=[first(rows.order_by("-rarity"), "badge to earn").uuid])

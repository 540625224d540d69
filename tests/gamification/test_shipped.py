"""What a new site begins with can be earned and edited."""

import pytest

from gamification.models import Badge
from gamification.selectors.badges import earnable_badges, words_of_badges

pytestmark = pytest.mark.django_db


def test_every_shipped_badge_can_be_earned_and_says_by_what():
    badges = list(Badge.objects.order_by("pk"))
    assert [one.badge for one in earnable_badges()] == badges
    assert dict(zip([badge.name for badge in badges], words_of_badges(badges), strict=True)) == {
        "First steps": "50 points earned",
        "Course completed": "One course",
        "All-rounder": "Three courses",
        "Sharp eye": "A quiz at 90\N{NO-BREAK SPACE}% or better",
        "At the first go": "A quiz at 80\N{NO-BREAK SPACE}% or better in the first attempt",
        "Flawless": "A quiz without a mistake",
        "Five days running": "A 5-day streak",
        "High ground": "1,000 points earned",
    }


def test_the_editor_takes_the_shipped_criteria_as_they_are():
    for badge in Badge.objects.all():
        assert badge.criteria.stream_block.clean(badge.criteria)
        badge.full_clean()

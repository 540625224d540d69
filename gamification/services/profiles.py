"""What learners say about their own profile."""

from typing import Any

from django.db import transaction

from gamification.models import LearnerProfile
from gamification.services.boards import mark_changed
from gamification.services.settling import hold_profiles


def save_choices(*, learner: Any, visibility: str, on_leaderboards: bool) -> None:
    """Who may see the learner's profile, and whether they stand on leaderboards. Counts at once."""
    with transaction.atomic():
        hold_profiles([learner.pk])
        LearnerProfile.objects.filter(learner=learner).update(visibility=visibility, on_leaderboards=on_leaderboards)
        transaction.on_commit(lambda: mark_changed([learner.pk]))

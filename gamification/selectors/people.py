"""What a person's profile shows."""

from typing import Any

from django.db.models import Q, QuerySet

from gamification.models import BadgeAward
from learning.models import Enrollment
from workbench.days import site_day


def awards_in_force(learner: Any) -> QuerySet[BadgeAward]:
    """Badges that were not taken back and are not over, newest first."""
    in_force = Q(expires_on=None) | Q(expires_on__gte=site_day())
    return BadgeAward.objects.filter(in_force, learner=learner, revoked_at=None).select_related("badge__image")


def badges_shown(person: Any, viewer: Any) -> list[BadgeAward]:
    """`awards_in_force` of ``person`` as ``viewer`` may see them: a hidden badge is a surprise until one has it oneself."""
    awards = awards_in_force(person)
    if person.pk != viewer.pk:
        own = BadgeAward.objects.filter(learner=viewer, revoked_at=None).values("badge")
        awards = awards.filter(Q(badge__is_hidden=False) | Q(badge__in=own))
    return list(awards)


def badges_earned_in(enrollment: Enrollment) -> list[BadgeAward]:
    """Badges whose criteria came true while a run went on, its last moment included; what a course page can celebrate."""
    if enrollment.enrolled_at is None or enrollment.completed_at is None:
        return []
    between = {"earned_at__gte": enrollment.enrolled_at, "earned_at__lte": enrollment.completed_at}
    return list(awards_in_force(enrollment.learner).filter(**between))

"""Badges given and taken back by hand, and given to all who have met their criteria before."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from gamification.exceptions import (
    AlreadyHasBadge,
    AlreadyRevoked,
    BadgeNotPublished,
    BadgesOff,
    CannotBeEarned,
    ReasonMissing,
)
from gamification.models import Badge, BadgeAward, LearnerProfile
from gamification.selectors.badges import tree_of
from gamification.selectors.dry_runs import people_who_met
from gamification.selectors.site import switches
from gamification.services.settling import hold_profiles, settle_learners


def give_badge(*, badge: Badge, learner: Any, reason: str, actor: Any, at: datetime | None = None) -> BadgeAward:
    """Give a published ``badge`` by hand; the person reads why. From then on events change nothing about it.

    Where it was taken back or is over, it is given anew in the same row. ReasonMissing, BadgeNotPublished or
    AlreadyHasBadge, and nothing is changed.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing()
    if not badge.live:
        raise BadgeNotPublished()
    at = at or timezone.now()
    with transaction.atomic():
        hold_profiles([learner.pk])
        award = BadgeAward.objects.filter(badge=badge, learner=learner).first() or BadgeAward(
            badge=badge, learner=learner
        )
        if award.pk is not None and award.state == "held":
            raise AlreadyHasBadge()
        award.badge_name, award.revision_id, award.criteria = badge.name, badge.live_revision_id, {}
        award.earned_at = award.awarded_at = at
        award.expires_on = badge.last_day(at)
        award.awarded_by, award.reason = actor, reason
        award.revoked_at = award.revoked_by = None
        award.revoked_reason = ""
        award.save()
        LearnerProfile.objects.filter(learner=learner).update(has_news=True)
        log(instance=award, action="gamification.give_badge", user=actor, data={"badge": badge.name, "reason": reason})
    return award


def revoke_award(*, award: BadgeAward, reason: str, actor: Any, at: datetime | None = None) -> BadgeAward:
    """Take a badge back; the person reads why. The row stays, and no event gives the badge again: only a person may.

    ReasonMissing or AlreadyRevoked, and nothing is changed.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing()
    with transaction.atomic():
        if award.learner_id is not None:
            hold_profiles([award.learner_id])
        revoked = BadgeAward.objects.filter(pk=award.pk, revoked_at=None).update(
            revoked_at=at or timezone.now(), revoked_by=actor, revoked_reason=reason
        )
        if not revoked:
            raise AlreadyRevoked()
        award.refresh_from_db()
        log(
            instance=award,
            action="gamification.revoke_badge",
            user=actor,
            data={"badge": award.badge_name, "reason": reason},
        )
    return award


def give_to_all(*, badge: Badge, actor: Any) -> int:
    """Settle everybody who has met the criteria of the published ``badge`` and does not have it: they get it, dated back
    to when they earned it. Returns how many got it; a second call gives none.

    In transactions of at most 200 people: what was stopped in the middle is continued by calling it again. BadgesOff,
    BadgeNotPublished or CannotBeEarned, and nothing is changed.
    """
    if not switches().badges:
        raise BadgesOff()
    if not badge.live:
        raise BadgeNotPublished()
    badge = Badge.objects.get(pk=badge.pk)
    tree = tree_of(badge.criteria)
    if tree is None:
        raise CannotBeEarned()
    given = 0
    for met in people_who_met(tree):
        there = set(BadgeAward.objects.filter(badge=badge, learner__in=met).values_list("learner_id", flat=True))
        if missing := [learner for learner in met if learner not in there]:
            settle_learners(learner_ids=missing)
            given += BadgeAward.objects.filter(badge=badge, learner__in=missing).count()
    if given:
        log(instance=badge, action="gamification.give_to_all", user=actor, data={"people": given})
    return given

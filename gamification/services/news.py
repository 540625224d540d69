"""Telling a learner once what they earned."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from gamification.models import BadgeAward, LearnerProfile, Level, PointEntry
from gamification.models.points import MERITS
from gamification.selectors.ledger import ledger_of, line_of
from gamification.selectors.news import News
from gamification.selectors.site import switches


def take_news(*, learner: Any) -> News | None:
    """What ``learner`` earned since the last call; None where nothing is new. Shown once: the next call has nothing of it.

    The profile is held meanwhile, so what is written at the same time is either in it or in the next one.
    """
    on = switches()
    with transaction.atomic():
        profile = LearnerProfile.objects.filter(learner=learner, has_news=True).select_for_update(no_key=True).first()
        if profile is None:
            return None
        now = timezone.now()
        since = {"recorded_at__gt": profile.shown_until} if profile.shown_until else {}
        entries = list(ledger_of(learner).filter(kind__in=MERITS, recorded_at__lte=now, **since)) if on.points else []
        awards = BadgeAward.objects.filter(learner=learner, revoked_at=None, awarded_at__lte=now)
        if profile.shown_until:
            awards = awards.filter(awarded_at__gt=profile.shown_until)
        badges = list(awards.select_related("badge__image")) if on.badges else []
        LearnerProfile.objects.filter(pk=profile.pk).update(has_news=False, shown_until=now)
    points = sum(entry.points for entry in entries)
    return News(points, [line_of(entry) for entry in entries], badges, new_level(profile, points, entries))


def new_level(profile: LearnerProfile, points: int, entries: list[PointEntry]) -> Level | None:
    """The highest level that ``entries`` brought the learner to, if they did."""
    if not entries or points <= 0:
        return None
    reached = Level.objects.filter(points__lte=profile.merit, points__gt=max(profile.merit - points, 0))
    return reached.order_by("-points").first()

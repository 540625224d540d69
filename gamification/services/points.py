"""Points given or taken by hand, points that expire, and rules that change."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.log_actions import log

from gamification.exceptions import ReasonMissing
from gamification.models import EntryKind, LearnerProfile, PointEntry, PointRule, PointRuleVersion
from gamification.services.boards import mark_changed
from gamification.services.settling import hold_profiles


def adjust_points(*, learner: Any, points: int, reason: str, actor: Any, at: datetime | None = None) -> PointEntry:
    """Give ``points`` by hand, or take them where below zero; the learner reads why. ReasonMissing without a reason.

    A balance may go below zero by it: then there is nothing to spend until it is earned.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        hold_profiles([learner.pk])
        entry = PointEntry.objects.create(
            learner=learner,
            kind=EntryKind.ADJUSTED,
            points=points,
            at=at or timezone.now(),
            reason=reason.strip(),
            actor=actor,
        )
        LearnerProfile.objects.filter(learner=learner).update(
            balance=F("balance") + points, merit=F("merit") + points, has_news=True
        )
        log(instance=entry, action="gamification.adjust", user=actor, data={"points": points})
        transaction.on_commit(lambda: mark_changed([learner.pk]))
    return entry


@dataclass(frozen=True, kw_only=True)
class RuleTerms:
    """What an administrator says about a rule; see `PointRuleVersion` for each field."""

    points: int
    once_per: str
    course_key: UUID | None = None
    topic_id: int | None = None
    min_percent: Decimal | None = None
    per_day: int | None = None
    per_course: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    is_active: bool = field(default=True)


def save_rule(*, rule: PointRule, terms: RuleTerms, actor: Any, from_the_start: bool = False) -> PointRuleVersion:
    """Save a rule and let ``terms`` hold for what is recorded from now on; what was earned keeps the terms of then.

    A new rule may count ``from_the_start``: then it gives points for the past as well, once its learners are settled.
    Terms that say nothing new make no version.
    """
    now = timezone.now()
    with transaction.atomic():
        is_new = rule.pk is None
        rule.save()
        before = PointRuleVersion.objects.select_for_update().filter(rule=rule, until=None).first()
        if before is not None and all(getattr(before, name) == value for name, value in asdict(terms).items()):
            return before
        PointRuleVersion.objects.filter(rule=rule, until=None).update(until=now)
        return PointRuleVersion.objects.create(
            rule=rule,
            since=None if is_new and from_the_start else now,
            changed_by=actor,
            **asdict(terms),
        )

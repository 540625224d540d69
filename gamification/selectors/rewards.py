"""What points can be spent on, by whom, and what waits to be decided or handed over."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import TeamMembership
from gamification.models import LearnerProfile, Redemption, RedemptionState, Reward
from gamification.policies import visible_to
from workbench.days import site_day
from workbench.matters import Matter
from workbench.records import Moment

WAITING = (RedemptionState.REQUESTED, RedemptionState.APPROVED)
# What a person had, or may still get: it counts towards the times for each person.
COUNTED = (*WAITING, RedemptionState.FULFILLED)


def rewards_for(learner: Any) -> QuerySet[Reward]:
    """Rewards on offer for ``learner`` today, by the site's calendar and the teams they are in; sold out or not."""
    today = site_day()
    teams = Reward.teams.through.objects.filter(reward=OuterRef("pk"))
    theirs = TeamMembership.objects.current(today).filter(user=learner).values("team")
    return Reward.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=today),
        Q(ends_on=None) | Q(ends_on__gte=today),
        ~Exists(teams) | Exists(teams.filter(team__in=theirs)),
        is_active=True,
    )


def times_had(learner: Any, reward: Reward) -> int:
    """How often ``learner`` has asked for the reward, what was declined or cancelled not counted."""
    return Redemption.objects.filter(learner=learner, reward=reward, state__in=COUNTED).count()


@dataclass(frozen=True)
class Purse:
    """Points that can be spent, and those held for what was asked for."""

    balance: int
    held: int


def purse_of(learner: Any) -> Purse:
    """Two queries. A balance below zero is shown as it is: it has to be earned back first."""
    balance = LearnerProfile.objects.filter(learner=learner).values_list("balance", flat=True).first()
    held = Redemption.objects.filter(learner=learner, state__in=WAITING).aggregate(points=Sum("cost"))["points"]
    return Purse(balance or 0, held or 0)


@dataclass(frozen=True)
class Offer:
    """A reward as one person sees it."""

    reward: Reward
    balance: int
    had: int
    # Names of the teams it is only for.
    teams: tuple[str, ...]

    @property
    def missing(self) -> int:
        return max(self.reward.cost - max(self.balance, 0), 0)

    @property
    def percent(self) -> int:
        """How much of the price is there, in whole percent; 100 only where all of it is."""
        return 100 if not self.missing else max(self.balance, 0) * 100 // self.reward.cost

    @property
    def is_sold_out(self) -> bool:
        return self.reward.stock == 0

    @property
    def times_left(self) -> int | None:
        return None if self.reward.per_person is None else max(self.reward.per_person - self.had, 0)

    @property
    def is_used_up(self) -> bool:
        return self.times_left == 0

    @property
    def can_have(self) -> bool:
        return not (self.missing or self.is_sold_out or self.is_used_up)

    @property
    def left_after(self) -> int:
        return self.balance - self.reward.cost


def offers_of(learner: Any, rewards: QuerySet[Reward], balance: int) -> list[Offer]:
    """``rewards`` as ``learner`` sees them, in their order. Four queries at most, however many they are."""
    found = list(rewards.select_related("image").prefetch_related("image__renditions", "teams"))
    had = times_of(learner, [reward.pk for reward in found])
    return [
        Offer(reward, balance, had.get(reward.pk, 0), tuple(sorted(team.name for team in reward.teams.all())))
        for reward in found
    ]


def times_of(learner: Any, rewards: Collection[int]) -> dict[int, int]:
    rows = Redemption.objects.filter(learner=learner, reward__in=rewards, state__in=COUNTED).order_by()
    return dict(rows.values_list("reward").annotate(count=Count("pk")))


def own_redemptions(learner: Any) -> QuerySet[Redemption]:
    """What ``learner`` asked for, newest first."""
    return Redemption.objects.filter(learner=learner).order_by("-requested_at", "-pk")


def rewards_waiting(viewer: Any) -> Matter | None:
    """What has to be decided or handed over, for those who do; see `workbench.matters`."""
    if not viewer.has_perm("gamification.change_redemption"):
        return None
    count = visible_to(viewer, Redemption.objects.filter(state__in=WAITING)).count()
    words = ngettext("reward waits", "rewards wait", count)
    return Matter(count, words, f"{reverse('gamification_redemption_modeladmin_index')}?state=waiting")


def moments_of_redemption(viewer: Any, redemption: Redemption, limit: int) -> tuple[list[Moment], int]:
    """What became of a redemption, newest first; see `workbench.records.timelines`."""
    asked = _("%(person)s asked for it: %(points)s points are held")
    found = [
        Moment(
            redemption.requested_at,
            asked
            % {
                "person": name_of(redemption.learner),
                "points": number_format(redemption.cost, force_grouping=True),
            },
        )
    ]
    if redemption.decided_at:
        found.append(Moment(redemption.decided_at, decision_words(redemption), icon="check"))
    if redemption.closed_at:
        found.append(Moment(redemption.closed_at, closing_words(redemption), icon="check"))
    # Steps of one moment stay in their order.
    return found[::-1][:limit], len(found)


def name_of(person: Any) -> str:
    return person.name if person else _("somebody who is gone")


def decision_words(redemption: Redemption) -> str:
    values = {"person": name_of(redemption.decided_by), "points": redemption.cost, "why": redemption.message}
    if redemption.state == RedemptionState.DECLINED:
        return _("%(person)s declined it, %(points)d points went back: “%(why)s”") % values
    if redemption.decided_by_id is None:
        return _("Promised at once: this reward needs no approval")
    return _("%(person)s approved it") % values


def closing_words(redemption: Redemption) -> str:
    values = {"person": name_of(redemption.closed_by), "points": redemption.cost}
    if redemption.state == RedemptionState.FULFILLED:
        words = _("%(person)s handed it over, %(points)d points are spent") % values
    else:
        words = _("%(person)s cancelled it, %(points)d points went back") % values
    return (
        _("%(words)s: “%(message)s”") % {"words": words, "message": redemption.message} if redemption.message else words
    )

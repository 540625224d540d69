"""Spending points on rewards: asking, deciding, handing over, cancelling.

Every step holds the person's account and profile first, then the redemption, then the reward's stock, so that no two
steps wait for each other; whoever takes several steps in one transaction calls `hold_redemptions` before the first.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from wagtail.log_actions import log

from gamification.exceptions import (
    AlreadySettled,
    LimitReached,
    NotApproved,
    NotEnoughPoints,
    NotOnOffer,
    OwnRedemption,
    PriceChanged,
    ReasonMissing,
    SoldOut,
    StockChanged,
)
from gamification.models import EntryKind, LearnerProfile, PointEntry, Redemption, RedemptionState, Reward
from gamification.selectors.rewards import WAITING, rewards_for, times_had
from gamification.selectors.site import switches
from gamification.services.letters import write_letter
from gamification.services.settling import hold_profiles


def request_reward(*, learner: Any, reward: Reward, cost: int | None = None, key: UUID | None = None) -> Redemption:
    """Ask for ``reward``: its points are held until it is handed over, declined or cancelled, and one is taken off its
    stock. Where it needs no approval it is approved at once. The person gets a receipt.

    ``cost`` is the price they agreed to: PriceChanged where it is another now. A ``key`` that was used before answers
    with the redemption of then, so that a form sent twice spends once. NotOnOffer, LimitReached, NotEnoughPoints or
    SoldOut, and nothing was changed.
    """
    with transaction.atomic():
        person = hold_person(learner.pk)
        before = Redemption.objects.filter(uuid=key).first() if key else None
        if before is not None and before.learner_id == person.pk:
            return before
        if not (person.is_active and switches().has_shop):
            raise NotOnOffer()
        # As it is now; the page it was chosen on may be old.
        found = rewards_for(person).filter(pk=reward.pk).first()
        if found is None:
            raise NotOnOffer()
        if cost is not None and cost != found.cost:
            raise PriceChanged(found.cost)
        check_limit(person, found)
        take_points(person, found.cost)
        take_from_stock(found)
        now, is_promised = timezone.now(), not found.needs_approval
        redemption = Redemption.objects.create(
            uuid=key if key and before is None else uuid4(),
            reward=found,
            reward_name=found.name,
            cost=found.cost,
            learner=person,
            state=RedemptionState.APPROVED if is_promised else RedemptionState.REQUESTED,
            requested_at=now,
            decided_at=now if is_promised else None,
        )
        write_line(redemption, EntryKind.HELD, -redemption.cost, person)
        log(instance=redemption, action="gamification.request_reward", user=person, data={"points": redemption.cost})
        write_letter(redemption=redemption, step="requested")
    return redemption


def approve_redemption(*, redemption: Redemption, actor: Any) -> Redemption:
    """Promise what somebody asked for; it has to be handed over then. AlreadySettled, OwnRedemption."""
    with transaction.atomic():
        held = hold(redemption, actor)
        change_state(
            held, (RedemptionState.REQUESTED,), RedemptionState.APPROVED, decided_at=timezone.now(), decided_by=actor
        )
        tell(held, "approve_reward", "approved", actor)
    return held


def decline_redemption(*, redemption: Redemption, actor: Any, reason: str) -> Redemption:
    """Refuse what somebody asked for: points and stock go back, and the person reads why.

    AlreadySettled, OwnRedemption; ReasonMissing without a reason.
    """
    reason = words_of(reason)
    with transaction.atomic():
        held = hold(redemption, actor)
        change_state(
            held,
            (RedemptionState.REQUESTED,),
            RedemptionState.DECLINED,
            decided_at=timezone.now(),
            decided_by=actor,
            message=reason,
        )
        give_back(held, actor)
        tell(held, "decline_reward", "declined", actor, reason=reason)
    return held


def fulfil_redemption(*, redemption: Redemption, actor: Any, message: str = "") -> Redemption:
    """Say that a promised reward was handed over: its points are spent, and the person reads ``message``.

    NotApproved for what nobody has approved; AlreadySettled, OwnRedemption.
    """
    message = message.strip()[:300]
    with transaction.atomic():
        held = hold(redemption, actor)
        if held.state == RedemptionState.REQUESTED:
            raise NotApproved()
        change_state(
            held,
            (RedemptionState.APPROVED,),
            RedemptionState.FULFILLED,
            closed_at=timezone.now(),
            closed_by=actor,
            message=message,
        )
        # The balance stays: what was held is what is spent.
        write_line(held, EntryKind.RELEASED, held.cost, actor)
        write_line(held, EntryKind.SPENT, -held.cost, actor)
        tell(held, "fulfil_reward", "fulfilled", actor, message=message)
    return held


def cancel_redemption(*, redemption: Redemption, actor: Any, reason: str = "") -> Redemption:
    """Call off what was not handed over yet: points and stock go back.

    By the person who asked, without a word; by staff with a reason, which the person gets by mail (ReasonMissing).
    AlreadySettled for what is decided against, handed over or cancelled.
    """
    with transaction.atomic():
        held = hold(redemption)
        by_staff = actor.pk != held.learner_id
        change_state(
            held,
            WAITING,
            RedemptionState.CANCELLED,
            closed_at=timezone.now(),
            closed_by=actor,
            message=words_of(reason) if by_staff else "",
        )
        give_back(held, actor)
        tell(held, "cancel_reward", "cancelled" if by_staff else "", actor, reason=held.message)
    return held


def save_reward(*, reward: Reward, stock_seen: int | None) -> Reward:
    """Save an edited reward. Its stock is only written where it was changed on purpose: ``stock_seen`` is what the form
    showed. StockChanged where one was asked for meanwhile: then nothing was saved.
    """
    fields = [field.name for field in Reward._meta.concrete_fields if field.name not in ("id", "stock")]
    with transaction.atomic():
        if reward.stock != stock_seen:
            rows = Reward.objects.filter(pk=reward.pk, stock=stock_seen)
            if not rows.update(stock=reward.stock):
                raise StockChanged()
        reward.save(update_fields=fields)
        reward.refresh_from_db(fields=["stock"])
    return reward


def hold_redemptions(redemptions: Collection[Redemption]) -> list[Redemption]:
    """Hold the accounts and profiles of all people behind ``redemptions`` until the transaction ends; returns the
    redemptions in the order in which steps may be taken then."""
    learners = sorted({one.learner_id for one in redemptions if one.learner_id})
    hold_profiles(learners)
    return sorted(redemptions, key=lambda one: (one.reward_id, one.pk))


def hold_person(key: int) -> Any:
    """The person as they are now, held with their profile.

    Merging two accounts holds both people first, so a step is wholly before a merge or wholly after it.
    """
    hold_profiles([key])
    return get_user_model().objects.get(pk=key)


def hold(redemption: Redemption, actor: Any = None) -> Redemption:
    """The redemption as it is now, with its person held. OwnRedemption where that is ``actor``."""
    rows = Redemption.objects.select_related("learner", "reward").filter(pk=redemption.pk)
    found = rows.get()
    while found.learner_id:
        hold_person(found.learner_id)
        # Whose it is may have changed by a merge that we waited for.
        before, found = found.learner_id, rows.get()
        if before == found.learner_id:
            break
    if actor is not None and actor.pk == found.learner_id:
        raise OwnRedemption()
    return found


def words_of(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing()
    return reason.strip()[:300]


def check_limit(person: Any, reward: Reward) -> None:
    """LimitReached where the person had the reward as often as each may. Call while they are held."""
    if reward.per_person is not None and times_had(person, reward) >= reward.per_person:
        raise LimitReached(reward.per_person)


def take_points(person: Any, cost: int) -> None:
    """Take ``cost`` off the balance if it is there; NotEnoughPoints otherwise."""
    profiles = LearnerProfile.objects.filter(learner=person)
    if not profiles.filter(balance__gte=cost).update(balance=F("balance") - cost):
        raise NotEnoughPoints(cost, profiles.values_list("balance", flat=True).get())


def take_from_stock(reward: Reward) -> None:
    """Take one off the stock if there is one, or if it has none to count; SoldOut otherwise."""
    rows = Reward.objects.filter(Q(stock=None) | Q(stock__gt=0), pk=reward.pk)
    if not rows.update(stock=F("stock") - 1):
        raise SoldOut()


def change_state(
    redemption: Redemption, before: Collection[RedemptionState], after: RedemptionState, **values: Any
) -> None:
    """Move ``redemption`` on if it still stands where it can; AlreadySettled otherwise."""
    rows = Redemption.objects.filter(pk=redemption.pk, state__in=before)
    if not rows.update(state=after, **values):
        redemption.refresh_from_db(fields=["state"])
        raise AlreadySettled(redemption.get_state_display().lower())
    for name, value in {"state": after, **values}.items():
        setattr(redemption, name, value)


def give_back(redemption: Redemption, actor: Any) -> None:
    """Points to the person, one to the stock."""
    write_line(redemption, EntryKind.RELEASED, redemption.cost, actor)
    if redemption.learner_id:
        LearnerProfile.objects.filter(learner=redemption.learner_id).update(balance=F("balance") + redemption.cost)
    Reward.objects.filter(pk=redemption.reward_id).update(stock=F("stock") + 1)


def write_line(redemption: Redemption, kind: EntryKind, points: int, actor: Any) -> None:
    PointEntry.objects.create(
        learner_id=redemption.learner_id,
        kind=kind,
        points=points,
        at=timezone.now(),
        title=redemption.reward_name,
        redemption=redemption,
        reason=redemption.message,
        actor=actor,
    )


def tell(redemption: Redemption, action: str, letter: str, actor: Any, **data: str) -> None:
    """Write a step into the log and, where there is one, its letter."""
    said = {name: words for name, words in data.items() if words}
    log(instance=redemption, action=f"gamification.{action}", user=actor, data={"points": redemption.cost, **said})
    if letter:
        write_letter(redemption=redemption, step=letter)

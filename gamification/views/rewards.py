"""The reward shop: what points can be spent on, asking for it, and calling that off."""

import uuid as uuids
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gamification.exceptions import AlreadySettled, GamificationError, NotOnOffer
from gamification.forms.rewards import AskForm
from gamification.models import Redemption, RedemptionState
from gamification.selectors.rewards import Offer, offers_of, own_redemptions, purse_of, rewards_for
from gamification.selectors.site import switches
from gamification.services.rewards import cancel_redemption, request_reward
from notifications.tasks import sweep_mail
from workbench.queue import enqueue_on_commit

AT_ONCE = 10


def while_open(view):
    """For people who are signed in, while the shop is switched on; 404 otherwise."""

    @wraps(view)
    @login_required
    def call(request, *args, **kwargs):
        if not switches().has_shop:
            raise Http404("Rewards are switched off.")
        return view(request, *args, **kwargs)

    return call


def shop(request, refused: GamificationError | None = None) -> HttpResponse:
    """The page of all rewards; what was ``refused`` stands on top, with its status."""
    purse = purse_of(request.user)
    asked = Paginator(own_redemptions(request.user), AT_ONCE).get_page(request.GET.get("page"))
    context = {
        "purse": purse,
        "offers": offers_of(request.user, rewards_for(request.user), purse.balance),
        "results": asked,
        "sentence": refused.args[0] if refused else "",
    }
    return render(request, "gamification/rewards.html", context, status=refused.status if refused else 200)


@require_safe
@while_open
def rewards_page(request) -> HttpResponse:
    return shop(request)


def offer_for(request, uuid: Any) -> Offer:
    """The reward as the viewer sees it now; NotOnOffer for all others."""
    found = rewards_for(request.user).filter(uuid=uuid)
    for offer in offers_of(request.user, found, purse_of(request.user).balance):
        return offer
    raise NotOnOffer()


@require_http_methods(["GET", "HEAD", "POST"])
@while_open
def reward_page(request, uuid) -> HttpResponse:
    """One reward, and the question whether to spend the points on it; a POST does."""
    try:
        offer = offer_for(request, uuid)
        if request.method != "POST":
            return confirm(request, offer)
        return ask(request, offer)
    except NotOnOffer as error:
        return shop(request, error)


def confirm(request, offer: Offer, refused: GamificationError | None = None) -> HttpResponse:
    context = {
        "offer": offer,
        "reward": offer.reward,
        "form": AskForm(initial={"cost": offer.reward.cost, "key": uuids.uuid4()}),
        "sentence": refused.args[0] if refused else "",
    }
    return render(request, "gamification/reward.html", context, status=refused.status if refused else 200)


def ask(request, offer: Offer) -> HttpResponse:
    form = AskForm(request.POST)
    form.is_valid()
    try:
        redemption = request_reward(
            learner=request.user,
            reward=offer.reward,
            cost=form.cleaned_data.get("cost"),
            key=form.cleaned_data.get("key"),
        )
    except NotOnOffer:
        raise
    except GamificationError as error:
        return confirm(request, offer_for(request, offer.reward.uuid), error)
    enqueue_on_commit(sweep_mail)
    if redemption.state == RedemptionState.APPROVED:
        words = _("“%s” is yours. Somebody will hand it over; you get a mail then.")
    else:
        words = _("You asked for “%s”. You get a mail when somebody has decided.")
    messages.success(request, words % redemption.reward_name)
    return redirect("gamification:rewards")


@require_http_methods(["GET", "HEAD", "POST"])
@while_open
def cancel_view(request, uuid) -> HttpResponse:
    """Ask whether to call off what was asked for; a POST does. One's own only."""
    redemption = get_object_or_404(Redemption, uuid=uuid, learner=request.user)
    try:
        if request.method != "POST":
            if not redemption.is_waiting:
                raise AlreadySettled(redemption.get_state_display().lower())
            return render(request, "gamification/reward_cancel.html", {"redemption": redemption})
        cancel_redemption(redemption=redemption, actor=request.user)
    except GamificationError as error:
        return shop(request, error)
    words = _("“%(name)s” is cancelled. You have your %(points)d points back.")
    messages.success(request, words % {"name": redemption.reward_name, "points": redemption.cost})
    return redirect("gamification:rewards")

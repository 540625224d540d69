"""Profiles and the ledger behind them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from gamification.forms.people import ChoicesForm
from gamification.selectors.badges import badges_to_earn_by
from gamification.selectors.ledger import ledger_of, line_of
from gamification.selectors.people import badges_shown
from gamification.selectors.site import switches
from gamification.selectors.standing import held_points, may_see_profile, profile_of, standing_of, sums_by_kind
from gamification.services.profiles import save_choices

LINES_PER_PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def person_view(request, uuid) -> HttpResponse:
    """A person's profile: badges, level, points and streak. Its owner decides here who sees it."""
    on = switches()
    if not (on.points or on.badges):
        raise Http404("Profiles have nothing to show.")
    person = get_object_or_404(User.objects.active(), uuid=uuid)
    if not may_see_profile(request.user, person):
        raise Http404("Not for this viewer.")
    profile = profile_of(person)
    is_own = person.pk == request.user.pk
    form = ChoicesForm(request.POST if request.method == "POST" and is_own else None, instance=profile)
    if request.method == "POST":
        if not is_own:
            raise Http404("Nobody decides for somebody else.")
        if form.is_valid():
            save_choices(learner=person, **form.cleaned_data)
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("gamification:person", uuid=person.uuid)
    context = {
        "person": person,
        "is_own": is_own,
        "standing": standing_of(profile) if on.points else None,
        "badges": badges_shown(person, request.user) if on.badges else [],
        "to_earn": badges_to_earn_by(person) if on.badges and is_own else [],
        "form": form if is_own else None,
        "on": on,
    }
    return render(request, "gamification/person.html", context, status=400 if form.is_bound else 200)


@login_required
@require_safe
def own_person_view(request) -> HttpResponse:
    """The short way to one's own profile."""
    return redirect("gamification:person", uuid=request.user.uuid)


@login_required
@require_safe
def ledger_view(request) -> HttpResponse:
    """Each of one's own points, with what caused it; 50 lines a page, newest first."""
    if not switches().points:
        raise Http404("Points are switched off.")
    page = Paginator(ledger_of(request.user), LINES_PER_PAGE).get_page(request.GET.get("page"))
    sums = sums_by_kind(request.user)
    context = {
        "page": page,
        "lines": [line_of(entry) for entry in page],
        "standing": standing_of(profile_of(request.user)),
        "held": held_points(sums),
        "spent": -sums.get("spent", 0),
        "expired": -sums.get("expired", 0),
    }
    return render(request, "gamification/ledger.html", context)

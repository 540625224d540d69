"""The page of a badge, and what giving it would do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gamification.exceptions import BadgeNotPublished, BadgesOff, CannotBeEarned, GamificationError
from gamification.models import Badge
from gamification.selectors.awards import badge_view
from gamification.selectors.badges import names_in, tree_of, words_of_criteria
from gamification.selectors.dry_runs import dry_run, learners_to_ask
from gamification.selectors.site import switches
from gamification.services.badges import give_to_all
from gamification.tasks import give_badge_to_all
from gamification.wording import criteria_words
from workbench.furniture import furniture
from workbench.queue import enqueue

# Settling more learners than this takes longer than somebody waits for a page.
AT_ONCE = 1_000


@login_required
@require_GET
def badge_page(request, uuid) -> HttpResponse:
    """A badge, and what brought it to the viewer. 404 for one that is hidden from them, and while badges are off."""
    view = badge_view(uuid=uuid, viewer=request.user) if switches().badges else None
    if view is None:
        raise Http404("No such badge for this viewer.")
    return render(request, "gamification/badge.html", {"view": view, "badge": view.badge})


@require_http_methods(["GET", "POST"])
def who_page(request, pk) -> HttpResponse:
    """Who has met the criteria of a badge as they were saved last, published or not; a POST gives the published badge to
    those who have met its criteria and do not have it."""
    if not request.user.has_perm("gamification.change_badge"):
        raise PermissionDenied
    badge = get_object_or_404(Badge, pk=pk)
    if request.method == "POST":
        return give(request, badge)
    latest = badge.get_latest_revision_as_object()
    tree = tree_of(latest.criteria)
    edit = reverse(Badge.snippet_viewset.get_url_name("edit"), args=[badge.pk])
    listing = (reverse(Badge.snippet_viewset.get_url_name("list")), _("Badges"))
    context = {
        "badge": latest,
        "words": criteria_words(tree, names_in([tree])),
        "run": dry_run(badge=badge, tree=tree, viewer=request.user) if tree else None,
        "is_live": badge.live,
        "has_draft": badge.has_unpublished_changes,
        "may_give": request.user.has_perm("gamification.give_badgeaward"),
        "edit_url": edit,
        **furniture(_("Who would get it?"), "badge", listing, (edit, latest.name)),
    }
    return render(request, "gamification/badges/who.html", context)


@require_POST
def words_page(request) -> HttpResponse:
    """The criteria that a form of a badge holds, in words and as plain text; nothing is saved."""
    if not (request.user.has_perm("gamification.add_badge") or request.user.has_perm("gamification.change_badge")):
        raise PermissionDenied
    block = Badge._meta.get_field("criteria").stream_block
    stream = block.value_from_datadict(request.POST, request.FILES, "criteria")
    return HttpResponse(words_of_criteria(stream), content_type="text/plain; charset=utf-8")


def give(request, badge: Badge) -> HttpResponse:
    if not request.user.has_perm("gamification.give_badgeaward"):
        raise PermissionDenied
    here = redirect("gamification_badge_who", badge.pk)
    try:
        tree = givable_tree(badge)
        if len(learners_to_ask(tree)) <= AT_ONCE:
            tell(request, give_to_all(badge=badge, actor=request.user))
            return here
    except GamificationError as error:
        messages.error(request, error.args[0])
        return here
    if enqueue(give_badge_to_all, badge.pk, request.user.pk):
        messages.success(
            request,
            _("It is being given in the background. The history of the badge says how many got it once all have it."),
        )
    else:
        messages.error(request, _("Nothing was given: the queue does not answer. Try again in a minute."))
    return here


def givable_tree(badge: Badge):
    """The published criteria of ``badge``; the refusals of `give_to_all`."""
    if not switches().badges:
        raise BadgesOff()
    if not badge.live:
        raise BadgeNotPublished()
    if (tree := tree_of(badge.criteria)) is None:
        raise CannotBeEarned()
    return tree


def tell(request, given: int) -> None:
    if given:
        words = ngettext("%d person got the badge.", "%d people got the badge.", given)
        messages.success(request, words % given)
    else:
        messages.info(request, _("Nobody was missing: all who have met the criteria have the badge."))

"""Screens of the admin about courses."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.models import Page

from lms_pages.models import CoursePage, ModulePage, Publishing, PublishingState
from lms_pages.policies import COURSE_DEPTH, visible_to
from lms_pages.selectors import publication
from lms_pages.services import IN_REQUEST, publish_everything, request_publishing
from lms_pages.services.publishing import Published
from lms_pages.tasks import wake
from workbench.background import heard_progress

WITH_EVERYTHING = (CoursePage, ModulePage)
REASONS_TOLD = 5
REASONS_SHOWN = 100
WORKS_SHOWN = 50


@require_http_methods(["GET", "POST"])
def publish_everything_view(request, page_id: int) -> HttpResponse:
    """Say what would be published with a course or a module, then publish what was picked."""
    root = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(root, WITH_EVERYTHING):
        raise Http404("Neither a course nor a module.")
    permissions = root.permissions_for_user(request.user)
    if not (permissions.can_edit() or permissions.can_publish()):
        raise PermissionDenied
    here = reverse("wagtailadmin_explore", args=[root.pk])
    if request.method == "POST":
        tokens = set(request.POST.getlist("page"))
        if len(tokens) > IN_REQUEST:
            return publish_later(request, root, tokens)
        try:
            done = publish_everything(root=root, user=request.user, tokens=tokens)
        except ValidationError as error:
            messages.error(request, _("Nothing was published: %s") % " ".join(error.messages))
            return redirect(request.path)
        tell(request, done)
        return redirect(get_valid_next_url_from_request(request) or here)
    plan = publication(root=root, user=request.user)
    context = {
        "plan": plan,
        "root": root,
        "title": root.get_admin_display_title(),
        "is_course": isinstance(root, CoursePage),
        "next_url": get_valid_next_url_from_request(request),
        "back_url": get_valid_next_url_from_request(request) or here,
        "header_title": _("Publish with everything in it"),
        "breadcrumbs_items": crumbs(root),
    }
    return render(request, "lms_pages/admin/publish_everything.html", context)


def publish_later(request, root: CoursePage | ModulePage, tokens: set[str]) -> HttpResponse:
    """Leave many pages to a worker, and show how far it is."""
    work, is_new = request_publishing(root=root, user=request.user, tokens=tokens)
    if is_new:
        wake(work.pk)
    else:
        messages.info(request, _("This is being published already. Whatever is missing can be published after it."))
    return redirect("lms_pages_publishing", work.uuid)


def publishing_view(request, uuid) -> HttpResponse:
    """How far a worker is with a course, then what came of it."""
    work = get_object_or_404(visible_to(request.user, Publishing.objects.select_related("requested_by")), uuid=uuid)
    root = get_object_or_404(Page, pk=work.root_id).specific
    context = {
        "work": work,
        "left": work.left[:REASONS_SHOWN],
        "progress": progress_of(work),
        "root": root,
        "title": root.get_admin_display_title(),
        "header_title": _("Publish with everything in it"),
        "breadcrumbs_items": crumbs(root),
    }
    return render(request, "lms_pages/admin/publishing.html", context)


def publishing_progress(request, uuid) -> JsonResponse:
    return JsonResponse(progress_of(get_object_or_404(visible_to(request.user, Publishing.objects.all()), uuid=uuid)))


def progress_of(work: Publishing) -> dict[str, Any]:
    """For the page, and for what it asks every second."""
    done, total = heard_progress(work) if work.is_busy else work.published, len(work.tokens)
    words = _("Waiting for a worker")
    if work.state == PublishingState.RUNNING:
        words = _("%(done)d of %(total)d pages published, all or none") % {"done": done, "total": total}
    return {"state": work.state, "is_busy": work.is_busy, "done": done, "total": total, "words": words}


def publishings_view(request) -> HttpResponse:
    """What was published in the background lately, the newest first."""
    works = visible_to(request.user, Publishing.objects.select_related("root", "requested_by"))
    header = _("Courses published in the background")
    context = {
        "works": works[:WORKS_SHOWN],
        "total": works.count(),
        "header_title": header,
        "breadcrumbs_items": [{"url": "", "label": header}],
    }
    return render(request, "lms_pages/admin/publishings.html", context)


def crumbs(root: Page) -> list[dict[str, str]]:
    """From the catalog down to this screen."""
    above = [*root.get_ancestors().filter(depth__gte=COURSE_DEPTH - 1), root]
    pages = [
        {"url": reverse("wagtailadmin_explore", args=[page.pk]), "label": page.get_admin_display_title()}
        for page in above
    ]
    return [*pages, {"url": "", "label": _("Publish with everything in it")}]


def tell(request, done: Published) -> None:
    """What happened, as messages on the next page."""
    if done.entries:
        count = len(done.entries)
        words = ngettext("%(count)d page was published.", "%(count)d pages were published.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.warning(request, _("Nothing was published."))
    for entry, reason in done.left[:REASONS_TOLD]:
        messages.warning(
            request,
            _("“%(title)s” stays as it was: %(reason)s") % {"title": entry.title, "reason": reason},
        )
    more = len(done.left) - REASONS_TOLD
    if more > 0:
        words = ngettext("%(count)d more page stays as it was.", "%(count)d more pages stay as they were.", more)
        messages.warning(request, words % {"count": more})

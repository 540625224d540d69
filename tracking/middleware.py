"""Noting pages once they are on their way."""

import re
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_path

from tracking.pages import shown_on, wants_privacy
from tracking.selectors.consent import may_tell
from tracking.selectors.site import tracking_settings
from tracking.services import Opening, note_opening

MACHINES = re.compile(r"bot\b|crawl|spider|slurp|curl/|wget/|python-|monitor", re.IGNORECASE)
MOST_LOCATION = 1000


class UsageMiddleware:
    """Counts pages that were shown, after the answer has been sent: nobody waits for it. Stands outside of whatever may
    answer with a kept page, and so sees that as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_page(request, response) and not wants_privacy(request):
            choice = may_tell(request)
            if (choice or tracking_settings().page_views) and (opening := opening_of(request, choice)):
                # Django closes a response once its last byte was handed over.
                response._resource_closers.append(partial(note_opening, opening))
        return response


def is_page(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a person is shown a page of the site: no machine, no part of a page, no page that only may be asked for
    next, and nothing of the admin."""
    return (
        request.method == "GET"
        and response.status_code == 200
        and response.headers.get("Content-Type", "").startswith("text/html")
        and "HX-Request" not in request.headers
        and "prefetch" not in request.headers.get("Sec-Purpose", "")
        and not getattr(request, "is_preview", False)
        and not MACHINES.search(request.headers.get("User-Agent", ""))
        and not request.path.startswith(reverse("wagtailadmin_home"))
    )


def opening_of(request: HttpRequest, choice) -> Opening | None:
    page = shown_on(request)
    if page is None:
        return None
    match = getattr(request, "resolver_match", None)
    # The address of a profile is a person's; that of a page is everybody's.
    names_somebody = match is not None and bool(set(match.kwargs) - {"path"})
    path = f"/{page.kind}" if names_somebody else request.path
    user = getattr(request, "user", None)
    return Opening(
        page=page,
        at=timezone.now(),
        location=request.build_absolute_uri(path)[:MOST_LOCATION],
        language=get_language_from_path(request.path) or settings.LANGUAGE_CODE,
        is_signed_in=user is not None and user.is_authenticated,
        choice=choice,
    )

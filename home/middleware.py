"""Whole pages for visitors, and what caches on the way may do with an answer."""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject
from wagtail.models import Site
from wagtail.models.sites import get_site_for_hostname

from tracking.pages import say_shown
from tracking.selectors.consent import is_to_be_asked
from workbench.days import site_day
from workbench.kept import KEPT_SHARED, count, kept, version_of

# What a visitor's page shows: pages and their pictures, the site's name, badges of a course, who teaches it.
MADE_OF = ("content", "settings", "rules", "names")
# Who has one of these has a page of their own: somebody who may be signed in, or to whom something is to be said.
OWN_COOKIES = {settings.SESSION_COOKIE_NAME, "messages"}


class VisitorPagesMiddleware:
    """A page that says the same to everybody who is not signed in is drawn once for each version of what it shows.

    Only pages that say of themselves that they are such (`request.is_for_visitors`), and only if drawing them set no
    cookie and wrote no form for one visitor. Whoever has a session is never given any.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        place = place_of(request)
        if place is None:
            return self.get_response(request)
        if (page := cache.get(place)) is not None:
            count("pages for visitors", "hits")
            content, headers, shown = page
            if shown is not None:
                say_shown(request, shown)
            return HttpResponse(content, headers=headers)
        response = self.get_response(request)
        if is_same_for_all(request, response):
            count("pages for visitors", "misses")
            response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()}"'
            page = (response.content, dict(response.items()), getattr(request, "shown", None))
            cache.set(place, page, KEPT_SHARED)
        return response


def place_of(request: HttpRequest) -> str | None:
    """The key of the page that is asked for; None for a request that no kept page may answer."""
    if (
        request.method != "GET"
        or OWN_COOKIES.intersection(request.COOKIES)
        or "Authorization" in request.headers
        # There are as many of these as somebody can think of, and a cache has only so much room.
        or request.META.get("QUERY_STRING")
    ):
        return None
    try:
        address = request.build_absolute_uri()
    except DisallowedHost:
        return None
    version = version_of(MADE_OF)
    if version is None:
        return None
    # Whoever has not said yet whether they may be told of is asked.
    asks = is_to_be_asked(request)
    # A due date, or what is new this week, is of a day. The path says the language, too.
    key = hashlib.sha256(f"{version} {site_day()} {asks} {address}".encode()).hexdigest()
    return f"visitors:{key}"


def is_same_for_all(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        getattr(request, "is_for_visitors", False)
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        # There, once a form has asked for the visitor's token.
        and "CSRF_COOKIE" not in request.META
    )


class KnownSiteMiddleware:
    """Leaves on each request the site of its host, which Wagtail would ask the database for wherever an address is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request._wagtail_site = SimpleLazyObject(lambda: site_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def site_of(request: HttpRequest) -> Site | None:
    """What `Site.find_for_request` finds."""
    try:
        host, port = split_domain_port(request._get_raw_host())[0], request.get_port()
        return kept("sites", (host, port), lambda: get_site_for_hostname(host, port))
    except Site.DoesNotExist:
        return None


class CacheControlMiddleware:
    """What the answer itself leaves open: browsers ask again each time, and a page of somebody who may be signed in is
    kept by nobody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            is_own = OWN_COOKIES.intersection(request.COOKIES) or "Authorization" in request.headers or response.cookies
            patch_cache_control(response, no_cache=True, **({"private": True} if is_own else {}))
        return response

"""Navigation."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from home.selectors import Header, header_of
from lms_pages.models import CatalogPage
from workbench.kept import kept

register = template.Library()


@dataclass(frozen=True)
class Navigation:
    person: Any
    catalog_url: str
    is_staff: bool
    current: str
    header: Header


def catalog_url(request) -> str:
    """The catalog at hand: the one above this course or lesson, else the first there is."""
    if view := getattr(request, "learner_view", None):
        return view.course_url.rstrip("/").rpartition("/")[0] + "/"
    route = getattr(request, "_wagtail_route_for_request", None)
    if route and isinstance(route[0], CatalogPage):
        return route[0].get_url(request) or "/"
    place = (request._get_raw_host(), get_language())
    return kept("catalog address", place, lambda: first_catalog_url(request))


def first_catalog_url(request) -> str:
    catalog = CatalogPage.objects.live().select_related("locale").order_by("path").first()
    return (catalog.get_url(request) if catalog else None) or "/"


@register.simple_tag(takes_context=True)
def navigation(context) -> Navigation:
    """The header's links, and which of them is the page at hand. Error pages draw it without a request too."""
    request = context.get("request")
    if request is None:
        return Navigation(None, "/", False, "", Header())
    person = getattr(request, "user", None)
    url = catalog_url(request)
    current = {reverse("my_learning"): "learning", reverse("search"): "search"}.get(request.path, "")
    if request.path.startswith(reverse("learning:team")):
        current = "team"
    if request.path.startswith(reverse("learning:teaching")):
        current = "teaching"
    if not current and request.path.startswith(url):
        current = "catalog"
    header = header_of(person) if person is not None else Header()
    return Navigation(
        person=person if person is not None and person.is_authenticated else None,
        catalog_url=url,
        is_staff=header.enters_admin,
        current=current,
        header=header,
    )


@register.simple_tag(takes_context=True)
def admin_greeting(context) -> str:
    """What the admin's home says first, by the hour in the reader's zone."""
    person = context["request"].user
    name = person.first_name or person.name
    hour = timezone.localtime().hour
    if hour < 12:
        return _("Good morning, %s") % name
    if hour < 18:
        return _("Good afternoon, %s") % name
    return _("Good evening, %s") % name

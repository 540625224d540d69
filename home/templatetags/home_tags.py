"""Navigation."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from wagtail.models import Site

from lms_pages.models import CatalogPage

register = template.Library()


@dataclass(frozen=True)
class Navigation:
    person: Any
    catalog_url: str
    is_staff: bool
    current: str


@register.simple_tag(takes_context=True)
def navigation(context) -> Navigation:
    """The header's links, and which of them is the page at hand. Error pages draw it without a request too."""
    request = context.get("request")
    if request is None:
        return Navigation(None, "/", False, "")
    person = getattr(request, "user", None)
    site = Site.find_for_request(request)
    catalog = CatalogPage.objects.live().order_by("path").first() if site else None
    url = catalog.get_url(request, current_site=site) if catalog else "/"
    current = {reverse("my_learning"): "learning", reverse("search"): "search"}.get(request.path, "")
    if not current and url and request.path.startswith(url):
        current = "catalog"
    return Navigation(
        person=person if person is not None and person.is_authenticated else None,
        catalog_url=url or "/",
        is_staff=bool(person and person.is_authenticated and person.has_perm("wagtailadmin.access_admin")),
        current=current,
    )

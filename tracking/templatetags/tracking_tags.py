"""What pages ask their readers, and carry so that they can tell."""

from typing import Any

from django import template

from tracking.pages import wants_privacy
from tracking.selectors.consent import is_to_be_asked
from tracking.selectors.site import services_on, tracking_settings
from tracking.services import write_ticket
from tracking.vendors.base import Vendor

register = template.Library()


@register.simple_tag(takes_context=True)
def asks_for_consent(context: Any) -> bool:
    """Whether this page asks its reader. Error pages are drawn without a request, and previews are nobody's."""
    request = context.get("request")
    return request is not None and not getattr(request, "is_preview", False) and is_to_be_asked(request)


@register.simple_tag
def analytics_services() -> list[Vendor]:
    """The services that are told."""
    return services_on()


@register.simple_tag(takes_context=True)
def reading_ticket(context: Any, view: Any) -> str:
    """What an open lesson shows when it tells of itself; empty where it is to tell nothing."""
    request = context["request"]
    if (
        getattr(request, "is_preview", False)
        or view.enrollment is None
        or not view.enrollment.is_open
        or view.current is None
        or wants_privacy(request)
        or not (tracking_settings().reading_time or services_on())
    ):
        return ""
    return write_ticket(enrollment=view.enrollment, lesson_key=view.current.lesson.key)

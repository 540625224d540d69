"""What templates may ask about badges."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from gamification.models import Badge, BadgeAward
from gamification.selectors.badges import ShownBadge, badges_of_course
from gamification.selectors.site import switches
from lms_pages.models import CoursePage

register = template.Library()

# What the width of a badge is in pixels, by the name of its size.
SIZES = {"small": 40, "medium": 72, "large": 160}
TO_EARN = "to_earn"


@register.simple_tag(takes_context=True)
def badges_to_earn(context: Any, course: CoursePage) -> list[ShownBadge]:
    """The badges of `badges_of_course` for the viewer; none while badges are switched off."""
    return badges_of_course(course, context["request"].user) if switches().badges else []


@register.inclusion_tag("gamification/includes/badge.html")
def badge(badge: Badge, award: BadgeAward | None = None, size: str = "medium", state: str = "") -> dict[str, Any]:
    """The picture of a badge, 40, 72 or 160 pixels wide. ``state`` is held, over, revoked or to_earn; where it is left out
    it is that of ``award``, and a badge without one is shown in full."""
    state = state or (award.state if award else "held")
    return {"badge": badge, "state": state, "size": size, "width": SIZES[size], "label": label_of(badge, state)}


def label_of(badge: Badge, state: str) -> str:
    words = {
        TO_EARN: _("%(badge)s, not earned yet"),
        "over": _("%(badge)s, expired"),
        "revoked": _("%(badge)s, taken back"),
    }
    return words.get(state, "%(badge)s") % {"badge": badge.name}


@register.simple_tag
def drawing_of(badge: Badge) -> str:
    return format_html("img/badges/{}.svg", badge.drawing)


@register.simple_tag
def ring_of(badge: Badge) -> str:
    return format_html("img/badges/ring-{}.svg", badge.rarity)

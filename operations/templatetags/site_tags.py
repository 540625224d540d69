"""What templates know of the site's settings."""

import hashlib

from django import template
from django.urls import reverse

from operations.colors import ACCENT, ACCENT_DARK, dark_shades, judge, light_shades
from operations.models import SiteSettings
from operations.selectors.site import site_settings

register = template.Library()


@register.simple_tag
def site() -> SiteSettings:
    """The site's settings, for its name, logo and color."""
    return site_settings()


@register.simple_tag
def site_css() -> str:
    """The address of the stylesheet with the site's own colors; empty where they are those of the design."""
    found = site_settings()
    if (found.accent, found.accent_dark) == (ACCENT, ACCENT_DARK):
        return ""
    version = hashlib.sha256(f"{found.accent}{found.accent_dark}".encode()).hexdigest()[:8]
    return f"{reverse('site_css')}?v={version}"


@register.inclusion_tag("operations/colors.html")
def color_preview(accent: str, accent_dark: str) -> dict:
    """A button and a link on light and on dark ground, with the contrast in words. Both colors are checked already."""
    return {
        "sides": [
            {"shades": light_shades(accent), "is_dark": False, "judgments": judge(accent, is_dark=False)},
            {"shades": dark_shades(accent_dark), "is_dark": True, "judgments": judge(accent_dark, is_dark=True)},
        ]
    }

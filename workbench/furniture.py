"""What stands around and inside our own pages of the Wagtail admin: headings, the trail above them, tags of states."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# A trail is (address, label) from the top down.
Crumb = tuple[str, Any]


def furniture(title: Any, icon: str, *above: Crumb, last: Any = None) -> dict[str, Any]:
    """The template context of a page called ``title``. ``above`` is its trail below Home; ``last`` a shorter name in it."""
    trail = [(reverse("wagtailadmin_home"), _("Home")), *above, ("", title if last is None else last)]
    return {
        "page_title": title,
        "header_title": title,
        "header_icon": icon,
        "breadcrumbs_items": [{"url": url, "label": label} for url, label in trail],
    }


def status_tag(words: Any, tone: str = "") -> SafeString:
    """A state as Wagtail shows one. ``tone`` is w-status--primary (well), record-soon, record-late, or nothing."""
    return format_html('<span class="w-status {}">{}</span>', tone, words)

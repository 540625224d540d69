"""Covers of courses, and rich text made ready for narrow screens."""

import re
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lms_pages.covers import HEIGHT, PLATE, WIDTH, draw_cover
from lms_pages.models import CoursePage

register = template.Library()


@register.inclusion_tag("includes/drawn_cover.html")
def drawn_cover(course: CoursePage, topic: str | None = None) -> dict[str, Any]:
    """A decorative SVG. A list that knows the topics already gives the first one, which saves a query a card."""
    if topic is None:
        first = next(iter(course.topics.all()), None) if course.pk else None
        topic = first.name if first else ""
    cover = draw_cover(key=str(course.translation_key), initials=course.initials, topic=topic)
    return {"cover": cover, "width": WIDTH, "height": HEIGHT, "plate": PLATE, "plate_top": HEIGHT - PLATE}


TABLE = re.compile(r"<(/?)table\b")
PRE = re.compile(r"<pre\b(?![^>]*tabindex)")


@register.filter
def framed(html: Any) -> SafeString:
    """Rendered rich text whose wide tables and code scroll inside frames of their own that the keyboard reaches."""
    text = str(html)
    if "<table" in text:
        frame = format_html('<div class="table-scroll" role="group" tabindex="0" aria-label="{}">', _("Table"))
        text = TABLE.sub(lambda found: "</table" if found[1] else f"{frame}<table", text)
        text = text.replace("</table>", "</table></div>")
    # Only our own words are added to what the rich text field has cleaned and rendered.
    return mark_safe(PRE.sub('<pre tabindex="0"', text))  # noqa: S308


@register.inclusion_tag("includes/drawn_cover.html")
def sample_drawing() -> dict[str, Any]:
    """A drawing for the block picker, where no picture is chosen yet."""
    cover = draw_cover(key="a picture of a lesson", initials="", topic="sample")
    return {"cover": cover, "width": WIDTH, "height": HEIGHT}

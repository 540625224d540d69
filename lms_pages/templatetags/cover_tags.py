"""Covers of courses, and rich text made ready for narrow screens."""

import re
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lms_pages.covers import HEIGHT, PLATE, WIDTH, draw_cover
from lms_pages.models import CoursePage

register = template.Library()


@register.simple_tag
def drawn_cover(course: CoursePage, topic: str | None = None) -> SafeString:
    """A decorative SVG. A list that knows the topics already gives the first one, which saves a query a card."""
    if topic is None:
        first = next(iter(course.topics.all()), None) if course.pk else None
        topic = first.name if first else ""
    return drawing(str(course.translation_key), course.initials, topic)


@lru_cache(maxsize=1000)
def drawing(key: str, initials: str, topic: str) -> SafeString:
    """The picture follows from these alone, and was half of what a catalog of 20 courses cost."""
    cover = draw_cover(key=key, initials=initials, topic=topic)
    context = {"cover": cover, "width": WIDTH, "height": HEIGHT, "plate": PLATE, "plate_top": HEIGHT - PLATE}
    return render_to_string("includes/drawn_cover.html", context)


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


@register.simple_tag
def sample_drawing() -> SafeString:
    """A drawing for the block picker, where no picture is chosen yet."""
    return drawing("a picture of a lesson", "", "sample")

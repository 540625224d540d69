"""Cleaning HTML that people or files bring in. nh3 does the work; the lists say what a lesson may hold."""

import html as html_module
import re

import nh3
from django.utils.html import strip_tags

ALLOWED_TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "dd", "dl", "dt", "em", "embed", "h2", "h3", "h4", "h5", "hr", "i", "li", "ol",
    "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {
    # Wagtail keeps links to pages and documents, and images, as attributes of its own.
    "a": {"href", "linktype", "id", "title"},
    "embed": {"embedtype", "id", "alt", "format"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
}
ALLOWED_SCHEMES = {"http", "https", "mailto", "tel"}
ENDS_A_WORD = re.compile(r"</(?:p|h\d|li|dt|dd|td|th|tr|div|section|pre|blockquote)>|<[bh]r\b[^>]*>", re.I)


def clean_html(html: str) -> str:
    """``html`` without scripts, styles, event handlers, unknown tags or attributes, and unsafe addresses."""
    return nh3.clean(html, tags=ALLOWED_TAGS, attributes=ALLOWED_ATTRIBUTES, url_schemes=ALLOWED_SCHEMES, link_rel=None)


def plain_text(html: str) -> str:
    """The words of ``html`` on one line, entities as the characters they stand for. Not safe: escape it on render."""
    return " ".join(html_module.unescape(strip_tags(ENDS_A_WORD.sub(" ", html))).split())

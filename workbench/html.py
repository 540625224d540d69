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
# As the cleaner writes them: quoted, with < and > escaped inside. Wagtail asks the database for ids without checking them.
OPENING = re.compile(r"<(a|embed)((?: [^<>]*)?)>")
ATTRIBUTE = re.compile(r' ([\w-]+)="([^"]*)"')
OWN_LINK = re.compile(r' (?:linktype|id)="[^"]*"')
ID = re.compile(r"[0-9]{1,9}")
PICTURE_FORMATS = {"fullwidth", "left", "right"}
# No HTML shows them, and XML and PostgreSQL cannot hold all of them.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
ENDS_A_WORD = re.compile(r"</(?:p|h\d|li|dt|dd|td|th|tr|div|section|pre|blockquote)>|<[bh]r\b[^>]*>", re.I)


def clean_html(html: str, *, keep_own: bool = True) -> str:
    """``html`` without scripts, styles, event handlers, unknown tags or attributes, unsafe addresses, and controls.

    Links to pages and documents of this site, and its pictures, stay where Wagtail can show them; without
    ``keep_own`` their words stay alone.
    """
    html = nh3.clean(html, tags=ALLOWED_TAGS, attributes=ALLOWED_ATTRIBUTES, url_schemes=ALLOWED_SCHEMES, link_rel=None)
    # Last: the cleaner makes characters of references such as &#5;.
    return OPENING.sub(lambda found: opening_tag(found[1], found[2], keep_own), CONTROL.sub("", html))


def opening_tag(tag: str, written: str, keep_own: bool) -> str:
    attributes = dict(ATTRIBUTE.findall(written))
    is_known = keep_own and ID.fullmatch(attributes.get("id", "")) is not None
    if tag == "embed":
        is_shown = attributes.get("embedtype") == "image" and attributes.get("format") in PICTURE_FORMATS
        # Wagtail knows it only with the slash, which the cleaner takes away.
        return f"<embed{written}/>" if is_known and is_shown else ""
    return f"<a{written}>" if is_known or "linktype" not in attributes else f"<a{OWN_LINK.sub('', written)}>"


def plain_text(html: str) -> str:
    """The words of ``html`` on one line, entities as the characters they stand for. Not safe: escape it on render."""
    return " ".join(html_module.unescape(strip_tags(ENDS_A_WORD.sub(" ", html))).split())

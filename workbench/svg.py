"""Drawings that strangers made: SVG without scripts, handlers, styles from elsewhere or addresses that lead out."""

import re

from django.utils.translation import gettext as _
from lxml import etree

DROPPED = {
    "script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "listener", "set",
    "animate", "animatemotion", "animatetransform", "a",
}  # fmt: skip
DANGEROUS_STYLE = re.compile(r"@import|expression\s*\(|url\s*\(\s*['\"]?(?!#)", re.I)


class SvgRefused(Exception):
    """Not a drawing that can be made safe; the text is a sentence that says why."""


def clean_svg(data: bytes) -> bytes:
    """``data`` without anything that runs or loads; SvgRefused when it is not SVG or declares entities."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise SvgRefused(_("The drawing is damaged: it is not well-formed.")) from None
    if etree.QName(root).localname.lower() != "svg":
        raise SvgRefused(_("The file is no drawing (SVG)."))
    if root.getroottree().docinfo.internalDTD is not None and any(
        root.getroottree().docinfo.internalDTD.iterentities()
    ):
        raise SvgRefused(_("The drawing declares entities, which can be used to exhaust memory."))
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            if element.getparent() is not None:
                drop(element)
            continue
        name = etree.QName(element).localname.lower()
        if name == "a":
            # The words of a link stay, the link goes.
            element.tag = "{http://www.w3.org/2000/svg}g"
        elif name in DROPPED or (name == "style" and DANGEROUS_STYLE.search(element.text or "")):
            drop(element)
            continue
        clean_attributes(element)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def clean_attributes(element: etree._Element) -> None:
    for key, value in element.attrib.items():
        name = etree.QName(key).localname.lower()
        leads_out = name in ("href", "src") and not value.strip().startswith(("#", "data:image/png", "data:image/jpeg"))
        if name.startswith("on") or leads_out or "javascript:" in value.lower() or DANGEROUS_STYLE.search(value):
            del element.attrib[key]


def drop(element: etree._Element) -> None:
    """Remove ``element`` and keep the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)

"""From XML elements to the HTML inside them."""

import copy
import html
from collections.abc import Collection

from lxml import etree


def text_of(element: etree._Element) -> str:
    """All words, on one line."""
    return " ".join("".join(str(text) for text in element.itertext()).split())


def outer_html(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", method="html", with_tail=False)


def inner_html(element: etree._Element, without: Collection[str] = ()) -> str:
    """What stands between the tags; children named in ``without`` are left out, the text behind them stays."""
    parts = [html.escape(element.text or "", quote=False)]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in without:
            whole = copy.deepcopy(child)
            for inner in list(whole.iter(*without)) if without else []:
                remove(inner)
            parts.append(outer_html(whole))
        parts.append(html.escape(child.tail or "", quote=False))
    return "".join(parts)


def remove(element: etree._Element) -> None:
    """Take ``element`` out and keep the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)

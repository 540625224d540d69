"""Pieces of a page on its way to blocks, and the little helpers that read HTML."""

import html as html_module
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from lxml import etree

# A space that does not break is there on purpose.
SPACE = re.compile(r"[^\S\xa0]+")
TAG = re.compile(r"<(?!embed\b)[^>]*>")


@dataclass(frozen=True)
class Inline:
    html: str


@dataclass(frozen=True)
class Flow:
    html: str


@dataclass(frozen=True)
class Made:
    """A block of its own: its type and value."""

    type: str
    value: Any


Piece = Inline | Flow | Made


def has_content(html: str) -> bool:
    return bool(TAG.sub("", html).replace("&nbsp;", " ").replace("\xa0", " ").strip())


def escaped(text: str | None) -> str:
    return html_module.escape(SPACE.sub(" ", text), quote=False) if text else ""


def attribute(text: str) -> str:
    return html_module.escape(text, quote=True)


def words(element: etree._Element) -> str:
    return " ".join(str(element.text_content()).split())


class WordCollector(HTMLParser):
    """The words between the tags, in one pass and at any depth."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        # Inside a script or style, the parser is in its raw mode.
        if self.cdata_elem is None:
            self.words.append(data)


def grouped(pieces: list[Piece], kind: type) -> list[tuple[bool, list[Any]]]:
    """Neighbors that are, or are not, of one kind."""
    groups: list[tuple[bool, list[Any]]] = []
    for piece in pieces:
        inside = isinstance(piece, kind)
        if not groups or groups[-1][0] != inside:
            groups.append((inside, []))
        groups[-1][1].append(piece)
    return groups

"""GIFT from text to blocks: what is escaped, what is a comment, where one question ends.

An escaped character becomes a surrogate while the text is taken apart. No decoded
file holds one, and no separator is mistaken for what was escaped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from questions.formats.data import ParseError
from questions.formats.texts import BLANKS

ESCAPE = re.compile(r"\\([\\:#={}~n])")
SHIELDED = re.compile("[\udc00-\udc7f]")
SHIELD = 0xDC00
RESERVED = re.compile(r"[\\:#={}~\n]")
# [id:…] and [tag:…] of a comment; a closing bracket in them is escaped.
LABEL = re.compile(r"\[(id|tag):((?:\\.|[^\[\]\\])+)\]")
CATEGORY = "$CATEGORY:"


def shield(text: str) -> str:
    return ESCAPE.sub(lambda found: chr(SHIELD + (10 if found[1] == "n" else ord(found[1]))), text)


def unshield(text: str) -> str:
    """The characters that were escaped, as themselves."""
    return SHIELDED.sub(lambda found: chr(ord(found[0]) - SHIELD), text)


def escaped(text: str) -> str:
    return RESERVED.sub(lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", text)


@dataclass
class Block:
    """One question as it stands in the file, shielded and without comments; ``line`` is its first."""

    line: int
    text: str
    category: str = ""
    key: str = ""
    tags: list[str] = field(default_factory=list)

    def line_at(self, offset: int) -> int:
        return self.line + self.text.count("\n", 0, offset)


@dataclass
class Lexer:
    """Walks over the lines. Errors of one block are kept and do not stop the next."""

    lines: list[str]
    categories: list[str] = field(default_factory=list)
    errors: list[ParseError] = field(default_factory=list)
    category: str = ""
    key: str = ""
    tags: list[str] = field(default_factory=list)

    def blocks(self) -> Iterator[Block]:
        waiting: list[str] = []
        start, is_open = 0, False
        for number, line in enumerate(self.lines, 1):
            bare = line.strip(BLANKS)
            if bare.startswith("//"):
                self.labels(bare)
                if waiting:
                    waiting.append("")
                continue
            if bare.startswith(CATEGORY) and not is_open:
                if waiting:
                    yield self.block(start, waiting)
                    waiting = []
                self.category = unshield(bare.removeprefix(CATEGORY)).strip(BLANKS)
                self.categories.append(self.category)
                continue
            if not bare and not (is_open and self.goes_on(number)):
                if waiting:
                    yield self.block(start, waiting)
                waiting, is_open = [], False
                continue
            if not waiting:
                start = number
            waiting.append(line)
            opened, closed = line.rfind("{"), line.rfind("}")
            if opened != closed:
                is_open = opened > closed
        if waiting:
            yield self.block(start, waiting)

    def goes_on(self, number: int) -> bool:
        """Whether the answers that are open before an empty line are closed before any others open."""
        for line in self.lines[number : number + 200]:
            if not line.strip(BLANKS).startswith("//") and (found := re.search("[{}]", line)):
                return found[0] == "}"
        return False

    def block(self, start: int, lines: list[str]) -> Block:
        block = Block(start, "\n".join(lines), self.category, self.key, self.tags)
        self.key, self.tags = "", []
        return block

    def labels(self, comment: str) -> None:
        for kind, value in LABEL.findall(comment):
            value = unshield(re.sub(r"\\(.)", r"\1", value)).strip(BLANKS)
            if kind == "id":
                self.key = value
            elif value and value not in self.tags:
                self.tags.append(value)


def answers_of(block: Block, text: str) -> tuple[int, int] | None:
    """Where the answers of ``text``, the end of the block, begin and end; None for a description."""
    base = len(block.text) - len(text)
    start, end = text.find("{"), text.find("}")
    if start < 0 and end < 0:
        return None
    if start < 0 or 0 <= end < start:
        raise ParseError(
            block.line_at(base + end),
            _("A closing bracket } stands here without an opening one."),
            _("Open the answers with {, or write \\} if it belongs to the text."),
        )
    if end < 0:
        raise ParseError(
            block.line_at(base + start),
            _("The answers begin here with { and never end."),
            _("Close them with } and leave no empty line between, or write \\{ if it belongs to the text."),
        )
    again = text.find("{", start + 1)
    if again >= 0:
        inside = again < end
        raise ParseError(
            block.line_at(base + again),
            _("A bracket { opens inside the answers.") if inside else _("A second block of answers begins here."),
            _("Write \\{ and \\} for brackets that belong to the text.")
            if inside
            else _("Leave an empty line between two questions; write \\{ if the bracket belongs to the text."),
        )
    closed = text.find("}", end + 1)
    if closed >= 0:
        raise ParseError(
            block.line_at(base + closed),
            _("A second closing bracket } stands here."),
            _("Delete it, or write \\} if it belongs to the text."),
        )
    return start, end

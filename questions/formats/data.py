"""What every format reads into and writes from: one question as plain data, and what is said about a file.

``data`` of a question is what its type's ``from_data`` takes; a question of type
"description" asks nothing and has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

DESCRIPTION = "description"


@dataclass(frozen=True)
class QuestionData:
    """One question of a file. Texts are HTML as the bank keeps it; ``category`` is the path as the file writes it.

    ``title`` is "" where the file names none. ``key`` is the question's own id in the file, "" where it has none.
    """

    type: str
    title: str = ""
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    feedback: str = ""
    hints: tuple[str, ...] = ()
    solution: str = ""
    points: Decimal = Decimal(1)
    difficulty: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    key: str = ""
    # Where it stands in the file; not part of the question.
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Remark:
    """Something to tell about a place in a file: what is there, and how to mend it. Line 0 is the file as a whole."""

    line: int
    what: str
    mend: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"line": self.line, "what": self.what, "mend": self.mend}


class ParseError(Exception):
    """A place that cannot be read. Caught by the readers, which go on with the next question."""

    def __init__(self, line: int, what: str, mend: str = ""):
        super().__init__(what)
        self.remark = Remark(line, str(what), str(mend))


class NotHeld(ParseError):
    """A question that is in order but of a kind the bank has not; it is left out, and said."""


@dataclass(frozen=True)
class Parsed:
    """A file that was read. With any error it is not to be imported; ``notes`` name what could not be kept."""

    format: str
    encoding: str = ""
    questions: Sequence[QuestionData] = ()
    categories: Sequence[str] = ()
    errors: Sequence[Remark] = ()
    notes: Sequence[Remark] = ()
    # Fields, and parts of the data, that this file says nothing about, so that they stay as they are.
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lost:
    """What a written file does not say about a question; the whole question where ``skipped``."""

    title: str
    what: str
    skipped: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {"title": self.title, "what": self.what, "skipped": self.skipped}


@dataclass(frozen=True)
class Written:
    """A file that was made, how many questions it holds, and what it could not hold."""

    format: str
    content: bytes
    count: int
    lost: Sequence[Lost] = ()


class CannotHold(Exception):
    """A format has no way to say this question; the text is a sentence that names the reason."""

"""An Open edX course as plain data, before anything is written."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Block:
    """Anything that stands in a unit. ``place`` says where, in words."""

    key: str
    type: str
    name: str
    place: str

    @property
    def title(self) -> str:
        """The name an author gave; "" where there is only the id that Studio made up."""
        return "" if self.key.endswith(f"@{self.name}") else self.name


@dataclass(frozen=True)
class HtmlText(Block):
    html: str = ""


@dataclass(frozen=True)
class Caption:
    language: str
    name: str


@dataclass(frozen=True)
class Video(Block):
    youtube: str = ""
    sources: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = ()
    seconds: float = 0


@dataclass(frozen=True)
class QuestionData:
    """One question. Texts are HTML as the author wrote it, not yet cleaned."""

    key: str
    kind: str
    title: str
    stem: str
    data: dict[str, Any]
    feedback: str = ""
    points: Decimal = Decimal(1)


@dataclass(frozen=True)
class Questions(Block):
    """A problem, poll or survey that Lectern can ask. ``text`` follows the last input."""

    questions: tuple[QuestionData, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Group:
    name: str
    key: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Split(Block):
    """An A/B test: the first group is shown, the others are kept for editors."""

    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Unsupported(Block):
    reason: str = ""


@dataclass(frozen=True)
class Unit:
    """A vertical: becomes one lesson."""

    key: str
    name: str
    staff_only: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Section:
    """A sequential: becomes the label over its lessons. ``category`` is the grader its work counts for, "" for none."""

    key: str
    name: str
    units: tuple[Unit, ...]
    category: str = ""


@dataclass(frozen=True)
class Chapter:
    """Becomes a module."""

    key: str
    name: str
    summary: str
    staff_only: bool
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Grader:
    name: str
    short_label: str
    weight: Decimal
    expected: int
    drop_lowest: int


@dataclass(frozen=True)
class Course:
    org: str
    number: str
    run: str
    title: str
    language: str
    summary: str
    about: str
    image: str
    outcomes: tuple[str, ...] = ()
    invitation_only: bool = False
    hidden: bool = False
    graders: tuple[Grader, ...] = ()
    pass_mark: Decimal | None = None
    chapters: tuple[Chapter, ...] = ()
    # Block name -> usage key of the chapter or unit to open for it.
    targets: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"course-v1:{self.org}+{self.number}+{self.run}"

    @property
    def namespace(self) -> uuid.UUID:
        return namespace_of(self.id)

    def asset_key(self, name: str) -> str:
        return f"asset-v1:{self.org}+{self.number}+{self.run}+type@asset+block@{name}"


def namespace_of(course_id: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, course_id)

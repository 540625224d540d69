"""What an import did: the numbers, and every thing that did not arrive, with its place and the reason."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Entry:
    type: str
    name: str
    place: str
    reason: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"type": self.type, "name": self.name, "place": self.place, "reason": self.reason}


@dataclass
class Report:
    """Filled while reading and writing. Of each type of block, found = imported + skipped.

    ``skipped`` also lists what is no block: missing assets, names that stand twice,
    text in another encoding. ``notes`` lists what arrived, but works differently here.
    """

    format: str
    title: str = ""
    course_id: str = ""
    modules: int = 0
    sections: int = 0
    lessons: int = 0
    questions: int = 0
    media: int = 0
    found: Counter = field(default_factory=Counter)
    imported: Counter = field(default_factory=Counter)
    skipped: list[Entry] = field(default_factory=list)
    notes: list[Entry] = field(default_factory=list)
    drafts: list[Entry] = field(default_factory=list)
    removed: list[Entry] = field(default_factory=list)
    _listed: set[tuple[str, Entry]] = field(default_factory=set)

    def skip(self, type: str, name: str, place: str, reason: Any) -> None:
        """List something that did not arrive, once."""
        self.list_once("skipped", type, name, place, reason)

    def note(self, type: str, name: str, place: str, reason: Any) -> None:
        self.list_once("notes", type, name, place, reason)

    def list_once(self, where: str, type: str, name: str, place: str, reason: Any) -> None:
        entry = Entry(type, name, place, str(reason))
        if (where, entry) not in self._listed:
            self._listed.add((where, entry))
            getattr(self, where).append(entry)

    def skip_block(self, type: str, name: str, place: str, reason: Any) -> None:
        """List a block that did not arrive; unlike `skip`, twice if it stands there twice."""
        self.skipped.append(Entry(type, name, place, str(reason)))

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "title": self.title,
            "course_id": self.course_id,
            "modules": self.modules,
            "sections": self.sections,
            "lessons": self.lessons,
            "questions": self.questions,
            "media": self.media,
            "blocks": {
                type: {"found": self.found[type], "imported": self.imported[type]} for type in sorted(self.found)
            },
            **{
                key: [entry.as_dict() for entry in getattr(self, key)]
                for key in ("skipped", "notes", "drafts", "removed")
            },
        }

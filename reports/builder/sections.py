"""What the sections of the builder's form share: the draft they draw, its source, and what is wrong with it."""

from collections.abc import Iterable
from typing import Any

from reports.builder.fields import Candidates, Field, Option, column_options
from reports.columns import AGGREGATION_WORDS, BUCKET_WORDS, Aggregation, Bucket
from reports.drafts.checks import Findings
from reports.drafts.shape import BY, Draft
from reports.registries import Source


class Section:
    """Draws one draft for one viewer."""

    def __init__(self, draft: Draft, source: Source, found: Findings, viewer: Any):
        self.draft, self.source, self.found, self.viewer = draft, source, found, viewer
        self.candidates = Candidates(viewer)

    def problems(self, path: str) -> list[str]:
        return self.found.places.get(path, [])

    def adding(self, path: str, label: str, **more: Any) -> Field:
        """The choice beside an Add button."""
        return Field(f"new-{path}", label, "select", groups=column_options(self.source, empty=f"{label} …", **more))


def options(pairs: Iterable[tuple[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(str(value), str(words)) for value, words in pairs)


def how_words(how: str, plain: str = "") -> str:
    if not how:
        return plain
    if how.startswith(BY):
        return str(BUCKET_WORDS[Bucket(how.removeprefix(BY))])
    return str(AGGREGATION_WORDS[Aggregation(how)]).lower() if how in AGGREGATION_WORDS else how

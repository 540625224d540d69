"""A report under its name: shipped with Lectern, in code and with a version, or saved by somebody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reports.columns import Words
from reports.results import Table
from reports.spec import Spec


@dataclass(frozen=True)
class Definition:
    """``rule`` is printed on the report where its conditions need saying in one sentence; of a spec with params it
    names their values as %(name)s. ``sentence`` says what the figures mean, from their values in order and the summary;
    without it they are listed."""

    slug: str
    title: Words
    spec: Spec
    description: Words = ""
    rule: Words = ""
    version: int = 1
    is_shipped: bool = False
    sentence: Callable[[tuple[Any, ...], Table | None], str] | None = None


shipped: dict[str, Definition] = {}


def ship(definition: Definition) -> Definition:
    shipped[definition.slug] = definition
    return definition

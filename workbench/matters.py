"""What waits for somebody on the admin's home: apps name it in their ``ready()``, the home shows what is not empty."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Matter:
    """``words`` say what ``count`` rows are ("people are overdue"); ``url`` lists just these."""

    count: int
    words: str
    url: str
    is_trouble: bool = False


# Key -> function of the viewer: None for those whom it does not concern. Each asks one query at most.
matters: dict[str, Callable[[Any], Matter | None]] = {}


def matters_of(viewer: Any) -> list[Matter]:
    """What waits for ``viewer``, in the order of the apps; nothing that is empty."""
    found = (ask(viewer) for ask in matters.values())
    return [matter for matter in found if matter is not None and matter.count]

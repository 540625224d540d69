"""Ids that a new export of the same course gets again, so that progress and answers keep their place."""

import uuid
from typing import TypeVar

from library.models import Origin
from lms_pages.importers.olx.tree import namespace_of


class Ids:
    """Ids of one course's blocks and list items, by the key of what they stand for."""

    def __init__(self, course_id: str):
        self.namespace = namespace_of(course_id)

    def of(self, key: str) -> str:
        return str(uuid.uuid5(self.namespace, key))

    def space(self, key: str) -> uuid.UUID:
        return uuid.uuid5(self.namespace, key)


R = TypeVar("R", bound=Origin)


def rows_of(model: type[R], origin: str, prefix: str) -> list[R]:
    """The rows whose key starts with ``prefix``. SQLite's LIKE minds no case, but two courses may differ in nothing else."""
    rows = model._default_manager.filter(origin=origin, origin_key__startswith=prefix)
    return [row for row in rows if row.origin_key.startswith(prefix)]

"""Ids that a new export of the same course gets again, so that progress and answers keep their place."""

import uuid

from lms_pages.importers.olx.tree import namespace_of


class Ids:
    """Ids of one course's blocks and list items, by the key of what they stand for."""

    def __init__(self, course_id: str):
        self.namespace = namespace_of(course_id)

    def of(self, key: str) -> str:
        return str(uuid.uuid5(self.namespace, key))

    def space(self, key: str) -> uuid.UUID:
        return uuid.uuid5(self.namespace, key)

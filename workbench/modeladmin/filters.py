"""Filters whose choices are rows of another table, of which there may be many."""

from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.core.exceptions import ValidationError
from django.db.models import QuerySet


class RowsFilter(SimpleListFilter):
    """Choices are rows by their uuid. Of many, only the first stand in the list, and any that a link has chosen."""

    most: ClassVar[int] = 100
    # Whether there are more than stand in the list; the template says so.
    has_more = False

    def rows(self, request: Any) -> QuerySet:
        """What the viewer may choose, in the order of the list."""
        raise NotImplementedError

    def label_of(self, row: Any) -> str:
        return str(row)

    def lookups(self, request, model_admin):
        rows = self.rows(request)
        found = list(rows[: self.most + 1])
        self.has_more = len(found) > self.most
        if self.has_more:
            del found[self.most :]
            if self.value() and self.value() not in {str(row.uuid) for row in found}:
                found += self.chosen(rows)
        return [(str(row.uuid), self.label_of(row)) for row in found]

    def chosen(self, rows: QuerySet) -> list[Any]:
        try:
            return list(rows.filter(uuid=self.value()))
        except ValidationError:
            return []

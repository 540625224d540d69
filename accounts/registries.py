"""What upper apps say about accounts, in their ``ready()``: who may sign up, and what a merge does with their rows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Field, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class MergeRule:
    """Says in a preview what becomes of the rows behind one relation, and does it. `Move`, `Stay` or an app's own."""

    # Plural, at the start of a line: "Enrollments".
    words: str | Promise

    def rows(self, field: Field, person: Any) -> QuerySet:
        return field.model._base_manager.filter(**{field.name: person})

    def refusals(self, field: Field, kept: Any, merged: Any) -> list[str]:
        """Sentences on why the accounts cannot be merged as things stand."""
        return []

    def outcome(self, field: Field, kept: Any, merged: Any) -> str:
        """What happens, in words, where there are rows."""
        raise NotImplementedError

    def run(self, field: Field, kept: Any, merged: Any) -> None:
        """Do it, inside the transaction of the merge."""


@dataclass(frozen=True)
class Move(MergeRule):
    """The rows belong to the account that stays. Where that has a row with the same ``unless_there``, the other goes."""

    unless_there: tuple[str, ...] = ()

    def twins(self, field: Field, kept: Any, merged: Any) -> QuerySet:
        rows = self.rows(field, merged)
        if not self.unless_there:
            return rows.none()
        there = set(self.rows(field, kept).values_list(*self.unless_there))
        same = [row[0] for row in rows.values_list("pk", *self.unless_there) if row[1:] in there]
        return rows.filter(pk__in=same)

    def outcome(self, field: Field, kept: Any, merged: Any) -> str:
        twins = self.twins(field, kept, merged).count()
        if not twins:
            return _("will move to the account that stays")
        return _("will move to the account that stays; %d it has already will be dropped") % twins

    def run(self, field: Field, kept: Any, merged: Any) -> None:
        self.twins(field, kept, merged).delete()
        self.rows(field, merged).update(**{field.name: kept})


@dataclass(frozen=True)
class Stay(MergeRule):
    """The rows stay with the account that goes; ``why`` completes "will stay as they are: "."""

    why: str | Promise = ""

    def outcome(self, field: Field, kept: Any, merged: Any) -> str:
        return _("will stay as they are: %s") % self.why


# "app_label.Model.field" -> rule, for every foreign key to a person, those of libraries too. A test finds holes.
merges: dict[str, MergeRule] = {}

"""What a merge of two accounts does with their choices."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Field
from django.utils.translation import gettext as _

from accounts.registries import MergeRule


@dataclass(frozen=True)
class KeepOwnChoice(MergeRule):
    """Nobody is told of on the word of another account: the choice of the one that stays holds, and where it has none, it
    is asked."""

    def outcome(self, field: Field, kept: Any, merged: Any) -> str:
        return _("will be dropped; that of the account that stays holds")

    def run(self, field: Field, kept: Any, merged: Any) -> None:
        self.rows(field, merged).delete()

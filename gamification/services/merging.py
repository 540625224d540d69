"""What becomes of a profile when two accounts of one person become one."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Field
from django.utils.translation import gettext as _

from accounts.registries import MergeRule
from gamification.services.settling import rebuild


@dataclass(frozen=True)
class DropAndSettle(MergeRule):
    """The profile that goes is dropped; the one that stays is settled with the events of both, once they are its own."""

    def outcome(self, field: Field, kept: Any, merged: Any) -> str:
        return _("will be added up anew from the events and points of both")

    def run(self, field: Field, kept: Any, merged: Any) -> None:
        self.rows(field, merged).delete()
        transaction.on_commit(lambda: rebuild(learner_ids=[kept.pk]))

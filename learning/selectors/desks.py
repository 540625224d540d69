"""Which desks somebody has: a team to look after, courses to teach."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef

from accounts.models import Team
from lms_pages.models import CourseStaff


@dataclass(frozen=True)
class Desks:
    has_team: bool = False
    teaches: bool = False


def desks_of(person: Any) -> Desks:
    """One query, for the header of every page."""
    if not person.is_authenticated:
        return Desks()
    found = (
        get_user_model()
        .objects.filter(pk=person.pk, is_active=True)
        .values_list(
            Exists(Team.objects.filter(managers=OuterRef("pk"))),
            Exists(CourseStaff.objects.filter(user=OuterRef("pk"))),
        )
        .first()
    )
    return Desks(*found) if found else Desks()

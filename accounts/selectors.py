"""Reading people and teams."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Team, TeamMembership


def primary_team(user: Any) -> Team | None:
    """The team a person belongs to today: the primary one, and of two on the day of a move the newer."""
    membership = (
        TeamMembership.objects.current()
        .filter(user=user)
        .order_by("-is_primary", "-since", "-pk")
        .select_related("team")
        .first()
    )
    return membership.team if membership else None


def people_matching(people: QuerySet, query: str) -> QuerySet:
    """``people`` whose names or address hold every word of ``query``."""
    for word in query.split():
        people = people.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word))
    return people

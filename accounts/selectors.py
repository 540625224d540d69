"""Reading people and teams."""

from typing import Any

from accounts.models import Team, TeamMembership


def primary_team(user: Any) -> Team | None:
    """The team a person belongs to today, the primary one first."""
    membership = (
        TeamMembership.objects.current()
        .filter(user=user)
        .order_by("-is_primary", "since")
        .select_related("team")
        .first()
    )
    return membership.team if membership else None

"""The line organization: who belongs to which team, and since when."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Team, TeamMembership
from workbench.days import site_day


def assign_team(*, user: Any, team: Team | None, since: date | None = None) -> TeamMembership | None:
    """Move a person to ``team`` as their primary team; the membership before it ends the day before.

    Without a team the open membership ends. Nothing changes where the person is in ``team`` already.
    """
    since = since or site_day()
    with transaction.atomic():
        current = TeamMembership.objects.filter(user=user, is_primary=True, until=None).first()
        if team is not None and current is not None and current.team_id == team.pk:
            return current
        for open_one in TeamMembership.objects.filter(user=user, is_primary=True, until=None):
            open_one.until = max(since - timedelta(days=1), open_one.since)
            open_one.save(update_fields=["until"])
        if team is None:
            return None
        membership, created = TeamMembership.objects.get_or_create(
            user=user, team=team, until=None, defaults={"since": since}
        )
        if not created:
            membership.is_primary = True
            membership.save(update_fields=["is_primary"])
        return membership

"""The record screens of this app: people, invitations, teams, team members."""

from accounts.modeladmin.filters import PersonFilter, TeamFilter
from accounts.modeladmin.invitations import InvitationAdmin
from accounts.modeladmin.people import PersonAdmin
from accounts.modeladmin.teams import ManagedTeamHelper, TeamAdmin, TeamMembershipAdmin, manages_a_team

__all__ = [
    "InvitationAdmin",
    "ManagedTeamHelper",
    "PersonAdmin",
    "PersonFilter",
    "TeamAdmin",
    "TeamFilter",
    "TeamMembershipAdmin",
    "manages_a_team",
]

"""Changes to people, teams, roles and invitations."""

from accounts.services.invitations import accept_invitation, invite_people, revoke_invitations, settle_invitation
from accounts.services.people import create_person, deactivate_person, return_person
from accounts.services.roles import permissions_of, set_roles, sync_roles
from accounts.services.teams import assign_team

__all__ = [
    "accept_invitation",
    "assign_team",
    "create_person",
    "deactivate_person",
    "invite_people",
    "permissions_of",
    "return_person",
    "revoke_invitations",
    "set_roles",
    "settle_invitation",
    "sync_roles",
]

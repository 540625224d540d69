"""Changes to people, teams, roles and invitations."""

from accounts.services.invitations import accept_invitation, invite_people, revoke_invitations, settle_invitation
from accounts.services.merging import MergePreview, merge_people, preview_merge, relations_to_people
from accounts.services.people import create_person, deactivate_person, return_person
from accounts.services.roles import permissions_of, set_roles, sync_roles
from accounts.services.signing_up import sign_up_person
from accounts.services.teams import assign_team

__all__ = [
    "MergePreview",
    "accept_invitation",
    "assign_team",
    "create_person",
    "deactivate_person",
    "invite_people",
    "merge_people",
    "permissions_of",
    "preview_merge",
    "relations_to_people",
    "return_person",
    "revoke_invitations",
    "set_roles",
    "settle_invitation",
    "sign_up_person",
    "sync_roles",
]

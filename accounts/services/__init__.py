"""Changes to people, teams and roles."""

from accounts.services.people import create_person, deactivate_person
from accounts.services.roles import permissions_of, set_roles, sync_roles
from accounts.services.teams import assign_team

__all__ = [
    "assign_team",
    "create_person",
    "deactivate_person",
    "permissions_of",
    "set_roles",
    "sync_roles",
]

"""People and teams as files."""

from accounts.resources.people import PeopleResource
from accounts.resources.teams import TeamResource

__all__ = ["PeopleResource", "TeamResource"]

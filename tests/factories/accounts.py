"""People and teams."""

from itertools import count

from accounts.models import Team
from accounts.services import assign_team, create_person

_numbers = count(1)


def make_person(name: str = "", *, email: str = "", roles: tuple[str, ...] = (), password: str | None = None, **extra):
    """A person; ``name`` is "First Last", the address follows from it."""
    number = next(_numbers)
    first, _, last = (name or f"Person {number}").partition(" ")
    email = email or f"{first}.{last or 'x'}.{number}@example.com".lower().replace(" ", "")
    return create_person(email=email, first_name=first, last_name=last, roles=roles, password=password, **extra)


def make_team(name: str = "", *, managers=(), members=(), since=None) -> Team:
    team = Team.objects.create(name=name or f"Team {next(_numbers)}")
    team.managers.set(managers)
    for member in members:
        assign_team(user=member, team=team, since=since)
    return team


def link_in(message) -> str:
    """The address of an invitation in its mail."""
    return link_in_text(message.body)


def link_in_text(text: str) -> str:
    return next(word for word in text.split() if "/accounts/invitation/" in word)

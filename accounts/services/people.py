"""Adding people, and taking away and giving back their right to sign in."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction


def create_person(
    *,
    email: str,
    first_name: str = "",
    last_name: str = "",
    password: str | None = None,
    password_hash: str = "",
    roles: tuple[str, ...] = (),
    timezone_name: str = "",
    joined: Any = None,
) -> Any:
    """A new person with ``roles``. Without a password they cannot sign in until they set one by mail.

    ``password_hash`` is a ready hash: the demo makes one and uses it for everybody.
    """
    user = get_user_model()(email=email.lower(), first_name=first_name, last_name=last_name, timezone=timezone_name)
    if password_hash:
        user.password = password_hash
    elif password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    if joined:
        user.date_joined = joined
    with transaction.atomic():
        user.full_clean(exclude=["password"])
        user.save()
        if roles:
            user.groups.set(Group.objects.filter(name__in=roles))
    return user


def deactivate_person(*, person: Any) -> None:
    """Take away the right to sign in. What the person learned stays; sessions end with the next request."""
    person.is_active = False
    person.save(update_fields=["is_active"])

"""Adding people, and taking away and giving back their right to sign in."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F
from wagtail.log_actions import log

from accounts.models import Invitation
from accounts.services.invitations import revoke_invitations


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


def deactivate_person(*, person: Any, actor: Any = None) -> None:
    """Take away the right to sign in: sessions end at once and for good, an open invitation is revoked.

    What the person learned stays. Nothing happens to somebody who may not sign in already.
    """
    with transaction.atomic():
        changed = get_user_model().objects.filter(pk=person.pk, is_active=True)
        if changed.update(is_active=False, session_generation=F("session_generation") + 1):
            revoke_invitations(invitations=Invitation.objects.filter(person=person), actor=actor)
            log(instance=person, action="accounts.deactivate", user=actor)
    person.refresh_from_db(fields=["is_active", "session_generation"])


def return_person(*, person: Any, actor: Any = None) -> None:
    """Give back the right to sign in, with the password of before if there was one.

    Nothing happens to somebody who may sign in already, or whose account was merged into another.
    """
    with transaction.atomic():
        changed = get_user_model().objects.filter(pk=person.pk, is_active=False, merged_into=None)
        if changed.update(is_active=True):
            log(instance=person, action="accounts.return", user=actor)
    person.refresh_from_db(fields=["is_active"])

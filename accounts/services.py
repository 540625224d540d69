"""Changes to people, teams and roles."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from accounts.models import Team, TeamMembership
from accounts.roles import ROLES, Role
from workbench.days import site_day


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


def set_roles(*, user: Any, roles: tuple[str, ...]) -> None:
    """Give a person exactly these of the five roles; groups of any other kind stay as they are."""
    ours = Group.objects.filter(name__in=[role.name for role in ROLES])
    wanted = ours.filter(name__in=roles)
    with transaction.atomic():
        user.groups.remove(*ours.exclude(pk__in=wanted.values("pk")))
        user.groups.add(*wanted)


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


def deactivate_person(*, person: Any) -> None:
    """Take away the right to sign in. What the person learned stays; sessions end with the next request."""
    person.is_active = False
    person.save(update_fields=["is_active"])


def permissions_of(role: Role) -> list[Permission]:
    """The permission rows a role names. LookupError for a name that no app has, so that a typing error is not a lost right."""
    found: list[Permission] = []
    for name in role.permissions:
        app, _, codename = name.partition(".")
        rows = Permission.objects.filter(content_type__app_label=app)
        named = list(rows if codename == "*" else rows.filter(codename=codename))
        if not named:
            raise LookupError(f"Role {role.name} names the permission {name}, which does not exist.")
        found += named
    return found


def sync_roles() -> None:
    """Make the five groups have exactly the permissions that `accounts.roles` says. Idempotent."""
    root = Page.objects.filter(depth=1).first()
    collection = Collection.get_first_root_node()
    if root is None:
        return  # A database emptied by a test; there is nothing to grant on.
    for role in ROLES:
        group, _created = Group.objects.get_or_create(name=role.name)
        group.permissions.set(permissions_of(role))
        wanted = {}
        for codename in role.pages:
            wanted[codename] = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
        GroupPagePermission.objects.filter(group=group).exclude(permission__in=wanted.values()).delete()
        for permission in wanted.values():
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        names = [name.partition(".") for name in role.collections]
        rows = [Permission.objects.get(content_type__app_label=app, codename=codename) for app, _, codename in names]
        GroupCollectionPermission.objects.filter(group=group).exclude(permission__in=rows).delete()
        for permission in rows:
            GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)

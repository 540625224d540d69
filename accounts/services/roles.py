"""What the five roles may do, written to their groups; and who has which."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from accounts.roles import ROLES, Role


def set_roles(*, user: Any, roles: tuple[str, ...], actor: Any = None) -> None:
    """Give a person exactly these of the five roles; groups of any other kind stay as they are.

    A change stands in the log, under ``actor`` or whoever the request belongs to.
    """
    ours = Group.objects.filter(name__in=[role.name for role in ROLES])
    wanted = ours.filter(name__in=roles)
    with transaction.atomic():
        before = set(user.groups.filter(pk__in=ours.values("pk")).values_list("name", flat=True))
        user.groups.remove(*ours.exclude(pk__in=wanted.values("pk")))
        user.groups.add(*wanted)
        after = set(wanted.values_list("name", flat=True))
        if before != after:
            data = {"given": sorted(after - before), "taken": sorted(before - after)}
            log(instance=user, action="accounts.set_roles", user=actor, data=data)


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

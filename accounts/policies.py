"""Who may see whom."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from accounts.models import Invitation, Team, TeamMembership


def people(viewer: Any) -> Q:
    if viewer.has_perm("accounts.view_user"):
        return Q()
    return Q(pk=viewer.pk) | Q(pk__in=TeamMembership.objects.current().filter(team__managers=viewer).values("user"))


def teams(viewer: Any) -> Q:
    if viewer.has_perm("accounts.view_team"):
        return Q()
    current = TeamMembership.objects.current()
    return Q(managers=viewer) | Q(pk__in=current.filter(user=viewer).values("team"))


def memberships(viewer: Any) -> Q:
    if viewer.has_perm("accounts.view_teammembership"):
        return Q()
    return Q(user=viewer) | Q(team__managers=viewer)


def invitations(viewer: Any) -> Q:
    if viewer.has_perm("accounts.view_invitation"):
        return Q()
    return Q(person__in=TeamMembership.objects.current().filter(team__managers=viewer).values("user"))


RULES: dict[type, Callable[[Any], Q]] = {
    get_user_model(): people,
    Team: teams,
    TeamMembership: memberships,
    Invitation: invitations,
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see; nothing for those who are not signed in."""
    if not viewer.is_authenticated or not viewer.is_active:
        return queryset.none()
    return queryset.filter(RULES[queryset.model](viewer)).distinct()

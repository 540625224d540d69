"""Who may see whom."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Invitation, Team, TeamMembership


def enters_admin(viewer: Any) -> bool:
    """Whether the viewer may open the admin at all.

    One query, kept on the person. To ask for the right itself loads every right there is in two, which learners need for
    nothing else; whoever has theirs loaded already is asked by them.
    """
    if not viewer.is_authenticated or not viewer.is_active:
        return False
    if viewer.is_superuser or hasattr(viewer, "_perm_cache"):
        return viewer.has_perm("wagtailadmin.access_admin")
    if not hasattr(viewer, "_enters_admin"):
        viewer._enters_admin = right_to_enter().filter(Q(user=viewer) | Q(group__user=viewer)).exists()
    return viewer._enters_admin


def right_to_enter() -> QuerySet[Permission]:
    """The right to open the admin, as a row."""
    return Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")


def enters_admin_by_right() -> Exists:
    """Whether a row of people was given that right, itself or by a role; superusers need none."""
    return Exists(right_to_enter().filter(Q(user=OuterRef("pk")) | Q(group__user=OuterRef("pk"))))


def kept_out_of_admin(people: QuerySet) -> QuerySet:
    """Those of ``people`` who may not open the admin: `enters_admin` for many, in their own query."""
    return people.filter(~enters_admin_by_right(), is_superuser=False)


def managed(viewer: Any, team: str) -> Q:
    """Rows whose ``team`` the viewer manages, by a subquery: a join to managers would give a row for each of them."""
    return Q(**{f"{team}__in": Team.managers.through.objects.filter(user=viewer).values("team")})


def people(viewer: Any) -> Q:
    if viewer.has_perm("accounts.view_user"):
        return Q()
    return Q(pk=viewer.pk) | Q(pk__in=TeamMembership.objects.current().filter(team__managers=viewer).values("user"))


def teams(viewer: Any) -> Q:
    if viewer.has_perm("accounts.view_team"):
        return Q()
    current = TeamMembership.objects.current()
    return managed(viewer, "pk") | Q(pk__in=current.filter(user=viewer).values("team"))


def memberships(viewer: Any) -> Q:
    if viewer.has_perm("accounts.view_teammembership"):
        return Q()
    return Q(user=viewer) | managed(viewer, "team")


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
    return queryset.filter(RULES[queryset.model](viewer))

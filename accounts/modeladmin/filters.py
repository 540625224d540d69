"""Filters by people and teams, for the lists of this app and of all above it."""

from typing import ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Invitation, Team, TeamMembership
from accounts.policies import visible_to
from accounts.roles import ROLES
from workbench.modeladmin.filters import RowsFilter


class PersonFilter(SimpleListFilter):
    """Rows of one person, by uuid. It is offered only while a link from elsewhere has set it."""

    title = gettext_lazy("person")
    parameter_name = "person"
    # The relation from the list's rows to the person.
    field: ClassVar[str] = "user"

    def lookups(self, request, model_admin):
        if not self.value():
            return []
        try:
            found = visible_to(request.user, get_user_model().objects.filter(uuid=self.value())).first()
        except ValidationError:
            found = None
        return [(str(found.uuid), found.name)] if found else []

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(**{f"{self.field}__uuid": self.value()})


class ManagerFilter(PersonFilter):
    title = gettext_lazy("manager")
    parameter_name = "manager"
    field = "managers"


class TeamFilter(RowsFilter):
    """People who are in a team today."""

    title = gettext_lazy("team")
    parameter_name = "team"

    def rows(self, request):
        return visible_to(request.user, Team.objects.all())

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        members = TeamMembership.objects.current().filter(team__uuid=self.value())
        return queryset.filter(pk__in=members.values("user"))


class MembershipTeamFilter(TeamFilter):
    def queryset(self, request, queryset):
        return queryset.filter(team__uuid=self.value()) if self.value() in dict(self.lookup_choices) else queryset


class CurrentFilter(SimpleListFilter):
    title = gettext_lazy("time")
    parameter_name = "time"

    def lookups(self, request, model_admin):
        return [("now", _("Today")), ("ended", _("Ended"))]

    def queryset(self, request, queryset):
        if self.value() == "now":
            return queryset.filter(pk__in=TeamMembership.objects.current().values("pk"))
        return queryset.filter(until__isnull=False) if self.value() == "ended" else queryset


class RoleFilter(SimpleListFilter):
    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return [*((role.name, role.label) for role in ROLES), ("none", _("Learners only"))]

    def queryset(self, request, queryset):
        if self.value() == "none":
            return queryset.exclude(groups__name__in=[role.name for role in ROLES])
        return queryset.filter(groups__name=self.value()).distinct() if self.value() else queryset


class ActiveFilter(SimpleListFilter):
    title = gettext_lazy("access")
    parameter_name = "access"

    def lookups(self, request, model_admin):
        return [
            ("yes", _("May sign in")),
            ("invited", _("Invited, not accepted yet")),
            ("uninvited", _("No password and no invitation")),
            ("no", _("May not sign in")),
        ]

    def queryset(self, request, queryset):
        invited = Invitation.objects.pending().values("person")
        match self.value():
            case "yes":
                return queryset.filter(is_active=True)
            case "no":
                return queryset.filter(is_active=False)
            case "invited":
                return queryset.invitable().filter(pk__in=invited)
            case "uninvited":
                return queryset.invitable().exclude(pk__in=invited)
        return queryset

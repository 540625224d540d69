"""Teams and who belongs to them, in the admin."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel, ObjectList

from accounts.forms import TeamForm
from accounts.modeladmin.filters import CurrentFilter, ManagerFilter, MembershipTeamFilter, PersonFilter
from accounts.models import Team, TeamMembership
from accounts.policies import visible_to
from accounts.resources import TeamResource
from workbench.modeladmin import RowButtonHelper, ScopedModelAdmin, ScopedPermissionHelper
from workbench.records import Related
from workbench.times import day_words


def manages_a_team(user) -> bool:
    """Asked once a request: the menu and each list want to know."""
    if not hasattr(user, "_manages_a_team"):
        user._manages_a_team = Team.objects.filter(managers=user).exists()
    return user._manages_a_team


class ManagedTeamHelper(ScopedPermissionHelper):
    """Managers open these lists without a right of their own: the rows are those of their teams."""

    def user_can_list(self, user):
        return super().user_can_list(user) or manages_a_team(user)


class TeamAdmin(ScopedModelAdmin):
    model = Team
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "group"
    menu_order = 200
    permission_helper_class = ManagedTeamHelper
    inspect_view_enabled = True
    list_display = ("name", "manager_names", "size")
    list_filter = (ManagerFilter,)
    search_fields = ("name",)
    search_hint = gettext_lazy("Name of a team")
    resource_class = TeamResource
    empty_text = gettext_lazy("There are no teams yet. A team's managers see how its people are doing.")
    edit_handler = ObjectList([FieldPanel("name"), FieldPanel("managers")], base_form_class=TeamForm)

    def get_queryset(self, request):
        current = TeamMembership.objects.current()
        counted = super().get_queryset(request).prefetch_related("managers")
        return counted.annotate(
            people=Count("memberships__user", filter=Q(memberships__in=current.values("pk")), distinct=True)
        )

    def facts(self, team):
        return [(_("Managers"), self.manager_names(team))]

    def related(self, viewer, team):
        memberships = visible_to(viewer, TeamMembership.objects.filter(team=team))
        people = memberships.current().values("user").distinct().count()
        yield Related(
            ngettext("person today", "people today", people),
            f"{reverse('accounts_user_modeladmin_index')}?team={team.uuid}",
            people,
        )
        rows = memberships.count()
        yield Related(
            ngettext("membership, those that ended too", "memberships, those that ended too", rows),
            f"{reverse('accounts_teammembership_modeladmin_index')}?team={team.uuid}",
            rows,
        )

    def manager_names(self, team):
        return ", ".join(person.name for person in team.managers.all()) or _("nobody yet")

    manager_names.short_description = gettext_lazy("managers")

    def size(self, team):
        words = ngettext("%d person", "%d people", team.people) % team.people
        url = f"{reverse('accounts_user_modeladmin_index')}?team={team.uuid}"
        return format_html('<a href="{}">{}</a>', url, words)

    size.short_description = gettext_lazy("today")
    size.admin_order_field = "people"


class MembershipButtonHelper(RowButtonHelper):
    def get_primary_button(self, obj):
        return self.link(_("Details"), reverse("accounts_user_modeladmin_inspect", args=[obj.user_id]))


class TeamMembershipAdmin(ScopedModelAdmin):
    model = TeamMembership
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "history"
    menu_order = 300
    permission_helper_class = ManagedTeamHelper
    button_helper_class = MembershipButtonHelper
    list_display = ("user", "team_link", "started", "ended", "kind")
    list_filter = (PersonFilter, MembershipTeamFilter, CurrentFilter)
    list_select_related = ("user", "team")
    search_fields = ("user__first_name", "user__last_name", "user__email", "team__name")
    search_hint = gettext_lazy("Person or team")
    ordering = ("-since",)
    panels = [
        FieldPanel("user"),
        FieldPanel("team"),
        FieldPanel("since"),
        FieldPanel("until"),
        FieldPanel("is_primary"),
    ]

    def get_menu_label(self):
        return _("Team members")

    def get_add_label(self):
        return _("Add a person to a team")

    def team_link(self, membership):
        url = reverse("accounts_team_modeladmin_inspect", args=[membership.team_id])
        return format_html('<a href="{}">{}</a>', url, membership.team.name)

    team_link.short_description = gettext_lazy("team")
    team_link.admin_order_field = "team__name"

    def started(self, membership):
        return day_words(membership.since)

    started.short_description = gettext_lazy("since")
    started.admin_order_field = "since"

    def ended(self, membership):
        return day_words(membership.until)

    ended.short_description = gettext_lazy("until")
    ended.admin_order_field = "until"
    ended.empty_value_display = ""

    def kind(self, membership):
        return _("Primary") if membership.is_primary else _("Also a member")

    kind.short_description = gettext_lazy("membership")

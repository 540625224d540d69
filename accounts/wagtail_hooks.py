"""People, teams and memberships in the admin."""

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.admin.views.account import BaseSettingsPanel
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.permissions import register_permission_policy

from accounts.bulk import Deactivate, MoveToTeam
from accounts.forms import PersonFilterForm, PersonForm, TeamForm, TimezoneForm
from accounts.models import Team, TeamMembership
from accounts.policies import visible_to
from accounts.roles import ROLES
from workbench.modeladmin import RowButtonHelper, ScopedInspectView, ScopedModelAdmin, ScopedPermissionHelper
from workbench.permissions import ScopedPermissionPolicy

User = get_user_model()

# A person who learned something is anonymized, never deleted.
register_permission_policy(User, ScopedPermissionPolicy(User, visible_to, never=("delete",)))
register_permission_policy(Team, ScopedPermissionPolicy(Team, visible_to))
register_permission_policy(TeamMembership, ScopedPermissionPolicy(TeamMembership, visible_to))


def manages_a_team(user) -> bool:
    """Asked once a request: the menu and each list want to know."""
    if not hasattr(user, "_manages_a_team"):
        user._manages_a_team = Team.objects.filter(managers=user).exists()
    return user._manages_a_team


class ManagedTeamHelper(ScopedPermissionHelper):
    """Managers open these lists without a right of their own: the rows are those of their teams."""

    def user_can_list(self, user):
        return super().user_can_list(user) or manages_a_team(user)


class PersonPermissionHelper(ManagedTeamHelper):
    never = frozenset({"delete"})

    def user_can_edit_obj(self, user, obj):
        return super().user_can_edit_obj(user, obj) and (user.is_superuser or not obj.is_superuser)


class PersonButtonHelper(RowButtonHelper):
    def get_buttons_for_obj(self, obj, **kwargs):
        buttons = []
        if self.permission_helper.user_can_inspect_obj(self.request.user, obj):
            buttons.append(self.link(_("Details"), self.url_helper.get_action_url("inspect", obj.pk)))
        if self.permission_helper.user_can_edit_obj(self.request.user, obj):
            buttons.append(self.link(_("Edit"), self.url_helper.get_action_url("edit", obj.pk)))
            if obj.is_active:
                mail = reverse("accounts_sign_in_mail", args=[obj.pk])
                buttons.append(self.post(_("Send a sign-in mail"), mail))
        return buttons


class RoleFilter(SimpleListFilter):
    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return [*((role.name, role.label) for role in ROLES), ("none", _("Learners only"))]

    def queryset(self, request, queryset):
        if self.value() == "none":
            return queryset.exclude(groups__name__in=[role.name for role in ROLES])
        return queryset.filter(groups__name=self.value()).distinct() if self.value() else queryset


class TeamFilter(SimpleListFilter):
    title = gettext_lazy("team")
    parameter_name = "team"

    def lookups(self, request, model_admin):
        return [(str(team.uuid), team.name) for team in visible_to(request.user, Team.objects.all())]

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        members = TeamMembership.objects.current().filter(team__uuid=self.value())
        return queryset.filter(pk__in=members.values("user"))


class ActiveFilter(SimpleListFilter):
    title = gettext_lazy("access")
    parameter_name = "access"

    def lookups(self, request, model_admin):
        return [("yes", _("May sign in")), ("no", _("May not sign in"))]

    def queryset(self, request, queryset):
        return queryset.filter(is_active=self.value() == "yes") if self.value() in ("yes", "no") else queryset


class PersonInspectView(ScopedInspectView):
    def header_buttons(self):
        return []

    def get_context_data(self, **kwargs):
        person, admin = self.instance, self.model_admin
        rows = [
            (_("E-mail address"), person.email),
            (_("Roles"), admin.roles(person)),
            (_("Team"), admin.team(person)),
            (_("Time zone"), person.timezone or _("The site's time zone")),
            (_("Last sign-in"), admin.last_seen(person)),
            (_("Access"), _("May sign in") if person.is_active else _("May not sign in")),
        ]
        fields = [{"label": label, "value": value} for label, value in rows]
        return {**super().get_context_data(**kwargs), "fields": fields}


class PersonAdmin(ScopedModelAdmin):
    model = User
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "user"
    menu_order = 100
    menu_label = gettext_lazy("People")
    permission_helper_class = PersonPermissionHelper
    button_helper_class = PersonButtonHelper
    inspect_view_enabled = True
    inspect_view_class = PersonInspectView
    list_display = ("name", "email", "roles", "team", "last_seen")
    list_filter = (RoleFilter, TeamFilter, ActiveFilter)
    search_fields = ("first_name", "last_name", "email")
    search_hint = gettext_lazy("Name or e-mail address")
    ordering = ("last_name", "first_name", "email")
    bulk_actions = (MoveToTeam, Deactivate)
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("first_name"), FieldPanel("last_name"), FieldPanel("email")], heading=gettext_lazy("Who")
            ),
            MultiFieldPanel(
                [FieldPanel("roles"), FieldPanel("team"), FieldPanel("is_active")],
                heading=gettext_lazy("Roles and team"),
            ),
            MultiFieldPanel(
                [FieldPanel("timezone"), FieldPanel("language")], heading=gettext_lazy("Time and language")
            ),
            HelpPanel(
                content=gettext_lazy(
                    "<p>Nobody sees or types another person's password. Choose “Send a sign-in mail” in the list: "
                    "it has a link with which the person sets one.</p>"
                )
            ),
        ],
        base_form_class=PersonForm,
    )

    def get_queryset(self, request):
        open_ones = TeamMembership.objects.current().select_related("team").order_by("-is_primary", "-since", "-pk")
        return (
            super()
            .get_queryset(request)
            .prefetch_related("groups", Prefetch("team_memberships", open_ones, to_attr="current_memberships"))
        )

    def name(self, person):
        if person.is_active:
            return person.name
        return format_html('{} <span class="w-status">{}</span>', person.name, _("may not sign in"))

    name.short_description = gettext_lazy("name")
    name.admin_order_field = "last_name"

    def roles(self, person):
        labels = {role.name: role.label for role in ROLES}
        names = [str(labels[group.name]) for group in person.groups.all() if group.name in labels]
        if person.is_superuser:
            names.insert(0, _("Superuser"))
        return ", ".join(names) or _("Learner")

    roles.short_description = gettext_lazy("roles")

    def team(self, person):
        memberships = getattr(person, "current_memberships", None)
        if memberships is None:
            memberships = (
                person.team_memberships.current().select_related("team").order_by("-is_primary", "-since", "-pk")
            )
        return ", ".join(membership.team.name for membership in memberships) or "–"

    team.short_description = gettext_lazy("team")

    def last_seen(self, person):
        return person.last_login.date() if person.last_login else _("never")

    last_seen.short_description = gettext_lazy("last sign-in")
    last_seen.admin_order_field = "last_login"

    def sign_in_mail_view(self, request, pk):
        """Send the mail with which a person sets a password: allauth's own reset mail."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        person = self.object_in_scope(request, str(pk))
        if not self.permission_helper.user_can_edit_obj(request.user, person):
            raise PermissionDenied
        form = ResetPasswordForm({"email": person.email})
        if person.is_active and form.is_valid():
            form.save(request)
            messages.success(request, _("A mail with a link to set a password is on its way to %s.") % person.email)
        else:
            messages.error(
                request, _("No mail was sent: %s may not sign in. Give access on the person's page first.") % person
            )
        return redirect(self.url_helper.index_url)

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            path("accounts/user/<int:pk>/sign-in-mail/", self.sign_in_mail_view, name="accounts_sign_in_mail"),
        )


class TeamAdmin(ScopedModelAdmin):
    model = Team
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "group"
    menu_order = 200
    permission_helper_class = ManagedTeamHelper
    list_display = ("name", "manager_names", "size")
    search_fields = ("name",)
    search_hint = gettext_lazy("Name of a team")
    empty_text = gettext_lazy("There are no teams yet. A team's managers see how its people are doing.")
    edit_handler = ObjectList([FieldPanel("name"), FieldPanel("managers")], base_form_class=TeamForm)

    def get_queryset(self, request):
        current = TeamMembership.objects.current()
        counted = super().get_queryset(request).prefetch_related("managers")
        return counted.annotate(
            people=Count("memberships__user", filter=Q(memberships__in=current.values("pk")), distinct=True)
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


class CurrentFilter(SimpleListFilter):
    title = gettext_lazy("time")
    parameter_name = "time"

    def lookups(self, request, model_admin):
        return [("now", _("Today")), ("ended", _("Ended"))]

    def queryset(self, request, queryset):
        if self.value() == "now":
            return queryset.filter(pk__in=TeamMembership.objects.current().values("pk"))
        return queryset.filter(until__isnull=False) if self.value() == "ended" else queryset


class MembershipTeamFilter(TeamFilter):
    def queryset(self, request, queryset):
        return queryset.filter(team__uuid=self.value()) if self.value() in dict(self.lookup_choices) else queryset


class TeamMembershipAdmin(ScopedModelAdmin):
    model = TeamMembership
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "history"
    menu_order = 300
    permission_helper_class = ManagedTeamHelper
    list_display = ("user", "team", "since", "ended", "kind")
    list_filter = (MembershipTeamFilter, CurrentFilter)
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

    def ended(self, membership):
        return membership.until or ""

    ended.short_description = gettext_lazy("until")
    ended.admin_order_field = "until"
    ended.empty_value_display = ""

    def kind(self, membership):
        return _("Primary") if membership.is_primary else _("Also a member")

    kind.short_description = gettext_lazy("membership")


person_admin = PersonAdmin()
for admin in (person_admin, TeamAdmin(), TeamMembershipAdmin()):
    admin.register_with_wagtail()


@hooks.register("before_bulk_action")
def refuse_bulk_actions_on_people(request, action_type, objects, action_class_instance):
    """Wagtail's listing of users is closed; its bulk actions know neither our roles nor who must stay."""
    if action_class_instance.model is User:
        messages.error(request, _("Nothing was changed. People are edited one by one, and never deleted."))
        return redirect("accounts_user_modeladmin_index")
    return None


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("accounts.deactivate", gettext_lazy("Deactivate"), gettext_lazy("Deactivated"))
    actions.register_action("accounts.move_to_team", gettext_lazy("Move to a team"), gettext_lazy("Moved to a team"))


# Choosing a person in other records' forms ---------------------------------------


class PeopleInScope:
    def get_object_list(self):
        return visible_to(self.request.user, User.objects.active())

    def get_object(self, pk):
        found = visible_to(self.request.user, User.objects.filter(pk=pk)).first()
        if found is None:
            raise Http404("No such person for this viewer.")
        return found

    def get_objects(self, pks):
        return visible_to(self.request.user, User.objects.filter(pk__in=pks))


class ChoosePersonView(PeopleInScope, chooser.ChooseView):
    filter_form_class = PersonFilterForm


class ChoosePersonResultsView(PeopleInScope, chooser.ChooseResultsView):
    filter_form_class = PersonFilterForm


class ChosenPersonView(PeopleInScope, chooser.ChosenView):
    pass


class ChosenPeopleView(PeopleInScope, chooser.ChosenMultipleView):
    pass


class PersonChooserViewSet(ChooserViewSet):
    model = User
    icon = "user"
    choose_one_text = gettext_lazy("Choose a person")
    choose_another_text = gettext_lazy("Choose another person")
    choose_view_class = ChoosePersonView
    choose_results_view_class = ChoosePersonResultsView
    chosen_view_class = ChosenPersonView
    chosen_multiple_view_class = ChosenPeopleView


@hooks.register("register_admin_viewset")
def register_person_chooser():
    return PersonChooserViewSet("person_chooser", url_prefix="choose-person")


# The signed-in person's own settings ----------------------------------------------


class TimezonePanel(BaseSettingsPanel):
    """In place of Wagtail's: one time zone for the site and the admin."""

    name = "time"
    title = gettext_lazy("Time zone")
    order = 350
    form_class = TimezoneForm


@hooks.register("register_account_settings_panel")
def register_timezone_panel(request, user, profile):
    return TimezonePanel(request, user, profile)

"""People in the admin: the list, one person's page, and what may be done with them."""

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList

from accounts.forms import PersonForm
from accounts.modeladmin.bulk import Deactivate, Invite, MoveToTeam, Return
from accounts.modeladmin.filters import ActiveFilter, RoleFilter, TeamFilter
from accounts.modeladmin.merge import merge_view
from accounts.modeladmin.teams import ManagedTeamHelper
from accounts.models import Invitation, InvitationState, Team, TeamMembership
from accounts.policies import visible_to
from accounts.resources import PeopleResource
from accounts.roles import ROLES
from accounts.services import invite_people
from workbench.furniture import status_tag
from workbench.modeladmin import RowButtonHelper, ScopedCreateView, ScopedModelAdmin
from workbench.records import Related
from workbench.times import day_words, moment_words

User = get_user_model()


class PersonPermissionHelper(ManagedTeamHelper):
    never = frozenset({"delete"})

    def user_can_edit_obj(self, user, obj):
        return super().user_can_edit_obj(user, obj) and (user.is_superuser or not obj.is_superuser)


class PersonButtonHelper(RowButtonHelper):
    def actions(self, obj):
        user = self.request.user
        if not self.permission_helper.user_can_edit_obj(user, obj):
            return []
        if not obj.is_active:
            return [] if obj.merged_into_id else [self.act("return", _("Let return…"), obj)]
        buttons = []
        if obj.has_password:
            buttons.append(self.post(_("Send a sign-in mail"), reverse("accounts_sign_in_mail", args=[obj.pk])))
        elif user.has_perm("accounts.add_invitation"):
            buttons.append(self.post(_("Invite"), reverse("accounts_invite", args=[obj.pk])))
        if user.has_perm("accounts.merge_user"):
            buttons.append(self.link(_("Merge with another account…"), reverse("accounts_merge", args=[obj.pk])))
        if obj.pk != user.pk:
            buttons.append(self.act("deactivate", _("Deactivate…"), obj))
        return buttons

    def act(self, name, label, obj):
        """One of the list's actions, on this one person: it asks before it acts."""
        return self.post(label, reverse("accounts_act_on_person", args=[obj.pk, name]))


class AddPersonView(ScopedCreateView):
    def get_success_message(self, instance):
        if instance.invitations.exists():
            return _("%(name)s was added. An invitation is on its way to %(address)s.") % {
                "name": instance.name,
                "address": instance.email,
            }
        return _("%s was added and not invited yet.") % instance.name


class PersonAdmin(ScopedModelAdmin):
    model = User
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "user"
    menu_order = 100
    menu_label = gettext_lazy("People")
    permission_helper_class = PersonPermissionHelper
    button_helper_class = PersonButtonHelper
    create_view_class = AddPersonView
    inspect_view_enabled = True
    list_display = ("name", "email", "roles", "team", "last_seen")
    list_filter = (RoleFilter, TeamFilter, ActiveFilter)
    search_fields = ("first_name", "last_name", "email")
    search_hint = gettext_lazy("Name or e-mail address")
    ordering = ("last_name", "first_name", "email")
    bulk_actions = (Invite, MoveToTeam, Deactivate, Return)
    resource_class = PeopleResource
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("first_name"), FieldPanel("last_name"), FieldPanel("email")], heading=gettext_lazy("Who")
            ),
            MultiFieldPanel(
                [FieldPanel("roles"), FieldPanel("team")],
                heading=gettext_lazy("Roles and team"),
            ),
            MultiFieldPanel(
                [FieldPanel("timezone"), FieldPanel("language")], heading=gettext_lazy("Time and language")
            ),
            FieldPanel("send_invitation", heading=gettext_lazy("Invitation")),
            HelpPanel(
                content=gettext_lazy(
                    "<p>Nobody sees or types another person's password: a link in a mail opens the page where the "
                    "person sets one. The person's page sends it again, takes access away and gives it back.</p>"
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

    def facts(self, person):
        return [
            (_("E-mail address"), person.email),
            (_("Access"), self.access(person)),
            (_("Roles"), self.roles(person)),
            (_("Team"), self.team(person)),
            (_("Language"), person.get_language_display() or _("The site's language")),
            (_("Time zone"), person.timezone or _("The site's time zone")),
            (_("Added"), day_words(person.date_joined)),
            (_("Last sign-in"), moment_words(person.last_login) or _("never")),
        ]

    def access(self, person):
        if person.merged_into_id:
            link = self.url_helper.get_action_url("inspect", person.merged_into_id)
            return format_html('{} <a href="{}">{}</a>', _("Merged into"), link, person.merged_into.name)
        if not person.is_active:
            return _("May not sign in")
        if person.has_password:
            return _("May sign in")
        pending = person.invitations.pending().first()
        if pending is None:
            return _("No password and no invitation yet")
        if pending.state == InvitationState.EXPIRED:
            return _("The invitation expired on %s") % day_words(pending.expires_at)
        return _("Invited on %s, not accepted yet") % day_words(pending.created_at)

    def related(self, viewer, person):
        rows = visible_to(viewer, TeamMembership.objects.filter(user=person)).count()
        yield Related(
            ngettext("team membership", "team memberships", rows),
            f"{reverse('accounts_teammembership_modeladmin_index')}?person={person.uuid}",
            rows,
        )
        invitations = visible_to(viewer, Invitation.objects.filter(person=person)).count()
        if invitations:
            yield Related(
                ngettext("invitation", "invitations", invitations),
                f"{reverse('accounts_invitation_modeladmin_index')}?state=all&person={person.uuid}",
                invitations,
            )
        managed = visible_to(viewer, Team.objects.filter(managers=person)).count()
        if managed:
            yield Related(
                ngettext("team to manage", "teams to manage", managed),
                f"{reverse('accounts_team_modeladmin_index')}?manager={person.uuid}",
                managed,
            )

    def name(self, person):
        if person.is_active:
            return person.name
        return format_html("{} {}", person.name, status_tag(_("may not sign in")))

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
        return day_words(person.last_login) or _("never")

    last_seen.short_description = gettext_lazy("last sign-in")
    last_seen.admin_order_field = "last_login"

    def person_to_edit(self, request, pk):
        """The person this viewer may change; PermissionDenied or Http404 for any other."""
        person = self.object_in_scope(request, str(pk))
        if not self.permission_helper.user_can_edit_obj(request.user, person):
            raise PermissionDenied
        return person

    def sign_in_mail_view(self, request, pk):
        """Send the mail with which a person sets a password: allauth's own reset mail."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        person = self.person_to_edit(request, pk)
        form = ResetPasswordForm({"email": person.email})
        if person.is_active and form.is_valid():
            form.save(request)
            messages.success(request, _("A mail with a link to set a password is on its way to %s.") % person.email)
        else:
            messages.error(request, _("No mail was sent: %s may not sign in. Let the person return first.") % person)
        return redirect(self.url_helper.index_url)

    def invite_view(self, request, pk):
        """Send the mail with which a person sets their first password."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        person = self.person_to_edit(request, pk)
        if not request.user.has_perm("accounts.add_invitation"):
            raise PermissionDenied
        if invite_people(people=[person], actor=request.user):
            messages.success(request, _("An invitation is on its way to %s.") % person.email)
        else:
            messages.error(request, _("No mail was sent: %s has a password already or may not sign in.") % person)
        return redirect(self.url_helper.get_action_url("inspect", person.pk))

    def merge_view(self, request, pk):
        return merge_view(self, request, pk)

    def act_view(self, request, pk, name):
        """An action of the list for one person, from their page."""
        request.POST = request.POST.copy()
        request.POST["keys"] = str(pk)
        return self.bulk_view(request, name)

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            path("accounts/user/<int:pk>/sign-in-mail/", self.sign_in_mail_view, name="accounts_sign_in_mail"),
            path("accounts/user/<int:pk>/invite/", self.invite_view, name="accounts_invite"),
            path("accounts/user/<int:pk>/merge/", self.merge_view, name="accounts_merge"),
            path("accounts/user/<int:pk>/act/<slug:name>/", self.act_view, name="accounts_act_on_person"),
        )

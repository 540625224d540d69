"""Invitations in the admin: who was invited, who has not accepted yet, sending again and revoking."""

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.modeladmin.filters import PersonFilter
from accounts.modeladmin.teams import ManagedTeamHelper
from accounts.models import Invitation, InvitationState
from accounts.policies import visible_to
from accounts.services import invite_people, revoke_invitations
from workbench.furniture import status_tag
from workbench.modeladmin import BulkAction, RowButtonHelper, ScopedModelAdmin
from workbench.times import day_words, moment_words

TAGS = {
    InvitationState.WAITING: "record-soon",
    InvitationState.EXPIRED: "record-late",
    InvitationState.ACCEPTED: "w-status--primary",
}


class InvitationStateFilter(SimpleListFilter):
    """Without a choice the list holds whom somebody may still have to remind."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("expired", pgettext("invitation", "Expired")),
            ("accepted", pgettext("invitation", "Accepted")),
            ("revoked", pgettext("invitation", "Revoked or sent again")),
            ("all", _("All")),
        ]

    def choices(self, changelist):
        first, *rest = super().choices(changelist)
        return [{**first, "display": pgettext("invitation", "Not accepted yet")}, *rest]

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        if self.value() == "accepted":
            return queryset.filter(accepted_at__isnull=False)
        if self.value() == "revoked":
            return queryset.filter(revoked_at__isnull=False)
        if self.value() == "expired":
            return queryset.pending().filter(expires_at__lte=timezone.now())
        return queryset.pending()


class InvitedPersonFilter(PersonFilter):
    field = "person"


class InvitationPermissionHelper(ManagedTeamHelper):
    """An invitation is sent to a person, from their page or list; here it is sent again or revoked."""

    never = frozenset({"add", "change", "delete"})

    def user_can_list(self, user):
        return super().user_can_list(user) or self.user_can_send(user)

    def may(self, user, action):
        return action == "view" and user.has_perm("accounts.view_invitation")

    def user_can_send(self, user):
        return user.has_perm("accounts.add_invitation")


class InvitationButtonHelper(RowButtonHelper):
    def actions(self, obj):
        if not self.permission_helper.user_can_send(self.request.user):
            return []
        buttons = []
        if not obj.is_replaced and obj.obstacle not in ("inactive", "used"):
            buttons.append(self.post(_("Send again"), reverse("accounts_invitation_resend", args=[obj.pk])))
        if obj.accepted_at is None and obj.revoked_at is None:
            buttons.append(self.post(_("Revoke"), reverse("accounts_invitation_revoke", args=[obj.pk])))
        return buttons


class InvitationAction(BulkAction):
    def may(self, user):
        return self.model_admin.permission_helper.user_can_send(user)


class SendAgain(InvitationAction):
    name = "send-again"
    label = gettext_lazy("Send again…")
    confirm_label = gettext_lazy("Send again")

    def refusal(self, user, row):
        if row.obstacle == "inactive":
            return _("May not sign in.")
        if row.obstacle == "used":
            return _("Has a password already.")
        return _("A newer invitation was sent.") if row.is_replaced else ""

    def question(self, count):
        return ngettext("Send %d invitation again?", "Send %d invitations again?", count) % count

    def explanation(self):
        return _("Each person gets a mail with a new link. The links sent before stop working.")

    def run(self, *, rows, actor, data):
        sent = len(invite_people(people=[row.person for row in rows], actor=actor))
        return ngettext("%d invitation is on its way.", "%d invitations are on their way.", sent) % sent


class Revoke(InvitationAction):
    name = "revoke"
    label = gettext_lazy("Revoke…")
    confirm_label = gettext_lazy("Revoke")
    is_grave = True

    def refusal(self, user, row):
        return "" if row.accepted_at is None and row.revoked_at is None else _("Is not open any more.")

    def question(self, count):
        return ngettext("Revoke %d invitation?", "Revoke %d invitations?", count) % count

    def explanation(self):
        return _("The links in the mails stop working. The people stay on record and can be invited again.")

    def run(self, *, rows, actor, data):
        rows = Invitation.objects.filter(pk__in=[row.pk for row in rows])
        revoked = revoke_invitations(invitations=rows, actor=actor)
        return ngettext("%d invitation was revoked.", "%d invitations were revoked.", revoked) % revoked


class InvitationAdmin(ScopedModelAdmin):
    model = Invitation
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "mail"
    menu_order = 150
    menu_label = gettext_lazy("Invitations")
    permission_helper_class = InvitationPermissionHelper
    button_helper_class = InvitationButtonHelper
    inspect_view_enabled = True
    history_view_enabled = False
    list_display = ("person_name", "sent_to", "state_column", "sent", "until", "sender")
    list_filter = (InvitationStateFilter, InvitedPersonFilter)
    list_select_related = ("person", "created_by")
    search_fields = ("person__first_name", "person__last_name", "sent_to")
    search_hint = gettext_lazy("Name or e-mail address")
    ordering = ("-created_at", "-pk")
    empty_text = gettext_lazy(
        "Nobody has been invited yet. Add a person, or tick people in their list and choose “Invite”."
    )
    bulk_actions = (SendAgain, Revoke)

    def facts(self, invitation):
        link = reverse("accounts_user_modeladmin_inspect", args=[invitation.person_id])
        rows = [
            (_("Person"), format_html('<a href="{}">{}</a>', link, invitation.person.name)),
            (_("Sent to"), invitation.sent_to),
            (_("State"), self.state_column(invitation)),
            (_("Language"), dict(settings.LANGUAGES).get(invitation.language, "")),
            (_("Invited by"), self.sender(invitation)),
            (_("Sent"), moment_words(invitation.created_at)),
            (_("Valid until"), moment_words(invitation.expires_at)),
            (_("Accepted"), moment_words(invitation.accepted_at)),
            (_("Revoked"), moment_words(invitation.revoked_at)),
        ]
        return [(label, value) for label, value in rows if value]

    def person_name(self, invitation):
        return invitation.person.name

    person_name.short_description = gettext_lazy("person")
    person_name.admin_order_field = "person__last_name"

    def state_column(self, invitation):
        state = invitation.state
        return status_tag(state.label, TAGS.get(state, ""))

    state_column.short_description = gettext_lazy("state")

    def sent(self, invitation):
        return moment_words(invitation.created_at)

    sent.short_description = gettext_lazy("sent")
    sent.admin_order_field = "created_at"

    def until(self, invitation):
        return day_words(invitation.expires_at)

    until.short_description = gettext_lazy("valid until")
    until.admin_order_field = "expires_at"

    def sender(self, invitation):
        return invitation.created_by.name if invitation.created_by else ""

    sender.short_description = gettext_lazy("invited by")
    sender.empty_value_display = ""

    def invitation_to_change(self, request, pk):
        invitation = self.object_in_scope(request, str(pk))
        if not self.permission_helper.user_can_send(request.user):
            raise PermissionDenied
        return invitation

    def resend_view(self, request, pk):
        """Send the person a new link; the one of before stops working."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        invitation = self.invitation_to_change(request, pk)
        if invite_people(people=[invitation.person], actor=request.user):
            messages.success(request, _("A new invitation is on its way to %s.") % invitation.person.email)
        else:
            messages.error(
                request,
                _("No mail was sent: %s has a password already or may not sign in.") % invitation.person,
            )
        return redirect(self.url_helper.index_url)

    def revoke_view(self, request, pk):
        """Make the link useless."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        invitation = self.invitation_to_change(request, pk)
        if revoke_invitations(invitations=Invitation.objects.filter(pk=invitation.pk), actor=request.user):
            messages.success(
                request, _("The invitation of %s was revoked. Its link does not work any more.") % invitation.person
            )
        else:
            messages.error(
                request,
                _("Nothing was changed: the invitation of %s is not open any more.") % invitation.person,
            )
        return redirect(self.url_helper.index_url)

    def get_admin_urls_for_registration(self):
        address = "accounts/invitation/<int:pk>/"
        return (
            *super().get_admin_urls_for_registration(),
            path(f"{address}again/", self.resend_view, name="accounts_invitation_resend"),
            path(f"{address}revoke/", self.revoke_view, name="accounts_invitation_revoke"),
        )

"""What may be done with many people at once in their list."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.log_actions import log

from accounts.models import Team
from accounts.services import assign_team, deactivate_person, invite_people, return_person
from workbench.modeladmin import BulkAction


class PeopleAction(BulkAction):
    """An action on people whom the actor may edit."""

    def may(self, user):
        return user.has_perm("accounts.change_user")

    def refusal(self, user, row):
        if not self.model_admin.permission_helper.user_can_edit_obj(user, row):
            return _("You may not edit this person.")
        return ""


class Deactivate(PeopleAction):
    name = "deactivate"
    label = gettext_lazy("Deactivate…")
    confirm_label = gettext_lazy("Deactivate")
    is_grave = True

    def refusal(self, user, row):
        if row.pk == user.pk:
            return _("You cannot lock yourself out. Ask another administrator to do it.")
        if not row.is_active:
            return _("May not sign in already.")
        return super().refusal(user, row)

    def question(self, count):
        return ngettext("Deactivate %d person?", "Deactivate %d people?", count) % count

    def explanation(self):
        return _(
            "They are signed out at once, can no longer sign in and get no more mail. "
            "What they learned stays on record, and they can return."
        )

    def run(self, *, rows, actor, data):
        for person in rows:
            deactivate_person(person=person, actor=actor)
        return ngettext("%d person may no longer sign in.", "%d people may no longer sign in.", len(rows)) % len(rows)


class Return(PeopleAction):
    name = "return"
    label = gettext_lazy("Let return…")
    confirm_label = gettext_lazy("Let return")

    def refusal(self, user, row):
        if row.merged_into_id:
            return _("This account was merged into another one.")
        if row.is_active:
            return _("May sign in already.")
        return super().refusal(user, row)

    def question(self, count):
        return ngettext("Let %d person return?", "Let %d people return?", count) % count

    def explanation(self):
        return _("They may sign in again, with the password they had. Who never had one needs an invitation.")

    def run(self, *, rows, actor, data):
        for person in rows:
            return_person(person=person, actor=actor)
        return ngettext("%d person may sign in again.", "%d people may sign in again.", len(rows)) % len(rows)


class Invite(PeopleAction):
    name = "invite"
    label = gettext_lazy("Invite…")
    confirm_label = gettext_lazy("Send")

    def may(self, user):
        return user.has_perm("accounts.add_invitation")

    def refusal(self, user, row):
        if not row.is_active:
            return _("May not sign in.")
        if row.has_password:
            return _("Has a password already. A sign-in mail has a link to set a new one.")
        return super().refusal(user, row)

    def question(self, count):
        return ngettext("Send %d invitation?", "Send %d invitations?", count) % count

    def explanation(self):
        return _("Each person gets a mail with a link to set a password. Links sent before stop working.")

    def run(self, *, rows, actor, data):
        sent = len(invite_people(people=rows, actor=actor))
        return ngettext("%d invitation is on its way.", "%d invitations are on their way.", sent) % sent


class TeamChoiceForm(forms.Form):
    team = forms.ModelChoiceField(queryset=Team.objects.none(), label=gettext_lazy("Team"), empty_label=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.all()


class MoveToTeam(PeopleAction):
    name = "move-to-team"
    label = gettext_lazy("Move to a team…")
    confirm_label = gettext_lazy("Move")
    form_class = TeamChoiceForm

    def question(self, count):
        return ngettext("Move %d person to a team?", "Move %d people to a team?", count) % count

    def explanation(self):
        return _("It becomes their primary team from today on. Their earlier teams stay on record.")

    def run(self, *, rows, actor, data):
        for person in rows:
            assign_team(user=person, team=data["team"])
            log(instance=person, action="accounts.move_to_team", user=actor, data={"team": data["team"].name})
        words = ngettext("%(n)d person is in %(team)s now.", "%(n)d people are in %(team)s now.", len(rows))
        return words % {"n": len(rows), "team": data["team"].name}

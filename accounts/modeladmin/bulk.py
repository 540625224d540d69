"""What may be done with many people at once in their list."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.log_actions import log

from accounts.models import Team
from accounts.services import assign_team, deactivate_person
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
        return _("They can no longer sign in and get no more mail. What they learned stays on record.")

    def run(self, *, rows, actor, data):
        for person in rows:
            deactivate_person(person=person)
            log(instance=person, action="accounts.deactivate", user=actor)
        return ngettext("%d person may no longer sign in.", "%d people may no longer sign in.", len(rows)) % len(rows)


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

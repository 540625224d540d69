"""The people app in the admin: its record screens, rules, log actions and account settings."""

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.views.account import BaseSettingsPanel
from wagtail.permissions import register_permission_policy

from accounts.forms import TimezoneForm
from accounts.modeladmin import InvitationAdmin, PersonAdmin, TeamAdmin, TeamMembershipAdmin
from accounts.modeladmin.chooser import person_chooser
from accounts.modeladmin.log_actions import ACTIONS
from accounts.models import Invitation, Team, TeamMembership
from accounts.policies import visible_to
from workbench.permissions import ScopedPermissionPolicy

User = get_user_model()

# A person who learned something is anonymized, never deleted.
register_permission_policy(User, ScopedPermissionPolicy(User, visible_to, never=("delete",)))
register_permission_policy(Team, ScopedPermissionPolicy(Team, visible_to))
register_permission_policy(TeamMembership, ScopedPermissionPolicy(TeamMembership, visible_to))
register_permission_policy(Invitation, ScopedPermissionPolicy(Invitation, visible_to, never=("delete",)))

for admin in (PersonAdmin(), InvitationAdmin(), TeamAdmin(), TeamMembershipAdmin()):
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
    for name, formatter in ACTIONS.items():
        actions.register_action(name)(formatter)


@hooks.register("register_admin_viewset")
def register_person_chooser():
    return person_chooser


class TimezonePanel(BaseSettingsPanel):
    """In place of Wagtail's: one time zone for the site and the admin."""

    name = "time"
    title = gettext_lazy("Time zone")
    order = 350
    form_class = TimezoneForm


@hooks.register("register_account_settings_panel")
def register_timezone_panel(request, user, profile):
    return TimezonePanel(request, user, profile)

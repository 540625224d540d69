"""Forms about people and teams."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.choosers import BaseFilterForm

from accounts.models import Invitation, Team
from accounts.roles import ADMINISTRATOR, MANAGER, ROLES
from accounts.selectors import people_matching, primary_team
from accounts.services import assign_team, invite_people, revoke_invitations, set_roles
from workbench.times import zone_choices

ROLE_LABELS = {role.name: role.label for role in ROLES}


def timezone_choices() -> list[tuple[str, Any]]:
    """Zones by region, as the tz database names them."""
    return [("", _("The site's time zone")), *zone_choices()]


class RoleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return ROLE_LABELS.get(obj.name, obj.name)


class PersonForm(WagtailAdminModelForm):
    """A person with their roles and their team. Nobody sets another person's password: it is set by mail."""

    roles = RoleField(
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Roles"),
        help_text=_("None: a learner. Roles add up."),
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        required=False,
        label=_("Team"),
        empty_label=_("No team"),
        help_text=_("The team the person belongs to from today on. Earlier memberships are kept."),
    )
    timezone = forms.ChoiceField(
        choices=timezone_choices, required=False, label=_("Time zone"), help_text=_("Dates and times are shown in it.")
    )

    send_invitation = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Send an invitation"),
        help_text=_("A mail with a link with which the person sets a password. It can be sent later as well."),
    )

    class Meta:
        model = get_user_model()
        fields = ["email", "first_name", "last_name", "timezone", "language"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = Group.objects.filter(name__in=ROLE_LABELS).order_by("pk")
        self.fields["team"].queryset = Team.objects.all()
        for name in ("first_name", "last_name"):
            self.fields[name].required = True
        if self.instance.pk:
            del self.fields["send_invitation"]
            self.fields["roles"].initial = self.instance.groups.all()
            self.fields["team"].initial = primary_team(self.instance)

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean(self):
        data = super().clean()
        is_self = self.for_user is not None and self.instance.pk == self.for_user.pk
        if not is_self or self.for_user.is_superuser:
            return data
        roles = {group.name for group in data.get("roles", ())}
        if ADMINISTRATOR not in roles and self.instance.groups.filter(name=ADMINISTRATOR).exists():
            self.add_error(
                "roles", _("You cannot take the administrator role from yourself. Ask another administrator.")
            )
        return data

    @transaction.atomic
    def save(self, commit=True):
        is_new = not self.instance.pk
        if is_new:
            self.instance.set_unusable_password()
        person = super().save(commit=commit)
        set_roles(user=person, roles=tuple(group.name for group in self.cleaned_data["roles"]), actor=self.for_user)
        # Left as it is, also where the membership has a last day or is not the primary one.
        if "team" in self.changed_data:
            assign_team(user=person, team=self.cleaned_data["team"])
        if is_new and self.cleaned_data["send_invitation"]:
            invite_people(people=[person], actor=self.for_user)
        elif "email" in self.changed_data:
            # The link that went to the old address does not open this account.
            revoke_invitations(invitations=Invitation.objects.filter(person=person), actor=self.for_user)
        return person


class TeamForm(WagtailAdminModelForm):
    """A team and who manages it."""

    class Meta:
        model = Team
        fields = ["name", "managers"]
        widgets = {"managers": forms.CheckboxSelectMultiple}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        managers = self.fields["managers"]
        eligible = Q(is_active=True, groups__name=MANAGER)
        if self.instance.pk:
            eligible |= Q(pk__in=self.instance.managers.values("pk"))
        managers.queryset = get_user_model().objects.filter(eligible).distinct()
        managers.help_text = _(
            "They see the progress of everyone in the team. People with the manager role are listed here."
        )


class PersonFilterForm(BaseFilterForm):
    """The search field of the window in which a person is chosen."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Name or e-mail address")})
    )

    def filter(self, objects):
        objects = super().filter(objects)
        if query := self.cleaned_data.get("q", "").strip():
            self.is_searching, self.search_query = True, query
            objects = people_matching(objects, query)
        return objects


class TimezoneForm(forms.ModelForm):
    """A person's own time zone and language, in the account settings of the admin."""

    timezone = forms.ChoiceField(choices=timezone_choices, required=False, label=_("Time zone"))

    class Meta:
        model = get_user_model()
        fields = ["timezone"]


# Signing in and passwords: allauth's forms in our words -----------------------------


def word(field: forms.Field, label: Any, help_text: Any = "") -> None:
    """Give a field its label and help; a placeholder that only repeats the label goes."""
    field.label = label
    field.help_text = help_text or field.help_text
    field.widget.attrs.pop("placeholder", None)


PASSWORD_HELP = _("At least 10 characters. A few words in a row are easy to keep in mind and hard to guess.")


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        word(self.fields["login"], _("E-mail address"))
        self.fields["login"].widget.attrs.update(autocomplete="username")
        word(self.fields["password"], _("Password"))
        word(self.fields["remember"], _("Stay signed in"), _("Not on a computer that others use."))


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        word(self.fields["email"], _("E-mail address"))
        self.fields["email"].widget.attrs.update(autocomplete="username")


class NewPasswordForm:
    """Mixed into allauth's forms that ask for a new password twice."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        word(fields["password1"], _("New password"), PASSWORD_HELP)
        word(fields["password2"], _("New password once more"))
        if "oldpassword" in fields:
            word(fields["oldpassword"], _("Current password"))


class ChangePasswordForm(NewPasswordForm, allauth_forms.ChangePasswordForm):
    pass


class SetPasswordForm(NewPasswordForm, allauth_forms.SetPasswordForm):
    pass


class ResetPasswordKeyForm(NewPasswordForm, allauth_forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        word(self.fields["password"], _("Password"))


class ResetTokenForm(allauth_forms.UserTokenForm):
    """Checks the link of a password reset; that of somebody who may not sign in is refused like an old one."""

    def _get_user(self, uidb36):
        user = super()._get_user(uidb36)
        return user if user is not None and user.is_active else None


class SignUpForm(forms.Form):
    """Who somebody is who makes an account alone. No password yet: the address is proven first."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, *args, rule, **kwargs):
        super().__init__(*args, **kwargs)
        self.rule = rule
        if rule.domains:
            self.fields["email"].help_text = _("An address at %s.") % ", ".join(rule.domains)

    def clean_email(self):
        address = self.cleaned_data["email"].lower()
        if not self.rule.admits(address):
            raise forms.ValidationError(
                _("Only addresses at %s sign up alone. Ask the training team to add you.")
                % ", ".join(self.rule.domains)
            )
        return address

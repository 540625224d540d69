"""The filters of the audit log."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from operations.selectors.audit import action_choices


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, format="%Y-%m-%d", **kwargs)


class AuditForm(forms.Form):
    person = forms.CharField(label=_("Who"), required=False, max_length=100)
    object = forms.CharField(label=_("What it was done to"), required=False, max_length=100)
    action = forms.ChoiceField(label=_("What was done"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("Until"), required=False, widget=DayInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", _("Everything")), *action_choices()]

    def clean(self):
        data = super().clean()
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            raise ValidationError(_("“From” is later than “Until”, so nothing can match."))
        return data

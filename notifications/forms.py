"""Forms of the outbox."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.exceptions import MailRefused
from notifications.message import clean_address


class TestMailForm(forms.Form):
    __test__ = False  # Not a test, whatever pytest makes of the name.

    to = forms.CharField(
        label=_("Send it to"), max_length=254, widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"})
    )

    def clean_to(self):
        try:
            return clean_address(self.cleaned_data["to"])
        except MailRefused as refused:
            raise ValidationError(str(refused)) from refused

"""The form on the admin's home."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NewCourseForm(forms.Form):
    title = forms.CharField(
        label=_("Title of the course"),
        max_length=255,
        widget=forms.TextInput(attrs={"placeholder": _("What people will find it by"), "autocomplete": "off"}),
    )

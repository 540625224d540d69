"""Forms with which instructors grade."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _


class GradeForm(forms.Form):
    """A score in place of what was earned, and why. Bounds are the service's to judge."""

    score = forms.DecimalField(
        label=_("Points"),
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=4,
        widget=forms.NumberInput(attrs={"class": "input", "step": "any", "inputmode": "decimal"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The learner reads this beside the grade, and it stays in the history."),
    )


class ClearForm(forms.Form):
    """Why a grade set by hand is taken back."""

    why = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

"""What learners decide about their own profile."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gamification.models import LearnerProfile


class ChoicesForm(forms.ModelForm):
    """What a learner decides about their own profile."""

    class Meta:
        model = LearnerProfile
        fields = ("visibility", "on_leaderboards")
        labels = {"visibility": _("Who may see this page"), "on_leaderboards": _("Show me on leaderboards")}
        widgets = {"visibility": forms.RadioSelect}

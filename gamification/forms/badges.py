"""Forms of those who make badges and give them by hand."""

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from accounts.policies import visible_to
from gamification.models import Badge, BadgeAward
from gamification.services.badges import give_badge


class GiveBadgeForm(WagtailAdminModelForm):
    """A published badge for one person, with the reason."""

    badge = forms.ModelChoiceField(
        queryset=Badge.objects.none(), label=gettext_lazy("Badge"), empty_label=gettext_lazy("Choose a badge")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The person reads it on the page of the badge."),
    )

    class Meta:
        model = BadgeAward
        fields = ["badge", "learner", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["badge"].queryset = Badge.objects.filter(live=True).order_by("name")
        self.fields["learner"].queryset = visible_to(self.for_user, get_user_model().objects.active())

    def _post_clean(self):
        """No row is made of it here: one that is over or was taken back is given anew, and the service decides."""

    def save(self, commit=True):
        data = self.cleaned_data
        self.instance = give_badge(
            badge=data["badge"], learner=data["learner"], reason=data["reason"], actor=self.for_user
        )
        return self.instance

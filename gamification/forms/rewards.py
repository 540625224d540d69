"""Forms of rewards: what a learner confirms, what staff edit, and what they say to the person."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from gamification.models import Reward
from gamification.services.rewards import save_reward


class AskForm(forms.Form):
    """What the confirmation page knew: its price, and a key so that a form sent twice asks once."""

    cost = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)


class RewardForm(WagtailAdminModelForm):
    """A reward. While it is edited learners go on asking for it, so the form says which stock it showed."""

    stock_seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta(WagtailAdminModelForm.Meta):
        model = Reward
        fields = [
            "name",
            "description",
            "drawing",
            "image",
            "cost",
            "stock",
            "per_person",
            "teams",
            "starts_on",
            "ends_on",
            "needs_approval",
            "note",
            "is_active",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stock_seen"].initial = self.instance.stock

    def save(self, commit=True):
        """StockChanged reaches the view."""
        if self.instance.pk is None:
            return super().save(commit)
        save_reward(reward=self.instance, stock_seen=self.cleaned_data["stock_seen"])
        self.save_m2m = self._save_m2m
        self.save_m2m()
        return self.instance


class NothingForm(forms.Form):
    """Where there is nothing to say."""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person reads this."),
    )


class HandOverForm(forms.Form):
    message = forms.CharField(
        label=_("Message"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person reads this: where to fetch it, a code, a date."),
    )

"""What a dashboard can be asked for."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.dashboards import Choice, Dashboard
from reports.periods import SPAN_NAMES, Span
from reports.relative_dates import Days
from reports.values import FIRST_YEAR, LAST_YEAR

ALL: dict[str, Any] = {"course": gettext_lazy("All courses"), "team": gettext_lazy("All teams")}
CHOOSE: dict[str, Any] = {"course": gettext_lazy("Choose a course"), "team": gettext_lazy("Choose a team")}


class DashboardForm(forms.Form):
    """Sent by GET: the address of a dashboard says what it shows."""

    range = forms.ChoiceField(label=gettext_lazy("Time"), choices=list(SPAN_NAMES.items()), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    course = forms.ChoiceField(label=gettext_lazy("Course"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)
    learner = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, dashboard: Dashboard, choices: dict[Choice, Iterable[tuple[str, str]]], **kwargs: Any
    ):
        super().__init__(*args, label_suffix="", **kwargs)
        for name in ("course", "team"):
            found = list(choices.get(name, ()))
            if name in dashboard.choices and (found or self.data.get(name)):
                words = CHOOSE if name == dashboard.needs else ALL
                self.fields[name].choices = [("", words[name]), *found]
            else:
                del self.fields[name]
        if "learner" not in dashboard.choices:
            del self.fields["learner"]
        if not dashboard.has_days:
            for name in ("range", "since", "until"):
                del self.fields[name]

    @property
    def strangers(self) -> set[str]:
        """The fields with a word or a key that nobody offered: an address written by hand, or somebody else's."""
        return {name for name in ("range", "course", "team", "learner") if name in self.errors}

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        found["range"] = Span(found.get("range") or Span.WEEKS)
        since, until = found.get("since"), found.get("until")
        if found["range"] is Span.OWN and not {"since", "until"} & set(self.errors):
            if not since or not until:
                self.add_error(None, _("Say from which day to which."))
            elif since > until:
                self.add_error(None, _("The first day lies after the last one."))
            elif since.year < FIRST_YEAR or until.year > LAST_YEAR:
                self.add_error(
                    None,
                    _("Days may lie in the years %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR},
                )
        return found

    @property
    def own_days(self) -> Days | None:
        found = self.cleaned_data
        return Days(found["since"], found["until"]) if found["range"] is Span.OWN else None

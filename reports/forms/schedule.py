"""The form of a schedule."""

import datetime as dt
from copy import copy
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.forms.days import TIMING, DaysForm
from reports.forms.recipients import RecipientsForm
from reports.forms.report import ReportForm
from reports.models import Delivered, Format, RunAs, Schedule
from reports.policies import ALL_ROWS, may_run_as
from reports.selectors.audiences import person_by_email
from reports.services import change_schedule, set_audiences, set_recipients
from workbench.days import site_zone


class ScheduleForm(ReportForm, DaysForm, RecipientsForm):
    """What is sent, when, to whom, and what they get. Who makes a schedule owns it; what the owner may not see or name
    stays out of it, whoever edits."""

    formats = forms.MultipleChoiceField(
        choices=Format.choices, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("Files")
    )
    run_as = forms.ChoiceField(
        choices=RunAs.choices,
        widget=forms.RadioSelect,
        label=gettext_lazy("Whose rows"),
        help_text=gettext_lazy("Somebody without an account has no rows of their own and gets the owner's."),
    )
    run_as_email = forms.EmailField(
        required=False,
        label=gettext_lazy("E-mail address of that person"),
        help_text=gettext_lazy("Counts for “one person”."),
    )
    # Not required: a form from before it was asked, left open in a browser, still saves.
    delivery = forms.ChoiceField(
        choices=Delivered.choices,
        required=False,
        widget=forms.RadioSelect,
        label=gettext_lazy("How they get the files"),
        help_text=gettext_lazy(
            "Small is under 5 MB for all files together. An address without an account cannot sign in, so as it fits it "
            "always gets them attached."
        ),
    )

    class Meta:
        model = Schedule
        fields = [
            "title",
            "report",
            "days",
            "weekdays",
            "month_day",
            "time",
            "zone",
            "starts_on",
            "ends_on",
            "formats",
            "run_as",
            "only_with_rows",
            "delivery",
            "is_enabled",
        ]

    class Media:
        css = {"all": ["css/admin/reports.css", "css/admin/schedules.css"]}
        js = [forms.Script(f"js/admin/{name}.js", type="module") for name in ("lists", "schedule")]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = copy(self.instance)
        self.owner = self.instance.owner if self.instance.pk else self.for_user
        self.offer_reports()
        self.offer_audiences()
        if not self.owner.has_perm(ALL_ROWS) and self.instance.run_as != RunAs.PERSON:
            self.fields["run_as"].choices = [(key, words) for key, words in RunAs.choices if key != RunAs.PERSON]
        self.begin_recipients()
        if not self.instance.pk:
            self.begin()
        elif self.instance.run_as_person_id:
            self.fields["run_as_email"].initial = self.instance.run_as_person.email
        self.definition = self.chosen_definition()
        self.read_pins()

    def begin(self) -> None:
        """What a new schedule proposes: Mondays at eight, on the clock of whoever makes it."""
        self.instance.zone = self.owner.timezone or site_zone().key
        self.instance.time = dt.time(8)
        self.initial |= {"zone": self.instance.zone, "time": self.instance.time}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.check_days(data)
        self.check_report(data)
        self.check_run_as(data)
        data["delivery"] = data.get("delivery") or self.instance.delivery
        if data["delivery"] == Delivered.LINK:
            self.check_everybody_can_sign_in(data.get("recipients") or [])
        self.check_recipients(data)
        return data

    def check_run_as(self, data: dict[str, Any]) -> None:
        self.run_as_person = None
        if data.get("run_as") != RunAs.PERSON:
            self.errors.pop("run_as_email", None)
            return
        email = data.get("run_as_email")
        if not email:
            if "run_as_email" not in self.errors:
                self.add_error("run_as_email", _("Say whose rows are sent."))
            return
        person = person_by_email(email, self.owner)
        if person is None or not may_run_as(self.owner, person, self.source):
            self.add_error(
                "run_as_email", _("There is nobody with this address whose rows the schedule's owner may send.")
            )
            return
        self.run_as_person = person

    def check_everybody_can_sign_in(self, addresses: list[str]) -> None:
        known = {person.email.lower() for person in get_user_model().objects.active().with_address(*addresses)}
        if strangers := [address for address in addresses if address not in known]:
            self.add_error(
                "delivery",
                _(
                    "These addresses have no account, so nobody there could open a link: %s. Choose another way for them."
                )
                % ", ".join(strangers),
            )

    def only_times(self) -> None:
        """Say nothing of what is missing elsewhere: somebody wants to see the times, or a report's filters."""
        for name in [name for name in self.errors if name not in TIMING]:
            del self.errors[name]

    @transaction.atomic
    def save(self, commit: bool = True) -> Schedule:
        if not self.instance.pk:
            self.instance.owner = self.owner
        self.instance.run_as_person = self.run_as_person
        self.instance.params = self.params
        changed = [name for name in self.changed_data if self.before.pk]
        schedule = super().save(commit=commit)
        set_recipients(schedule=schedule, addresses=self.cleaned_data["recipients"])
        set_audiences(schedule=schedule, audiences=self.audiences())
        change_schedule(schedule=schedule, changed=changed)
        return schedule

"""The form of a schedule."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.forms import WagtailAdminModelForm

from reports.models import Days, Delivered, Format, RunAs, Schedule
from reports.selectors.reports import saved_reports, shipped_reports
from reports.services import change_schedule, set_recipients
from workbench.days import site_zone

MOST_RECIPIENTS = 500


def zone_choices() -> list[Any]:
    """Zones by region, as the tz database names them."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, city = name.partition("/")
        if city and region not in ("Etc", "SystemV", "US"):
            regions.setdefault(region, []).append((name, city.replace("_", " ")))
    return [("UTC", "UTC"), *regions.items()]


def report_choices(viewer: Any) -> list[Any]:
    """The reports ``viewer`` may read: those people made, and those that come with Lectern."""
    saved = [(report.slug, report.title) for report in saved_reports(viewer).order_by("title", "pk")]
    found: list[Any] = [(_("Made here"), saved)] if saved else []
    return [*found, (_("Shipped"), [(one.slug, one.title) for one in shipped_reports(viewer)])]


class ScheduleForm(WagtailAdminModelForm):
    """Days and time, whose rows, in which files, to whom. Who makes a schedule owns it."""

    report = forms.ChoiceField(label=gettext_lazy("Report"))
    days = forms.ChoiceField(choices=Days.choices, widget=forms.RadioSelect, label=gettext_lazy("Days"))
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Days of the week"),
    )
    month_day = forms.IntegerField(
        min_value=1,
        max_value=31,
        label=gettext_lazy("Day of the month"),
        help_text=gettext_lazy("Counts for “once a month”. 31 is the last day of every month."),
    )
    time = forms.TimeField(
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        label=gettext_lazy("Time"),
        help_text=gettext_lazy("On the clock of the time zone, summer and winter."),
    )
    zone = forms.ChoiceField(choices=zone_choices, label=gettext_lazy("Time zone"))
    formats = forms.MultipleChoiceField(
        choices=Format.choices, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("Files")
    )
    run_as = forms.ChoiceField(
        choices=RunAs.choices,
        widget=forms.RadioSelect,
        label=gettext_lazy("Whose rows"),
        help_text=gettext_lazy("Somebody without an account always gets the owner's rows."),
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
    recipients = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        label=gettext_lazy("Recipients"),
        help_text=gettext_lazy(
            "One e-mail address per line. An address of a person with an account stands for that person."
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
            "formats",
            "run_as",
            "delivery",
            "is_enabled",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = report_choices(self.for_user)
        if self.instance.pk and self.instance.report not in {slug for _group, some in choices for slug, _title in some}:
            # Not theirs to read, but what the schedule sends all the same.
            choices.append((self.instance.report, self.instance.report_title))
        self.fields["report"].choices = choices
        if self.instance.pk:
            people = self.instance.recipients.select_related("person").order_by("pk")
            self.fields["recipients"].initial = "\n".join(entry.email for entry in people)
            return
        person = self.for_user
        self.fields["zone"].initial = (person.timezone if person else "") or site_zone().key
        self.fields["time"].initial = "08:00"
        self.fields["recipients"].initial = person.email if person else ""

    def clean_recipients(self) -> list[str]:
        """The addresses, lower case, each once. Names every line that is no address."""
        lines = [line.strip(" \t,;").lower() for line in self.cleaned_data["recipients"].splitlines()]
        addresses = list(dict.fromkeys(line for line in lines if line))
        wrong = []
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError:
                wrong.append(address)
        if wrong:
            raise ValidationError(
                ngettext("This is not an e-mail address: %s", "These are not e-mail addresses: %s", len(wrong))
                % ", ".join(wrong)
            )
        if not addresses:
            raise ValidationError(_("Name at least one recipient."))
        if len(addresses) > MOST_RECIPIENTS:
            raise ValidationError(
                _("%(n)s addresses are too many for one schedule: %(most)s at most. Use a mailing list's address.")
                % {"n": len(addresses), "most": MOST_RECIPIENTS}
            )
        inactive = get_user_model().objects.filter(email__in=addresses, is_active=False)
        if names := ", ".join(person.email for person in inactive):
            raise ValidationError(_("These people have no access any more, so nothing can be sent to them: %s") % names)
        return addresses

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["delivery"] = data.get("delivery") or self.instance.delivery
        if data["delivery"] == Delivered.LINK:
            self.check_everybody_can_sign_in(data.get("recipients") or [])
        if data.get("days") == Days.WEEKLY and not data.get("weekdays"):
            self.add_error("weekdays", _("Choose at least one day of the week."))
        return data

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

    @transaction.atomic
    def save(self, commit: bool = True) -> Schedule:
        if not self.instance.pk:
            self.instance.owner = self.for_user
        changed = [name for name in self.changed_data if self.instance.pk]
        schedule = super().save(commit=commit)
        set_recipients(schedule=schedule, addresses=self.cleaned_data["recipients"])
        change_schedule(schedule=schedule, changed=changed)
        return schedule

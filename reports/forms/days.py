"""The days and times of a schedule."""

from copy import copy
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from reports.models import Days, Schedule
from reports.selectors.schedules import coming_occurrences, moment_in_words
from reports.services.schedules import TIMING_FIELDS
from workbench.times import zone_choices

BY_MONTH_DAY = (Days.MONTHLY, Days.QUARTERLY)
TIMING = TIMING_FIELDS - {"is_enabled"}
DAY_WIDGET = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DaysForm(WagtailAdminModelForm):
    """When a schedule sends. Only the fields count that belong to the chosen kind of days; the others are kept as they
    were."""

    # The schedule as it was before anything was posted.
    before: Schedule

    days = forms.ChoiceField(choices=Days.choices, widget=forms.RadioSelect, label=gettext_lazy("Days"))
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Days of the week"),
        help_text=gettext_lazy("Count for “on chosen days of the week”."),
    )
    month_day = forms.IntegerField(
        min_value=1,
        max_value=31,
        required=False,
        label=gettext_lazy("Day of the month"),
        help_text=gettext_lazy("Counts for “on a chosen day”. In a shorter month it is the last day."),
    )
    time = forms.TimeField(
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        label=gettext_lazy("Time"),
        help_text=gettext_lazy("On the clock of the time zone, summer and winter. Of “every hour”, only the minutes."),
    )
    zone = forms.ChoiceField(choices=zone_choices, label=gettext_lazy("Time zone"))
    starts_on = forms.DateField(
        required=False,
        widget=DAY_WIDGET,
        label=gettext_lazy("First day"),
        help_text=gettext_lazy("Empty: from now on."),
    )
    ends_on = forms.DateField(
        required=False,
        widget=DAY_WIDGET,
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Empty: without an end."),
    )

    def check_days(self, data: dict[str, Any]) -> None:
        days = data.get("days")
        if days == Days.WEEKLY and not data.get("weekdays"):
            self.add_error("weekdays", _("Choose at least one day of the week."))
        if days in BY_MONTH_DAY and not data.get("month_day") and "month_day" not in self.errors:
            self.add_error("month_day", _("Say the day of the month."))
        if days not in BY_MONTH_DAY:
            self.errors.pop("month_day", None)
            data["month_day"] = self.before.month_day
        if days != Days.WEEKLY:
            self.errors.pop("weekdays", None)
            data["weekdays"] = self.before.weekdays
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The last day lies before the first one."))

    @property
    def times(self) -> list[str] | None:
        """The next times as the form stands, also before it is saved. None while they cannot be said."""
        if self.is_bound and (TIMING & set(self.errors)):
            return None
        schedule = copy(self.instance)
        schedule.is_enabled = True
        if self.is_bound and any(getattr(schedule, name) != getattr(self.before, name) for name in TIMING):
            schedule.active_since = timezone.now()
        return [moment_in_words(entry.at, schedule) for entry in coming_occurrences(schedule=schedule)]

"""Forms of what runs regularly. Only tasks that this version of the site has can be named."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from wagtail.admin.forms import WagtailAdminModelForm

from operations.registries import task_words
from operations.rhythm import crontab_words, interval_words, next_clock_time, seconds_of
from operations.selectors.work import is_system_entry, regular_tasks

# A shorter interval would keep a worker busy with looking.
SHORTEST = 10
# After this long a wake-up that nobody took is worthless where a clock time says when.
CLOCK_TIME_EXPIRES = 3600


class IntervalChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return capfirst(interval_words(obj))


class ClockTimeChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return crontab_words(obj)


class RegularTaskForm(WagtailAdminModelForm):
    """What runs, and either every so often or at clock times."""

    task = forms.ChoiceField(
        label=_("What it does"), help_text=_("The tasks of this version of the site that need nothing to start with.")
    )
    interval = IntervalChoice(
        queryset=IntervalSchedule.objects.none(),
        required=False,
        label=_("Every so often"),
        empty_label=_("At clock times"),
        help_text=_("An interval, or else clock times below."),
    )
    crontab = ClockTimeChoice(
        queryset=CrontabSchedule.objects.none(),
        required=False,
        label=_("At clock times"),
        empty_label=_("Every so often"),
    )

    class Meta:
        model = PeriodicTask
        fields = ["name", "task", "interval", "crontab", "enabled", "description"]
        labels = {"name": _("name"), "enabled": _("On"), "description": _("What for")}
        help_texts = {
            "name": _("How it is called in this list."),
            "enabled": _("Off: it waits until somebody turns it on again."),
            "description": "",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        task = self.fields["task"]
        names = list(regular_tasks())
        if self.instance.pk and self.instance.task not in names:
            names.append(self.instance.task)
        task.choices = [(name, str(task_words.get(name) or name)) for name in names]
        self.fields["interval"].queryset = IntervalSchedule.objects.order_by("period", "every")
        self.fields["crontab"].queryset = CrontabSchedule.objects.all()
        if self.instance.pk and is_system_entry(self.instance):
            for name in ("name", "task"):
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Part of the site: when it runs may be changed, what it does may not.")

    def clean_task(self):
        task = self.cleaned_data["task"]
        if task not in regular_tasks() and not self.fields["task"].disabled:
            raise ValidationError(_("This version of the site has no such task."))
        return task

    def clean(self):
        data = super().clean()
        chosen = [data.get("interval"), data.get("crontab")]
        if all(chosen):
            self.add_error("crontab", _("Choose an interval or clock times, not both."))
        elif not any(chosen):
            self.add_error("interval", _("Choose an interval, or clock times below."))
        elif interval := data.get("interval"):
            self.instance.expires = None
            self.instance.expire_seconds = max(int(seconds_of(interval)), SHORTEST)
        else:
            self.instance.expires = None
            self.instance.expire_seconds = CLOCK_TIME_EXPIRES
        return data


class IntervalForm(WagtailAdminModelForm):
    class Meta:
        model = IntervalSchedule
        fields = ["every", "period"]
        labels = {"every": _("every"), "period": _("unit")}
        help_texts = {"every": _("A whole number."), "period": ""}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = IntervalSchedule.PERIOD_CHOICES
        self.fields["period"].choices = [choice for choice in units if choice[0] != IntervalSchedule.MICROSECONDS]
        self.fields["every"].min_value = 1

    def clean(self):
        data = super().clean()
        every, period = data.get("every"), data.get("period")
        if not every or not period:
            return data
        wanted = IntervalSchedule(every=every, period=period)
        if seconds_of(wanted) < SHORTEST:
            self.add_error("every", _("At least %(n)d seconds, so that workers do more than look.") % {"n": SHORTEST})
        if seconds_of(wanted) > 366 * 86_400:
            self.add_error("every", _("At most a year. For a day of the year, use clock times."))
        elif IntervalSchedule.objects.filter(every=every, period=period).exclude(pk=self.instance.pk).exists():
            self.add_error("every", _("This interval is in the list already."))
        return data


class ClockTimeForm(WagtailAdminModelForm):
    class Meta:
        model = CrontabSchedule
        fields = ["minute", "hour", "day_of_week", "day_of_month", "month_of_year", "timezone"]
        labels = {
            "minute": _("minutes"),
            "hour": _("hours"),
            "day_of_week": _("days of the week"),
            "day_of_month": _("days of the month"),
            "month_of_year": _("months"),
            "timezone": _("time zone"),
        }
        help_texts = {
            "minute": _("0 to 59. * is every minute, 0,30 is two of them, */15 is every fifteenth."),
            "hour": _("0 to 23, written the same way."),
            "day_of_week": _("0 is Sunday, 1 is Monday, 1-5 is Monday to Friday."),
            "day_of_month": _("1 to 31. With days of the week, both must fit."),
            "month_of_year": _("1 to 12."),
            "timezone": _("The clock that counts, with its daylight saving time."),
        }

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        wanted = CrontabSchedule(**data)
        if next_clock_time(wanted, timezone.now()) is None:
            self.add_error(
                "day_of_month", _("No day is like that: month, day of the month and of the week never meet.")
            )
        twin = CrontabSchedule.objects.filter(**data).exclude(pk=self.instance.pk).first()
        if twin is not None:
            self.add_error(None, _("These clock times are in the list already: %s.") % crontab_words(twin))
        return data

"""Schedules: which report goes to whom on which days."""

import uuid
import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.definitions import shipped
from reports.models.reports import AudienceEntry, Report, names_somebody
from reports.timing import Recurrence


class Days(models.TextChoices):
    HOURLY = "hourly", _("Every hour")
    DAILY = "daily", _("Every day")
    WEEKDAYS = "weekdays", _("Monday to Friday")
    WEEKLY = "weekly", _("On chosen days of the week")
    MONTHLY = "monthly", _("Every month, on a chosen day")
    MONTH_END = "month_end", _("Every month, on its last day")
    QUARTERLY = "quarterly", _("Every quarter, on a chosen day of its first month")
    QUARTER_END = "quarter_end", _("Every quarter, on its last day")


class RunAs(models.TextChoices):
    RECIPIENT = "recipient", _("Each recipient: everybody gets the rows they may open")
    OWNER = "owner", _("The owner: everybody gets the rows the owner may open")
    PERSON = "person", _("One person: everybody gets the rows that person may open")


class Format(models.TextChoices):
    PDF = "pdf", _("PDF, for reading")
    CSV = "csv", _("CSV, for working with the figures")
    XLSX = "xlsx", _("Excel workbook, for working with the figures")
    JSON = "json", _("JSON, for programs")


class Delivered(models.TextChoices):
    """How the files reach people."""

    AUTO = "auto", _("As it fits: attached while small and without names of people, else behind a link")
    ATTACH = "attach", _("Always attached to the mail")
    LINK = "link", _("Always behind a link that asks people to sign in")


def check_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(zone)s” is not a time zone. Choose one such as Europe/Berlin."), params={"zone": value}
        )


def default_formats() -> list[str]:
    return [Format.PDF]


def default_weekdays() -> list[int]:
    return [0]


class ScheduleQuerySet(models.QuerySet):
    def enabled(self):
        return self.filter(is_enabled=True)


class Schedule(models.Model):
    """A report that is mailed on chosen days. What is due is decided by `Run` rows, never by a clock process."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=120, help_text=_("The subject of the mail."))
    report = models.CharField(_("report"), max_length=60, default="course-progress")
    # What the report's filters and params are pinned to, by name; see `reports.windows`.
    params = models.JSONField(default=dict, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="report_schedules", verbose_name=_("owner")
    )
    run_as = models.CharField(_("whose rows"), max_length=16, choices=RunAs, default=RunAs.RECIPIENT)
    run_as_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("the person whose rows are sent"),
    )
    days = models.CharField(_("days"), max_length=16, choices=Days, default=Days.WEEKLY)
    weekdays = models.JSONField(_("days of the week"), default=default_weekdays, blank=True)
    month_day = models.PositiveSmallIntegerField(
        _("day of the month"), default=1, help_text=_("In a shorter month, its last day.")
    )
    time = models.TimeField(_("time"), help_text=_("On the clock of the time zone below, summer and winter."))
    zone = models.CharField(_("time zone"), max_length=64, validators=[check_zone])
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    formats = models.JSONField(_("files"), default=default_formats)
    only_with_rows = models.BooleanField(_("only where there is something to report"), default=False)
    delivery = models.CharField(_("how they get the files"), max_length=8, choices=Delivered, default=Delivered.AUTO)
    is_enabled = models.BooleanField(_("sends on schedule"), default=True)
    # Why it was paused, where nobody paused it: a sentence. Resuming clears it.
    pause_reason = models.CharField(max_length=300, blank=True, editable=False)
    # Nothing that lies before this is due: set when the schedule is made, resumed, or given other days or times.
    active_since = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(month_day__gte=1, month_day__lte=31), name="reports_schedule_month_day"
            ),
            models.CheckConstraint(
                condition=models.Q(run_as="person", run_as_person__isnull=False)
                | ~models.Q(run_as="person") & models.Q(run_as_person=None),
                name="reports_schedule_run_as_names_one",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(
            kind=self.days,
            at=self.time,
            zone=self.tz,
            weekdays=tuple(self.weekdays),
            month_day=self.month_day,
            first=self.starts_on,
            last=self.ends_on,
        )

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)

    @property
    def report_title(self) -> str:
        if definition := shipped.get(self.report):
            return str(definition.title)
        return Report.objects.filter(slug=self.report).values_list("title", flat=True).first() or self.report


class ScheduleRecipient(models.Model):
    """A person, or an address of somebody without an account."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="recipients")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    address = models.EmailField(_("other address"), blank=True)

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, address="") | models.Q(person=None) & ~models.Q(address=""),
                name="reports_recipient_person_or_address",
                violation_error_message=_("Name a person or an address, one of the two."),
            ),
            models.UniqueConstraint(
                fields=["schedule", "person"],
                condition=models.Q(person__isnull=False),
                name="reports_recipient_person_once",
                violation_error_message=_("This person is on the list already."),
            ),
        ]

    def __str__(self):
        return str(self.person) if self.person_id else self.address

    @property
    def email(self) -> str:
        return (self.person.email if self.person_id else self.address).strip().lower()


class ScheduleAudience(AudienceEntry):
    """People who are not listed one by one: whoever belongs when a run is made gets its mail."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="audiences")

    class Meta:
        verbose_name = _("audience of a schedule")
        verbose_name_plural = _("audiences of schedules")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["schedule", "audience", "key"], name="reports_schedule_audience_once"),
            names_somebody("reports_schedule_audience_names_somebody"),
            # Single people are recipients, by their person.
            models.CheckConstraint(condition=~models.Q(audience="person"), name="reports_schedule_audience_no_person"),
        ]

    def __str__(self):
        return f"{self.schedule} · {self.get_audience_display()}"

"""Schedules, and the rows that decide what is due: runs, their files, and one delivery per recipient."""

import uuid
import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.registries import sources
from reports.timing import Recurrence


class Dashboard(models.Model):
    """No table: the right to open dashboards hangs on it."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        verbose_name = _("dashboard")


class Days(models.TextChoices):
    WEEKLY = "weekly", _("On chosen days of the week")
    MONTHLY = "monthly", _("Once a month")


class RunAs(models.TextChoices):
    RECIPIENT = "recipient", _("Each recipient: everybody gets the rows they may open")
    OWNER = "owner", _("The owner: everybody gets the rows the owner may open")


class Format(models.TextChoices):
    PDF = "pdf", _("PDF, for reading")
    CSV = "csv", _("CSV, for working with the figures")


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
    params = models.JSONField(default=dict, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="report_schedules", verbose_name=_("owner")
    )
    run_as = models.CharField(_("whose rows"), max_length=16, choices=RunAs, default=RunAs.RECIPIENT)
    days = models.CharField(_("days"), max_length=16, choices=Days, default=Days.WEEKLY)
    weekdays = models.JSONField(_("days of the week"), default=default_weekdays, blank=True)
    month_day = models.PositiveSmallIntegerField(
        _("day of the month"), default=1, help_text=_("31 is the last day of every month.")
    )
    time = models.TimeField(_("time"), help_text=_("On the clock of the time zone below, summer and winter."))
    zone = models.CharField(_("time zone"), max_length=64, validators=[check_zone])
    formats = models.JSONField(_("files"), default=default_formats)
    is_enabled = models.BooleanField(_("sends on schedule"), default=True)
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
            )
        ]

    def __str__(self):
        return self.title

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(
            kind=self.days, at=self.time, zone=self.tz, weekdays=tuple(self.weekdays), month_day=self.month_day
        )

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)

    @property
    def report_title(self) -> str:
        source = sources.get(self.report)
        return str(source.title) if source else self.report


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


class RunKind(models.TextChoices):
    SCHEDULED = "scheduled", _("On schedule")
    MANUAL = "manual", _("Sent by hand")


class RunState(models.TextChoices):
    DUE = "due", _("Waiting for a worker")
    RENDERING = "rendering", _("Being made")
    READY = "ready", _("Made, not handed over yet")
    DELIVERING = "delivering", _("Being sent")
    DONE = "done", _("Complete")
    PARTIAL = "partial", _("Not to everybody")
    SKIPPED = "skipped", _("Skipped: nobody to send to")
    MISSED = "missed", _("Missed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Canceled")


OPEN_STATES = (RunState.DUE, RunState.RENDERING, RunState.READY, RunState.DELIVERING)


class Run(models.Model):
    """One period of a schedule. The unique key makes sure that a period is handled once, whoever notices it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="runs", verbose_name=_("schedule"))
    period = models.CharField(_("period"), max_length=40)
    kind = models.CharField(_("kind"), max_length=16, choices=RunKind, default=RunKind.SCHEDULED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by")
    )
    scheduled_for = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=16, choices=RunState, default=RunState.DUE)
    # Raised by each claim; whoever holds an older one can no longer write.
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    error = models.TextField(_("what went wrong"), blank=True)
    created_at = models.DateTimeField(_("noticed"), auto_now_add=True)
    ready_at = models.DateTimeField(_("made"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-scheduled_for", "-pk"]
        constraints = [models.UniqueConstraint(fields=["schedule", "period"], name="reports_run_period_unique")]
        indexes = [
            # The sweep: what is open, every minute.
            models.Index(
                fields=["state", "next_attempt_at"],
                condition=models.Q(state__in=["due", "rendering", "ready", "delivering"]),
                name="reports_run_open",
            ),
            # History and the last run of each schedule.
            models.Index(fields=["schedule", "-scheduled_for"], name="reports_run_schedule"),
        ]

    def __str__(self):
        return f"{self.schedule} · {self.period}"


class Artifact(models.Model):
    """A file of a run, by its path in the private storage. People who may open the same rows share one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="artifacts")
    scope_hash = models.CharField(max_length=64)
    format = models.CharField(_("file"), max_length=8, choices=Format)
    path = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    rows_shown = models.PositiveIntegerField(_("rows shown"))
    rows_total = models.PositiveIntegerField(_("rows in all"))
    # {"sentence": …, "figures": [[label, value], …]}: what the mail says, frozen with the file.
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("report file")
        verbose_name_plural = _("report files")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "scope_hash", "format"], name="reports_artifact_unique")]

    def __str__(self):
        return f"{self.run} · {self.format}"

    def open(self):
        """The stored file, open for reading. OSError when it is gone."""
        return storages["private"].open(self.path, "rb")

    @property
    def filename(self) -> str:
        return f"{self.run.schedule.report}-{self.run.period}.{self.format}"


class DeliveryState(models.TextChoices):
    """The state while no mail exists yet; from then on the mail's state is the delivery's."""

    PENDING = "pending", _("Not handed over yet")
    SUPPRESSED = "suppressed", _("Not sent")


class Delivery(models.Model):
    """One recipient of one run, frozen when the run's files were made. Unique for schedule, period and address."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="deliveries", verbose_name=_("run"))
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="deliveries", verbose_name=_("schedule"))
    period = models.CharField(_("period"), max_length=40)
    address = models.EmailField(_("address"))
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    scope_hash = models.CharField(max_length=64, blank=True)
    mail = models.OneToOneField(
        "notifications.OutboxMail", models.PROTECT, null=True, related_name="+", verbose_name=_("mail")
    )
    state = models.CharField(_("state"), max_length=16, choices=DeliveryState, default=DeliveryState.PENDING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-run__scheduled_for", "address"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "period", "address"], name="reports_delivery_address_unique")
        ]

    def __str__(self):
        return f"{self.run} · {self.address}"

    @property
    def shown_state(self) -> str:
        """The mail's state where there is a mail, else its own."""
        return self.mail.state if self.mail_id else self.state

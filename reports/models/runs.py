"""The rows that decide what is due: runs of schedules, their files, and one delivery per recipient."""

import uuid

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.models.schedules import Format, Schedule


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
    SKIPPED = "skipped", _("Skipped: nothing to send")
    MISSED = "missed", _("Missed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Canceled")


# Over, and worth a look: what was missed or canceled was never tried.
TRIED_STATES = (RunState.DONE, RunState.PARTIAL, RunState.FAILED, RunState.SKIPPED)
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
    # When it was looked at for what its owner has to be told; each run once.
    looked_at = models.DateTimeField(null=True, editable=False)

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
            # The same sweep: what is over, and not yet looked at for its owner.
            models.Index(
                fields=["finished_at"],
                condition=models.Q(looked_at=None, state__in=["done", "partial", "failed", "skipped"]),
                name="reports_run_to_look_at",
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
    size = models.PositiveBigIntegerField(_("size"), null=True)
    rows_shown = models.PositiveIntegerField(_("rows shown"))
    rows_total = models.PositiveIntegerField(_("rows in all"))
    # {"sentence": …, "figures": [[label, value], …]}: what the mail says, frozen with the file.
    facts = models.JSONField(default=dict)
    # Whether a column names people. Unknown, of files from before it was asked, counts as yes.
    is_personal = models.BooleanField(_("names people"), default=True)
    # Not asked for by the schedule: it has the rows that the PDF leaves out, and waits on the site for who wants them.
    is_beside = models.BooleanField(_("beside the PDF"), default=False)
    removed_at = models.DateTimeField(_("removed"), null=True)
    # A hash of the report, its filters and its words: another attempt of the run goes on from files with the same.
    made_of = models.CharField(max_length=64, blank=True, editable=False)

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
    # Nothing is wrong: the schedule sends only where there are rows, and for this recipient there were none.
    EMPTY = "empty", _("Nothing to report")
    FAILED = "failed", _("Failed")


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
    # Whoever wants no mail is missing from no run.
    opted_out = models.BooleanField(_("opted out"), default=False)

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

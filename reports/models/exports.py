"""Files of reports that a worker makes for one person."""

import uuid
import zoneinfo

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.models.schedules import Format

# So many are made at once, in all.
SLOTS = (1, 2)


class ExportState(models.TextChoices):
    """``waiting`` for a worker, ``working`` in one, then what came of it."""

    WAITING = "waiting", pgettext_lazy("export", "Waiting")
    WORKING = "working", pgettext_lazy("export", "Being made")
    DONE = "done", pgettext_lazy("export", "Ready")
    FAILED = "failed", pgettext_lazy("export", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("export", "Canceled")


BUSY_EXPORTS = (ExportState.WAITING, ExportState.WORKING)


class ReportExport(models.Model):
    """One file of one report for one person, with their rows: what was asked for, who is at it, and what came of it."""

    # Rows of work, not content: nobody asks where they are used.
    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by")
    )
    requested_at = models.DateTimeField(_("asked for"), default=timezone.now)
    report = models.SlugField(_("report"), max_length=60)
    title = models.CharField(_("title"), max_length=150)
    # The report as it was when it was asked for, and what it was narrowed by.
    spec = models.JSONField()
    given = models.JSONField(default=dict)
    # The same as the report's address has it, for links back.
    query = models.TextField(blank=True)
    # {"of", "keys", "cell"} where it is the rows behind one number.
    drilled = models.JSONField(default=dict)
    format = models.CharField(_("file"), max_length=8, choices=Format)
    # "Now" of the report, and the zone its days are days of.
    moment = models.DateTimeField()
    zone = models.CharField(max_length=64)
    language = models.CharField(max_length=8, blank=True)
    # Equal for whatever would give the same file: who asks again while one is open is led to that one.
    key = models.CharField(max_length=64)
    # Whose rows it holds; it is opened only as long as these are still the person's.
    scope_hash = models.CharField(max_length=64)

    state = models.CharField(_("state"), max_length=12, choices=ExportState, default=ExportState.WAITING)
    # Grows with each claim: only whoever holds the current one may end the work.
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    # Which of the `SLOTS` it takes while it is made.
    slot = models.PositiveSmallIntegerField(null=True)
    task_id = models.CharField(max_length=64, blank=True)
    woken_at = models.DateTimeField(null=True)
    cancel_wanted = models.BooleanField(default=False)

    rows_done = models.PositiveIntegerField(_("rows"), default=0)
    rows_total = models.PositiveIntegerField(_("rows in all"), default=0)
    # Path in the private storage; empty before there is a file, and when it is deleted.
    path = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)
    opened_at = models.DateTimeField(_("downloaded"), null=True)
    sentence = models.TextField(_("what happened"), blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-requested_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"],
                condition=models.Q(state__in=["waiting", "working"]),
                name="reports_export_open_once",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(state="working"), name="reports_export_one_a_person"
            ),
            models.UniqueConstraint(
                fields=["slot"], condition=models.Q(state="working"), name="reports_export_one_a_slot"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="working") | models.Q(lease_until__isnull=False, slot__isnull=False),
                name="reports_export_work_has_lease",
            ),
        ]
        indexes = [
            # One's own, newest first; and the sweep.
            models.Index(fields=["person", "-requested_at"], name="reports_export_person"),
            models.Index(fields=["state", "requested_at"], name="reports_export_state"),
        ]

    def __str__(self):
        return f"{self.title} · {self.get_format_display()}"

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY_EXPORTS

    @property
    def is_lost(self) -> bool:
        """Whether whoever worked on it is gone."""
        return self.state == ExportState.WORKING and self.lease_until is not None and self.lease_until < timezone.now()

    @property
    def filename(self) -> str:
        return f"{self.report}-{self.moment.astimezone(self.tz).date().isoformat()}.{self.format}"

    @property
    def report_url(self) -> str:
        """The report's page, narrowed as this is."""
        return reverse("reports_report", args=[self.report]) + (f"?{self.query}" if self.query else "")

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)

    def open(self):
        """The file, open for reading. OSError when it is gone."""
        return storages["private"].open(self.path, "rb")

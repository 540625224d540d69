"""Imports: one batch per uploaded file, one row per row of it. They belong to no app's records, and serve all of them."""

import uuid

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BatchState(models.TextChoices):
    """Where an import stands. Work waits in ``mapped``, ``confirmed`` and ``returning``; the next state of each is the
    work itself, done by one worker at a time."""

    UPLOADED = "uploaded", pgettext_lazy("import", "Columns to choose")
    MAPPED = "mapped", pgettext_lazy("import", "Waiting to be checked")
    CHECKING = "checking", pgettext_lazy("import", "Being checked")
    CHECKED = "checked", pgettext_lazy("import", "Checked")
    CONFIRMED = "confirmed", pgettext_lazy("import", "Waiting to be written")
    WRITING = "writing", pgettext_lazy("import", "Being written")
    WRITTEN = "written", pgettext_lazy("import", "Written")
    RETURNING = "returning", pgettext_lazy("import", "Waiting to be undone")
    UNDOING = "undoing", pgettext_lazy("import", "Being undone")
    UNDONE = "undone", pgettext_lazy("import", "Undone")
    CANCELLED = "cancelled", pgettext_lazy("import", "Cancelled")
    FAILED = "failed", pgettext_lazy("import", "Failed")


# What waits, and what it becomes while somebody works on it.
WORK = {
    BatchState.MAPPED: BatchState.CHECKING,
    BatchState.CONFIRMED: BatchState.WRITING,
    BatchState.RETURNING: BatchState.UNDOING,
}
WAITING = tuple(WORK)
WORKING = tuple(WORK.values())


class ImportBatchQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state__in=WAITING)

    def abandoned(self, now=None):
        """Batches whose work began and was never finished: the worker is gone."""
        return self.filter(state__in=WORKING, lease_until__lt=now or timezone.now())


class ImportBatch(models.Model):
    """One uploaded file on its way into the records, and what became of it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    resource = models.CharField(_("what"), max_length=40)
    state = models.CharField(_("state"), max_length=12, choices=BatchState, default=BatchState.UPLOADED)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    file_name = models.CharField(_("file"), max_length=255)
    # Path in the private storage; empty once the file is erased.
    path = models.CharField(max_length=200, blank=True, editable=False)
    facts = models.JSONField(default=list, editable=False)
    header = models.JSONField(default=list, editable=False)
    # Names this header, so that the columns chosen for it are remembered.
    header_key = models.CharField(max_length=64, editable=False)
    # Column of the resource -> place in the header, from 0.
    mapping = models.JSONField(default=dict, editable=False)
    options = models.JSONField(default=dict, editable=False)
    is_long = models.BooleanField(default=False, editable=False)
    # Sentences are written and days are read as whoever uploaded the file has it.
    language = models.CharField(max_length=8, blank=True, editable=False)
    zone = models.CharField(max_length=64, blank=True, editable=False)

    rows_total = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    rows_done = models.PositiveIntegerField(default=0, editable=False)
    new_count = models.PositiveIntegerField(_("new"), default=0, editable=False)
    changed_count = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    same_count = models.PositiveIntegerField(_("same"), default=0, editable=False)
    error_count = models.PositiveIntegerField(_("rows with errors"), default=0, editable=False)
    sentence = models.TextField(_("what happened"), blank=True, editable=False)

    # Grows with each claim: only whoever holds the current one may write the outcome.
    fence = models.PositiveIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    task_id = models.CharField(max_length=64, blank=True, editable=False)
    woken_at = models.DateTimeField(null=True, editable=False)
    cancel_wanted = models.BooleanField(default=False, editable=False)

    written_at = models.DateTimeField(_("written"), null=True, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)
    erased_at = models.DateTimeField(_("file and values erased"), null=True, editable=False)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]
        default_permissions = ("add", "view")
        permissions = [("export_records", "Can export records")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["checking", "writing", "undoing"]) | models.Q(lease_until__isnull=False),
                name="workbench_import_work_has_lease",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["written", "undone"]) | models.Q(written_at__isnull=False),
                name="workbench_import_written_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "created_at"], name="workbench_import_state"),
            models.Index(fields=["resource", "header_key", "-created_at"], name="workbench_import_header"),
            models.Index(fields=["-created_at", "-id"], name="workbench_import_newest"),
        ]

    def __str__(self):
        return self.file_name

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def is_busy(self) -> bool:
        return self.is_waiting or self.is_working

    def open(self):
        """The uploaded file, open for reading. OSError when it is gone."""
        return storages["private"].open(self.path, "rb")


class Outcome(models.TextChoices):
    """What a row of the file would do, or did."""

    NEW = "new", pgettext_lazy("import row", "New")
    CHANGED = "changed", pgettext_lazy("import row", "Changed")
    SAME = "same", pgettext_lazy("import row", "Same")
    ERROR = "error", pgettext_lazy("import row", "Error")


class ImportRow(models.Model):
    """One row of the file: what it says, what it would change, and what stands in its way."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    label = models.CharField(max_length=400, blank=True)
    # Column -> text of the file.
    values = models.JSONField(default=dict)
    # Column -> [before, after].
    diff = models.JSONField(default=dict)
    # [column or "", sentence]; numbered through the whole file from `first_error`.
    errors = models.JSONField(default=list)
    first_error = models.PositiveIntegerField(default=0)
    object_id = models.BigIntegerField(null=True)
    # What else was written for this row, for its undoing.
    trace = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="workbench_import_row_unique")]
        indexes = [models.Index(fields=["batch", "outcome", "number"], name="workbench_import_outcome")]

    def __str__(self):
        return f"{self.batch} · {self.number}"

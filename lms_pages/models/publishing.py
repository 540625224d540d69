"""Publishing a course in a worker: what was picked, who holds it, and what came of it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import Page


class PublishingState(models.TextChoices):
    """``waiting`` for a worker, ``running`` in one, then what came of it."""

    WAITING = "waiting", pgettext_lazy("publishing", "Waiting")
    RUNNING = "running", pgettext_lazy("publishing", "Running")
    DONE = "done", pgettext_lazy("publishing", "Done")
    FAILED = "failed", pgettext_lazy("publishing", "Failed")


BUSY = (PublishingState.WAITING, PublishingState.RUNNING)


class Publishing(models.Model):
    """A course or module that a worker publishes with what was picked in it, and what came of it."""

    # Rows of work, not content: nobody asks where they are used.
    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    root = models.ForeignKey(Page, models.CASCADE, related_name="+", verbose_name=_("page"))
    # Pages, each with the revision that was looked at.
    tokens = models.JSONField(default=list)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    language = models.CharField(max_length=8, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=PublishingState, default=PublishingState.WAITING)
    # Grows with each claim: only whoever holds the current one may publish.
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    task_id = models.CharField(max_length=64, blank=True)
    woken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    published = models.PositiveIntegerField(_("pages published"), default=0)
    # [title, reason] of each page that was picked and stays as it was.
    left = models.JSONField(default=list)
    sentence = models.TextField(_("what happened"), blank=True)

    class Meta:
        verbose_name = _("publishing of a course")
        verbose_name_plural = _("publishings of courses")
        ordering = ["-requested_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["root"], condition=models.Q(state__in=["waiting", "running"]), name="lms_pages_publishing_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(lease_until__isnull=False),
                name="lms_pages_publishing_has_lease",
            ),
        ]

    def __str__(self):
        return f"{self.root} · {self.get_state_display()}"

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

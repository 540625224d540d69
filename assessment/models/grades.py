"""Grades set by hand, in place of what was earned. History is kept: a later word is a new row."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from learning.models import Enrollment


class GradeOverride(models.Model):
    """What somebody says a learner has for a lesson or quiz. Without a score, the override was taken back and what was
    earned counts again."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="grade_overrides", verbose_name=_("enrollment")
    )
    page_key = models.UUIDField()
    page = models.ForeignKey("wagtailcore.Page", models.PROTECT, related_name="+", verbose_name=_("lesson"))
    score = models.DecimalField(_("score"), max_digits=9, decimal_places=4, null=True)
    max_score = models.DecimalField(_("of"), max_digits=9, decimal_places=4)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("set by")
    )
    at = models.DateTimeField(_("set"))
    is_latest = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("grade set by hand")
        verbose_name_plural = _("grades set by hand")
        ordering = ["-at", "-pk"]
        constraints = [
            # What counts, if it has a score.
            models.UniqueConstraint(
                fields=["enrollment", "page_key"],
                condition=models.Q(is_latest=True),
                name="assessment_one_latest_override",
            ),
            models.CheckConstraint(
                condition=models.Q(max_score__gt=0)
                & (
                    models.Q(score__isnull=True) | (models.Q(score__gte=0) & models.Q(score__lte=models.F("max_score")))
                ),
                name="assessment_override_within_points",
            ),
        ]
        indexes = [
            models.Index(fields=["enrollment", "page_key", "-at"], name="assessment_override_history"),
            # The list of grades set by hand, newest first.
            models.Index(fields=["-at", "-id"], name="assessment_override_newest"),
        ]

    def __str__(self):
        return f"{self.enrollment} · {self.page}"

    @property
    def is_cleared(self) -> bool:
        return self.score is None

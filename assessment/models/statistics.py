"""How questions did, computed every night from answers; all of it can be thrown away and computed again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms_pages.models import LessonPage
from questions.models import Question


def share_field(name, **options) -> models.DecimalField:
    return models.DecimalField(name, max_digits=5, decimal_places=4, null=True, **options)


class ItemStatistic(models.Model):
    """One question in one lesson or quiz, or across all that ask it (without a page). See `assessment.item_statistics`."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="statistics", verbose_name=_("question"))
    page_key = models.UUIDField(null=True)
    page = models.ForeignKey(LessonPage, models.SET_NULL, null=True, related_name="+", verbose_name=_("lesson"))
    course_key = models.UUIDField(null=True)
    n = models.PositiveIntegerField(_("answers"))
    facility = share_field(_("facility"))
    discrimination = share_field(_("discrimination"))
    rest_discrimination = share_field(_("discrimination by the other questions"))
    point_biserial = share_field(_("point-biserial correlation"))
    item_rest = share_field(_("corrected item-total correlation"))
    # As `Option` and `Finding` have it, in order.
    options = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        verbose_name = _("item statistic")
        verbose_name_plural = _("item statistics")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["question", "page_key"], name="assessment_item_once_a_page"),
            models.UniqueConstraint(
                fields=["question"], condition=models.Q(page_key=None), name="assessment_item_once_across"
            ),
        ]
        indexes = [models.Index(fields=["course_key"], name="assessment_item_course")]

    def __str__(self):
        return str(self.question)


class PageStatistic(models.Model):
    """The questions of one lesson or quiz together: who scored how much, and how reliable that is."""

    page_key = models.UUIDField(unique=True)
    page = models.ForeignKey(LessonPage, models.SET_NULL, null=True, related_name="+", verbose_name=_("lesson"))
    course_key = models.UUIDField()
    n = models.PositiveIntegerField(_("people"))
    questions = models.PositiveSmallIntegerField(_("questions"))
    mean = share_field(_("mean score"))
    # α can be far below 0 where questions contradict one another.
    alpha = models.DecimalField(_("Cronbach's alpha"), max_digits=9, decimal_places=4, null=True)
    # How many people were asked everything, which alpha needs.
    alpha_n = models.PositiveIntegerField(default=0)
    # People by tenths of the score, from 0 to 1.
    histogram = models.JSONField(default=list)
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        verbose_name = _("lesson statistic")
        verbose_name_plural = _("lesson statistics")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["course_key"], name="assessment_page_course")]

    def __str__(self):
        return str(self.page or self.page_key)

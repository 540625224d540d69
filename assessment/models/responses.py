"""Answers that learners gave, with what they were judged against."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from learning.models import Enrollment
from questions.models import Question


class Response(models.Model):
    """One answer to one question at one place of a lesson. A later answer is a new row."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="responses", verbose_name=_("enrollment"))
    question = models.ForeignKey(Question, models.PROTECT, related_name="responses", verbose_name=_("question"))
    question_revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, null=True, related_name="+")
    lesson_key = models.UUIDField()
    page_revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, null=True, related_name="+")
    block_id = models.CharField(max_length=36)
    attempt = models.PositiveIntegerField(_("attempt"), default=1)
    answer = models.JSONField(_("answer"))
    # Share of the points, 0 to 1; empty for a poll.
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=4, null=True)
    is_latest = models.BooleanField(default=True)
    answered_at = models.DateTimeField(_("answered"))

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["-answered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "lesson_key", "block_id", "question", "attempt"],
                name="assessment_response_attempt_unique",
            ),
            # What a lesson shows, and what completes it: the latest answer at each place.
            models.UniqueConstraint(
                fields=["enrollment", "lesson_key", "block_id", "question"],
                condition=models.Q(is_latest=True),
                name="assessment_one_latest_response",
            ),
        ]
        indexes = [
            models.Index(fields=["question", "answered_at"], name="assessment_resp_question"),
            # The list of answers, newest first.
            models.Index(fields=["-answered_at", "-id"], name="assessment_resp_newest"),
        ]

    def __str__(self):
        return f"{self.question} · {self.attempt}"

    @property
    def is_right(self) -> bool | None:
        return None if self.score is None else self.score == 1

    @property
    def question_as_asked(self) -> Question:
        """The question as it stood when it was answered."""
        return self.question_revision.as_object() if self.question_revision else self.question

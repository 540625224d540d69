"""Attempts at quizzes: what was asked, what was answered, and the rules that judged it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessment.rules import Rules, reading
from learning.models import Cohort, Enrollment
from lms_pages.models import QuizPage
from questions.models import Question


class AttemptState(models.TextChoices):
    OPEN = "open", _("Under way")
    SUBMITTED = "submitted", _("Handed in, waits to be graded")
    GRADED = "graded", _("Graded")


class SubmittedBy(models.TextChoices):
    LEARNER = "learner", _("The learner")
    DEADLINE = "deadline", _("The end of its time")


class Attempt(models.Model):
    """One try at a quiz in one enrollment, with the questions as they were drawn and the rules as they were."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="attempts", verbose_name=_("enrollment"))
    quiz = models.ForeignKey(QuizPage, models.PROTECT, related_name="attempts", verbose_name=_("quiz"))
    quiz_key = models.UUIDField()
    page_revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, null=True, related_name="+")
    number = models.PositiveSmallIntegerField(_("attempt"))
    state = models.CharField(_("state"), max_length=12, choices=AttemptState, default=AttemptState.OPEN)
    rules = models.JSONField(default=dict)
    # Title and introduction of each section, as they were.
    sections = models.JSONField(default=list)
    started_at = models.DateTimeField(_("began"))
    # When the server hands it in by itself; empty without a limit.
    due_at = models.DateTimeField(_("ends"), null=True)
    saved_at = models.DateTimeField(_("last saved"), null=True)
    submitted_at = models.DateTimeField(_("handed in"), null=True)
    submitted_by = models.CharField(_("handed in by"), max_length=12, choices=SubmittedBy, blank=True)
    # Points got of points there are; the score is empty until everything is graded.
    score = models.DecimalField(_("points"), max_digits=9, decimal_places=4, null=True)
    max_score = models.DecimalField(_("of"), max_digits=9, decimal_places=4)
    passed = models.BooleanField(_("passed"), null=True)
    graded_at = models.DateTimeField(_("graded"), null=True)
    # How often it was graded: by the server, by people, and after questions were put right.
    gradings = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        permissions = [("regrade_attempt", "Can grade answers anew after a question was put right")]
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "quiz_key", "number"], name="assessment_attempt_number_unique"
            ),
            models.UniqueConstraint(
                fields=["enrollment", "quiz_key"],
                condition=models.Q(state="open"),
                name="assessment_one_open_attempt",
            ),
            models.CheckConstraint(condition=models.Q(max_score__gte=0), name="assessment_attempt_points_positive"),
            models.CheckConstraint(
                condition=~models.Q(state="graded") | models.Q(score__isnull=False),
                name="assessment_graded_attempt_has_score",
            ),
        ]
        indexes = [
            # The sweep that hands in what is over.
            models.Index(fields=["due_at"], condition=models.Q(state="open"), name="assessment_attempt_due"),
            # Results of a quiz, and its item analysis.
            models.Index(fields=["quiz_key", "state"], name="assessment_attempt_quiz"),
            # The list of attempts, newest first.
            models.Index(fields=["-started_at", "-id"], name="assessment_attempt_newest"),
        ]

    def __str__(self):
        return f"{self.quiz} · {self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == AttemptState.OPEN

    @property
    def judged_by(self) -> Rules:
        return reading(self.rules)


class AttemptQuestion(models.Model):
    """One question of an attempt, as it was drawn, with its answer and what that was worth."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="questions", verbose_name=_("attempt"))
    position = models.PositiveSmallIntegerField(_("number"))
    section = models.PositiveSmallIntegerField(default=0)
    question = models.ForeignKey(Question, models.PROTECT, related_name="asked", verbose_name=_("question"))
    question_revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, related_name="+")
    # The version it was graded by anew, once the question was put right.
    judged_revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, null=True, related_name="+")
    points = models.DecimalField(_("points"), max_digits=7, decimal_places=2)
    answer = models.JSONField(_("answer"), null=True)
    # What the form held when it was no whole answer yet, by part as it was sent; empty once it is one.
    unfinished = models.JSONField(_("unfinished answer"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    # The window that saved the answer last: another one, drawn before, must not put its older state over it.
    saved_by = models.CharField(max_length=32, blank=True)
    # How often it was checked while the attempt was open, where its rules give feedback at once.
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    is_final = models.BooleanField(default=False)
    # Share of the points before what tries cost, and the points it earned; empty until graded.
    share = models.DecimalField(_("share"), max_digits=5, decimal_places=4, null=True)
    earned = models.DecimalField(_("earned"), max_digits=9, decimal_places=4, null=True)
    needs_grading = models.BooleanField(_("waits to be graded"), default=False)
    # Points by criterion, as the grader gave them.
    rubric = models.JSONField(default=list)
    comment = models.TextField(_("comment"), blank=True)
    graded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    graded_at = models.DateTimeField(_("graded"), null=True)

    class Meta:
        verbose_name = _("question of an attempt")
        verbose_name_plural = _("questions of attempts")
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="assessment_attempt_position_unique"),
            models.UniqueConstraint(fields=["attempt", "question"], name="assessment_attempt_question_once"),
        ]
        indexes = [
            # What waits for a person to grade it.
            models.Index(fields=["answered_at"], condition=models.Q(needs_grading=True), name="assessment_to_grade"),
        ]

    def __str__(self):
        return f"{self.attempt} · {self.position}"

    @property
    def is_answered(self) -> bool:
        return self.answer is not None

    @property
    def is_complete(self) -> bool:
        """Answered, and nothing newer stands there that is no whole answer yet."""
        return self.answer is not None and self.unfinished is None

    @property
    def as_asked(self) -> Question:
        """The question as it stood when it was drawn; no query but for the revision, if that is not loaded."""
        return Question.from_serializable_data(self.question_revision.content, check_fks=False)

    @property
    def as_judged(self) -> Question:
        """The question by which the answer has its points: as it was asked, unless it was put right since."""
        if self.judged_revision is None:
            return self.as_asked
        return Question.from_serializable_data(self.judged_revision.content, check_fks=False)


class Extension(models.Model):
    """More time or attempts at one quiz, for one run or for everybody in a cohort. A run's own goes before its cohort's."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quiz = models.ForeignKey(QuizPage, models.PROTECT, related_name="extensions", verbose_name=_("quiz"))
    quiz_key = models.UUIDField(editable=False)
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, null=True, blank=True, related_name="extensions", verbose_name=_("enrollment")
    )
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, null=True, blank=True, related_name="extensions", verbose_name=_("cohort")
    )
    extra_minutes = models.PositiveSmallIntegerField(_("more minutes"), default=0)
    extra_attempts = models.PositiveSmallIntegerField(_("more attempts"), default=0)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True, help_text=_("Empty: as for everybody."))
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True, help_text=_("Empty: as for everybody."))
    reason = models.CharField(_("reason"), max_length=300)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+")
    given_at = models.DateTimeField(_("given"), editable=False)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(enrollment__isnull=True) ^ models.Q(cohort__isnull=True),
                name="assessment_extension_for_one",
            ),
            models.UniqueConstraint(
                fields=["quiz_key", "enrollment"],
                condition=models.Q(enrollment__isnull=False),
                name="assessment_one_extension_a_run",
            ),
            models.UniqueConstraint(
                fields=["quiz_key", "cohort"],
                condition=models.Q(cohort__isnull=False),
                name="assessment_one_extension_a_cohort",
            ),
        ]

    def __str__(self):
        return f"{self.quiz} · {self.enrollment or self.cohort}"

    def save(self, *args, **kwargs):
        self.quiz_key = self.quiz.translation_key
        super().save(*args, **kwargs)

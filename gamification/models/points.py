"""Point rules, the ledger, levels, and where each learner stands."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.models import LearningEvent
from learning.verbs import Verb
from library.models import Topic

# What a rule can give points for. Reminders, resets and the like are no merits.
EARNING_VERBS = (
    Verb.COURSE_ENROLLED,
    Verb.LESSON_COMPLETED,
    Verb.QUESTION_ANSWERED,
    Verb.QUIZ_SUBMITTED,
    Verb.QUIZ_GRADED,
    Verb.COURSE_COMPLETED,
)


class OncePer(models.TextChoices):
    EVENT = "event", _("Every time")
    QUESTION = "question", _("Once for each question")
    LESSON = "lesson", _("Once for each lesson or quiz")
    COURSE = "course", _("Once for each course")


class PointRule(models.Model):
    """What earns points. What it says is in its versions: an edit makes a new one, and what was earned keeps the old."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(
        _("name"),
        max_length=80,
        unique=True,
        help_text=_("Learners read it beside their points, such as “Lesson completed”."),
    )
    verb = models.CharField(
        _("what happens"), max_length=40, choices=[(verb.value, verb.label) for verb in EARNING_VERBS]
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("point rule")
        verbose_name_plural = _("point rules")
        ordering = ["name"]

    def __str__(self):
        return self.name


class PointRuleVersion(models.Model):
    """A rule's terms for what is recorded from ``since`` until ``until``. Never changed, but for the end."""

    rule = models.ForeignKey(PointRule, models.CASCADE, related_name="versions", verbose_name=_("rule"))
    # Empty: from the first event there ever was.
    since = models.DateTimeField(_("in force since"), null=True, editable=False)
    until = models.DateTimeField(_("in force until"), null=True, editable=False)
    points = models.PositiveIntegerField(_("points"), validators=[MinValueValidator(1), MaxValueValidator(100_000)])
    once_per = models.CharField(_("counts"), max_length=8, choices=OncePer, default=OncePer.LESSON)
    course_key = models.UUIDField(_("only in the course"), null=True, blank=True)
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("only in courses of the topic")
    )
    min_percent = models.DecimalField(
        _("only with a score of at least (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    per_day = models.PositiveIntegerField(
        _("points a day at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    per_course = models.PositiveIntegerField(
        _("points a course at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("terms of a point rule")
        verbose_name_plural = _("terms of point rules")
        ordering = ["rule", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule"], condition=models.Q(until=None), name="gamification_one_current_version"
            ),
            models.CheckConstraint(condition=models.Q(points__gt=0), name="gamification_rule_gives_points"),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_to=None)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="gamification_rule_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.rule} · {self.points}"


class EntryKind(models.TextChoices):
    EARNED = "earned", _("Earned")
    REVERSED = "reversed", _("Taken back")
    ADJUSTED = "adjusted", _("Set by hand")
    HELD = "held", _("Held for a reward")
    RELEASED = "released", _("No longer held")
    SPENT = "spent", _("Spent")
    EXPIRED = "expired", _("Expired")


# What says how much somebody has done. Spending it, or letting it expire, takes nothing away from that.
MERITS = (EntryKind.EARNED, EntryKind.REVERSED, EntryKind.ADJUSTED)


class PointEntry(models.Model):
    """One line of the ledger. A balance is the sum of its lines.

    Lines that follow from events (earned, taken back) are a function of the events and the rules, and can be made anew
    at any time. All others are only added.
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Empty once the person is erased: the totals stay.
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="point_entries", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=EntryKind)
    points = models.IntegerField(_("points"))
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    rule = models.ForeignKey(PointRule, models.PROTECT, null=True, related_name="entries", verbose_name=_("rule"))
    terms = models.ForeignKey(PointRuleVersion, models.PROTECT, null=True, related_name="entries")
    event = models.ForeignKey(LearningEvent, models.SET_NULL, null=True, related_name="point_entries")
    course_key = models.UUIDField(null=True)
    # What it was for, as it was called then: the lesson, quiz, course or reward.
    title = models.CharField(_("for"), max_length=255, blank=True)
    redemption = models.ForeignKey(
        "gamification.Redemption", models.PROTECT, null=True, related_name="entries", verbose_name=_("redemption")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("entry of the points ledger")
        verbose_name_plural = _("points ledger")
        default_permissions = ("view",)
        permissions = [("adjust_points", "Can give and take points by hand")]
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["learner", "rule", "event"], name="gamification_entry_unique"),
            # A redemption holds, gives back and spends once each, whoever asks how often.
            models.UniqueConstraint(fields=["redemption", "kind"], name="gamification_redemption_entry_unique"),
            models.CheckConstraint(condition=~models.Q(points=0), name="gamification_entry_counts"),
            models.CheckConstraint(
                condition=~models.Q(kind="adjusted") | ~models.Q(reason=""), name="gamification_adjustment_has_reason"
            ),
        ]
        indexes = [
            # A person's ledger, newest first; their sum, and their sum within days.
            models.Index(fields=["learner", "-at"], include=["points", "kind"], name="gamification_entry_learner"),
            # Leaderboards of a course, within days.
            models.Index(
                fields=["course_key", "at"], include=["learner", "points", "kind"], name="gamification_entry_course"
            ),
            # Leaderboards of the whole site, within days; the ledger, newest first.
            models.Index(fields=["at"], include=["learner", "points", "kind"], name="gamification_entry_time"),
        ]

    def __str__(self):
        return f"{self.points:+d} · {self.title}"


class Level(models.Model):
    """A name for so many points."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    points = models.PositiveIntegerField(_("from so many points"), unique=True)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["points"]

    def __str__(self):
        return self.name


class Visibility(models.TextChoices):
    NOBODY = "nobody", _("Nobody but me")
    COLLEAGUES = "colleagues", _("People on my courses")
    EVERYONE = "everyone", _("Everyone who is signed in")


class LearnerProfile(models.Model):
    """Where a learner stands, and what they let others see. The row that every change of their points holds first.

    ``balance`` is the sum of all their ledger lines, ``merit`` that of `MERITS`; both follow from the ledger.
    """

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="game_profile", verbose_name=_("person")
    )
    balance = models.IntegerField(_("points to spend"), default=0)
    merit = models.IntegerField(_("points in all"), default=0)
    # The streak that ended on the last active day, by the learner's own calendar.
    streak = models.PositiveIntegerField(_("streak"), default=0)
    longest_streak = models.PositiveIntegerField(_("longest streak"), default=0)
    last_active_on = models.DateField(_("last active"), null=True)
    # How many of the learner's events these numbers take in; where there are more, they are behind.
    events_seen = models.PositiveIntegerField(default=0)
    # What came since the learner last looked is shown once, and no more.
    shown_until = models.DateTimeField(null=True)
    has_news = models.BooleanField(default=False)
    visibility = models.CharField(
        _("who may see my profile"), max_length=10, choices=Visibility, default=Visibility.COLLEAGUES
    )
    on_leaderboards = models.BooleanField(_("show me on leaderboards"), default=True)

    class Meta:
        verbose_name = _("learner profile")
        verbose_name_plural = _("learner profiles")
        default_permissions = ("view",)

    def __str__(self):
        return str(self.learner)

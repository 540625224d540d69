"""Facts, rollups and how far they are. All of it lies in a database of its own and can be made anew from the site's."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.periods import Grain
from analytics.rollups import Feed

# The alias of the database all of this lies in.
DATABASE = "analytics"
# What stands where no course, team or lesson does. Not NULL, because a unique constraint takes two NULLs for different.
NONE = uuid.UUID(int=0)


class EventFact(models.Model):
    """What happened, as the log of learning events has it, with the labels of that time. Rows are only added.

    On PostgreSQL the table has one partition for each month of ``occurred_at``.
    """

    pk = models.CompositePrimaryKey("occurred_at", "uuid")
    occurred_at = models.DateTimeField(_("occurred"))
    uuid = models.UUIDField()
    recorded_at = models.DateTimeField(_("recorded"))
    # Of the site's calendar, when the fact was taken in.
    day = models.DateField(_("day"))
    verb = models.CharField(_("verb"), max_length=40)
    learner = models.UUIDField(default=NONE)
    team = models.UUIDField(default=NONE)
    team_name = models.CharField(max_length=120, blank=True)
    cohort = models.UUIDField(default=NONE)
    cohort_name = models.CharField(max_length=120, blank=True)
    enrollment = models.UUIDField(default=NONE)
    course_key = models.UUIDField(default=NONE)
    course_title = models.CharField(max_length=255, blank=True)
    lesson_key = models.UUIDField(default=NONE)
    lesson_title = models.CharField(max_length=255, blank=True)
    # How many of how many lessons were done with this one.
    completed = models.PositiveIntegerField(null=True)
    required = models.PositiveIntegerField(null=True)
    # What part of the points was earned, from 0 to 1, and what gave the grade.
    share = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    cause = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("fact of an event")
        verbose_name_plural = _("facts of events")
        indexes = [
            # A rollup adds up the days that changed.
            models.Index(fields=["day", "verb"], name="analytics_event_day"),
        ]

    def __str__(self):
        return f"{self.verb} {self.uuid}"


class ActivityFact(models.Model):
    """How much one lesson was used on one day in one enrollment, as counted so far.

    On PostgreSQL the table has one partition for each month of ``day``.
    """

    pk = models.CompositePrimaryKey("day", "enrollment", "lesson_key")
    day = models.DateField(_("day"))
    enrollment = models.UUIDField()
    lesson_key = models.UUIDField()
    lesson_title = models.CharField(max_length=255, blank=True)
    learner = models.UUIDField(default=NONE)
    team = models.UUIDField(default=NONE)
    team_name = models.CharField(max_length=120, blank=True)
    cohort = models.UUIDField(default=NONE)
    cohort_name = models.CharField(max_length=120, blank=True)
    course_key = models.UUIDField(default=NONE)
    course_title = models.CharField(max_length=255, blank=True)
    hits = models.PositiveIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("fact of activity")
        verbose_name_plural = _("facts of activity")

    def __str__(self):
        return f"{self.day} {self.hits}"


class ViewFact(models.Model):
    """A page that was shown, not to whom. Rows are only added; the oldest go as a whole month.

    On PostgreSQL the table has one partition for each month of ``occurred_at``.
    """

    pk = models.CompositePrimaryKey("occurred_at", "uuid")
    occurred_at = models.DateTimeField(_("occurred"))
    uuid = models.UUIDField()
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=60)
    title = models.CharField(max_length=255, blank=True)
    course_key = models.UUIDField(default=NONE)
    course_title = models.CharField(max_length=255, blank=True)
    lesson_key = models.UUIDField(default=NONE)
    lesson_title = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=8, blank=True)
    is_signed_in = models.BooleanField(default=False)
    # How many views it stands for, itself among them.
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("fact of a page view")
        verbose_name_plural = _("facts of page views")
        indexes = [
            # A rollup adds up the days that changed.
            models.Index(fields=["day"], name="analytics_view_day"),
        ]

    def __str__(self):
        return f"{self.kind} {self.uuid}"


class Rollup(models.Model):
    """One number: a measure (`analytics.rollups`) of one day, week or month, by what ``by`` names."""

    measure = models.CharField(_("measure"), max_length=40)
    grain = models.CharField(max_length=5, choices=Grain)
    # The first day of the period; weeks begin on Monday.
    start = models.DateField(_("start"))
    by = models.CharField(max_length=20, blank=True)
    course_key = models.UUIDField(default=NONE)
    team = models.UUIDField(default=NONE)
    cohort = models.UUIDField(default=NONE)
    lesson_key = models.UUIDField(default=NONE)
    # What they were called then.
    course_title = models.CharField(max_length=255, blank=True)
    team_name = models.CharField(max_length=120, blank=True)
    cohort_name = models.CharField(max_length=120, blank=True)
    lesson_title = models.CharField(max_length=255, blank=True)
    value = models.BigIntegerField()

    class Meta:
        verbose_name = _("rollup")
        verbose_name_plural = _("rollups")
        constraints = [
            # Also the index by which a chart reads its measure over time.
            models.UniqueConstraint(
                fields=["measure", "grain", "by", "start", "course_key", "team", "cohort", "lesson_key"],
                name="analytics_rollup_unique",
            )
        ]

    def __str__(self):
        return f"{self.measure} {self.grain} {self.start} {self.value}"


class FoldState(models.Model):
    """How far a feed is taken in. Written in the transaction that takes it in."""

    feed = models.CharField(primary_key=True, max_length=10, choices=Feed)
    # The moment (and, where there is more of it, the row) up to which the feed was read.
    position = models.DateTimeField(null=True)
    position_id = models.BigIntegerField(default=0)
    is_behind = models.BooleanField(default=False)
    folded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("state of a feed")
        verbose_name_plural = _("states of feeds")

    def __str__(self):
        return f"{self.feed} {self.position}"


class FollowedMerge(models.Model):
    """Two accounts that became one, as facts know by now. Written with the facts it changes."""

    learner = models.UUIDField(primary_key=True)

    class Meta:
        verbose_name = _("merge of accounts")
        verbose_name_plural = _("merges of accounts")

    def __str__(self):
        return str(self.learner)


class StalePeriod(models.Model):
    """A period whose facts changed since its rollups were made. Written with the facts, gone with the rollups."""

    feed = models.CharField(max_length=10, choices=Feed)
    grain = models.CharField(max_length=5, choices=Grain)
    start = models.DateField()

    class Meta:
        verbose_name = _("period to add up")
        verbose_name_plural = _("periods to add up")
        constraints = [models.UniqueConstraint(fields=["feed", "grain", "start"], name="analytics_stale_unique")]

    def __str__(self):
        return f"{self.feed} {self.grain} {self.start}"


class Reconciliation(models.Model):
    """A comparison of facts and rollups with what they were made of. ``drifts`` has a line for each day that differs:
    day, what, and both numbers."""

    at = models.DateTimeField(_("time"))
    # The first day that was not compared.
    until = models.DateField(_("until"))
    days = models.PositiveIntegerField(_("days compared"))
    drifts = models.JSONField(default=list)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.at}: {len(self.drifts)}"

    @property
    def is_well(self) -> bool:
        return not self.drifts

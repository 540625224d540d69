"""Who did what: enrollments, progress, and the event log everything else is derived from."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.verbs import Verb
from lms_pages.models import CoursePage, LessonPage
from workbench.days import site_day


class EnrollmentStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    ACTIVE = "active", _("Active")
    COMPLETED = "completed", _("Completed")
    WITHDRAWN = "withdrawn", _("Left")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")


class EnrollmentQuerySet(models.QuerySet):
    def open(self):
        """Runs a learner can work in: active or, to read again, completed."""
        return self.filter(status__in=[EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED])

    def counted(self):
        """Runs that count as enrollments in figures: those that began. A request that is open, refused or
        taken back never did."""
        return self.filter(enrolled_at__isnull=False)

    def overdue(self, on=None):
        return self.filter(status=EnrollmentStatus.ACTIVE, due_on__lt=on or site_day())


class Enrollment(models.Model):
    """One run of one learner through one course. A second run rewrites nothing of the first."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrollments", verbose_name=_("learner")
    )
    course = models.ForeignKey(CoursePage, models.PROTECT, related_name="enrollments", verbose_name=_("course"))
    course_key = models.UUIDField(editable=False)
    run = models.PositiveSmallIntegerField(_("run"), default=1)
    status = models.CharField(_("status"), max_length=16, choices=EnrollmentStatus, default=EnrollmentStatus.ACTIVE)
    outcome = models.CharField(
        _("outcome"), max_length=80, blank=True, help_text=_("A label such as “passed with distinction”.")
    )
    reason = models.CharField(
        _("reason"), max_length=300, blank=True, help_text=_("Why it was asked for, declined or left.")
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    requested_at = models.DateTimeField(_("requested"), null=True, blank=True)
    enrolled_at = models.DateTimeField(_("enrolled"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # What the completion was earned against: the course's revision, and the lessons that were required then.
    completed_revision = models.ForeignKey(
        "wagtailcore.Revision", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    completion_rule = models.JSONField(default=dict, blank=True, editable=False)
    # Kept in the transaction that changes them, and recomputed when the course's pages change.
    completed_lessons = models.PositiveIntegerField(_("lessons done"), default=0, editable=False)
    required_lessons = models.PositiveIntegerField(_("lessons in all"), default=0, editable=False)
    last_lesson_key = models.UUIDField(null=True, blank=True, editable=False)
    last_activity_at = models.DateTimeField(_("last activity"), null=True, blank=True, editable=False)
    # The sums of the run's `ActivityDay`, and on how many different days it has any.
    hits = models.PositiveIntegerField(_("visits"), default=0, editable=False)
    clicks = models.PositiveIntegerField(_("clicks"), default=0, editable=False)
    seconds = models.PositiveIntegerField(_("time spent"), default=0, editable=False)
    active_days = models.PositiveIntegerField(_("active days"), default=0, editable=False)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        ordering = ["-enrolled_at", "-pk"]
        permissions = [("view_all_enrollments", "Can view the enrollments of everyone")]
        constraints = [
            models.UniqueConstraint(fields=["learner", "course_key", "run"], name="learning_enrollment_run_unique"),
            models.UniqueConstraint(
                fields=["learner", "course_key"],
                condition=models.Q(status__in=["requested", "active"]),
                name="learning_one_open_enrollment",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="completed") | models.Q(completed_at__isnull=False),
                name="learning_completed_has_date",
            ),
        ]
        indexes = [
            # My learning and every "is this person on this course" question.
            models.Index(fields=["learner", "status"], name="learning_enr_learner_status"),
            # Rosters, course progress and the dashboard's figures by course.
            models.Index(fields=["course_key", "status"], name="learning_enr_course_status"),
            # Overdue lists.
            models.Index(fields=["due_on"], condition=models.Q(status="active"), name="learning_enr_due"),
        ]

    def __str__(self):
        return f"{self.learner} · {self.course}"

    @property
    def is_open(self) -> bool:
        return self.status in (EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED)

    @property
    def is_overdue(self) -> bool:
        return self.status == EnrollmentStatus.ACTIVE and self.due_on is not None and self.due_on < site_day()

    @property
    def percent(self) -> int:
        """Done of required in whole percent, never rounded up; a completed run has 100 for good."""
        if self.status == EnrollmentStatus.COMPLETED:
            return 100
        return min(self.completed_lessons * 100 // self.required_lessons, 100) if self.required_lessons else 0


class LessonProgress(models.Model):
    """A lesson done in one enrollment, with the revision that was read and the rule that judged it."""

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="progress", verbose_name=_("enrollment"))
    lesson_key = models.UUIDField()
    lesson = models.ForeignKey(LessonPage, models.PROTECT, related_name="progress", verbose_name=_("lesson"))
    revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, null=True, blank=True, related_name="+")
    rule = models.CharField(_("done by"), max_length=16)
    completed_at = models.DateTimeField(_("completed"))

    class Meta:
        verbose_name = _("lesson progress")
        verbose_name_plural = _("lesson progress")
        constraints = [models.UniqueConstraint(fields=["enrollment", "lesson_key"], name="learning_progress_unique")]
        # The list of what was done, newest first.
        indexes = [models.Index(fields=["-completed_at", "-id"], name="learning_progress_newest")]

    def __str__(self):
        return f"{self.enrollment} · {self.lesson}"


class Result(models.Model):
    """The score that counts for a page in a run, written by `assessment`; whoever shows or adds up scores reads it.

    ``score``, ``max_score`` and ``passed`` are what was earned, unless ``is_by_hand``: then they are what somebody set in
    its place. What was earned is kept beside, None where nothing was.
    """

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="results", verbose_name=_("enrollment"))
    page_key = models.UUIDField()
    page = models.ForeignKey("wagtailcore.Page", models.PROTECT, related_name="+")
    score = models.DecimalField(_("score"), max_digits=9, decimal_places=4)
    max_score = models.DecimalField(_("of"), max_digits=9, decimal_places=4)
    passed = models.BooleanField(_("passed"), null=True)
    is_by_hand = models.BooleanField(_("set by hand"), default=False)
    earned_score = models.DecimalField(_("earned"), max_digits=9, decimal_places=4, null=True)
    earned_max_score = models.DecimalField(_("earned of"), max_digits=9, decimal_places=4, null=True)
    earned_passed = models.BooleanField(_("passed as earned"), null=True)
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "page_key"], name="learning_result_unique"),
            models.CheckConstraint(condition=models.Q(max_score__gt=0), name="learning_result_has_points"),
            models.CheckConstraint(
                condition=models.Q(is_by_hand=True)
                | models.Q(earned_score=models.F("score"), earned_max_score=models.F("max_score")),
                name="learning_result_counts_what_was_earned",
            ),
        ]

    def __str__(self):
        return f"{self.score} / {self.max_score}"


class Cohort(models.Model):
    """People who take a course together, from one day to another. A team is the line organization, which is another thing."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, help_text=_("For people, such as “Spring 2027, Hamburg”."))
    course = models.ForeignKey(CoursePage, models.PROTECT, related_name="cohorts", verbose_name=_("course"))
    course_key = models.UUIDField(editable=False)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    due_on = models.DateField(
        _("due on"), null=True, blank=True, help_text=_("Becomes the due date of everybody who joins. Empty: none.")
    )
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    # Open memberships, changed by the UPDATE that also asks whether a place is free.
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["-starts_on", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["course_key", "name"],
                name="learning_cohort_name_unique",
                violation_error_message=_("This course already has a cohort of this name."),
            ),
            models.CheckConstraint(
                condition=models.Q(capacity=None) | models.Q(taken__lte=models.F("capacity")),
                name="learning_cohort_not_overfull",
                violation_error_message=_("More people are in this cohort than it would have places."),
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="learning_cohort_ends_after_start",
                violation_error_message=_("The last day lies before the first one."),
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.course_key = self.course.translation_key
        super().save(*args, **kwargs)

    @property
    def places_left(self) -> int | None:
        """Free places, or None without a limit."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < site_day()


class CohortMembership(models.Model):
    """One run takes place in a cohort, from a day until another. Who moves on gets a second row; the first one stays."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="memberships", verbose_name=_("cohort"))
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="cohort_memberships", verbose_name=_("enrollment")
    )
    since = models.DateField(_("since"), default=site_day)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("cohort membership")
        verbose_name_plural = _("cohort memberships")
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment"], condition=models.Q(until=None), name="learning_one_open_cohort_membership"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="learning_cohort_membership_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.enrollment} · {self.cohort}"


def new_code() -> str:
    return secrets.token_urlsafe(16)


class InviteLink(models.Model):
    """An address that puts whoever opens it on a course, and into a cohort where one is named."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40, unique=True, default=new_code, editable=False)
    course = models.ForeignKey(CoursePage, models.PROTECT, related_name="invite_links", verbose_name=_("course"))
    course_key = models.UUIDField(editable=False)
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, null=True, blank=True, related_name="invite_links", verbose_name=_("cohort")
    )
    limit = models.PositiveIntegerField(
        _("people at most"), null=True, blank=True, help_text=_("Empty: no limit but the cohort's places.")
    )
    # Changed by the UPDATE that also asks whether the link still opens.
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    expires_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("In the site's time zone. Empty: until it is revoked.")
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("invitation link")
        verbose_name_plural = _("invitation links")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(limit=None) | models.Q(used__lte=models.F("limit")),
                name="learning_invite_within_limit",
            ),
        ]

    def __str__(self):
        return str(self.cohort or self.course)

    def save(self, *args, **kwargs):
        self.course_key = self.course.translation_key
        super().save(*args, **kwargs)

    @property
    def has_expired(self) -> bool:
        return self.expires_on is not None and self.expires_on < site_day()

    @property
    def is_used_up(self) -> bool:
        return self.limit is not None and self.used >= self.limit

    @property
    def opens(self) -> bool:
        return self.revoked_at is None and not self.has_expired and not self.is_used_up


class LearningEvent(models.Model):
    """What happened, once. Rows are only added; every derived table can be rebuilt from them."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    verb = models.CharField(_("verb"), max_length=40, choices=Verb)
    version = models.PositiveSmallIntegerField(default=1)
    occurred_at = models.DateTimeField(_("occurred"))
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="learning_events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    enrollment = models.ForeignKey(Enrollment, models.SET_NULL, null=True, related_name="events")
    course_key = models.UUIDField(null=True)
    lesson_key = models.UUIDField(null=True)
    page = models.ForeignKey("wagtailcore.Page", models.SET_NULL, null=True, related_name="+")
    page_title = models.CharField(max_length=255, blank=True)
    revision = models.ForeignKey("wagtailcore.Revision", models.SET_NULL, null=True, related_name="+")
    object_type = models.CharField(max_length=40, blank=True)
    object_uuid = models.UUIDField(null=True)
    score = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    data = models.JSONField(default=dict)
    source = models.CharField(max_length=20, default="web")
    idempotency_key = models.CharField(max_length=200, unique=True)

    class Meta:
        verbose_name = _("learning event")
        verbose_name_plural = _("learning events")
        ordering = ["-occurred_at", "-pk"]
        indexes = [
            # Figures over time by kind: completions a week, active learners.
            models.Index(fields=["verb", "occurred_at"], name="learning_event_verb_time"),
            # A course's history and its completions.
            models.Index(fields=["course_key", "verb", "occurred_at"], name="learning_event_course"),
            # The log, newest first.
            models.Index(fields=["-occurred_at", "-id"], name="learning_event_newest"),
            # What came since: whoever follows the log asks every minute.
            models.Index(fields=["recorded_at"], name="learning_event_recorded"),
            # A person's timeline.
            models.Index(fields=["learner", "-occurred_at"], name="learning_event_learner"),
        ]

    def __str__(self):
        return f"{self.verb} {self.uuid}"


class ActivityDay(models.Model):
    """How much one lesson was used on one day of the site's calendar in one enrollment. Clicks and seconds are not
    events. Whoever writes a row adds it to the enrollment's counters in the same transaction."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="activity")
    lesson_key = models.UUIDField()
    day = models.DateField()
    hits = models.PositiveIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)
    seconds = models.PositiveIntegerField(default=0)
    # Every writer sets it: analytics takes in what changed since.
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("activity on a day")
        verbose_name_plural = _("activity by day")
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "lesson_key", "day"], name="learning_activity_unique")
        ]
        indexes = [
            # Weeks on the dashboards.
            models.Index(fields=["day"], name="learning_activity_day"),
            # What changed since: whoever follows activity asks every minute.
            models.Index(fields=["changed_at"], name="learning_activity_changed"),
        ]

    def __str__(self):
        return f"{self.day} {self.hits}"

"""Reports on enrollments and the lessons done in them."""

import datetime as dt
from typing import Any

from django.db.models import Avg, Case, Count, Exists, F, FloatField, IntegerField, OuterRef, Q, QuerySet, When
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learning.models import ActivityDay, Cohort, CohortMembership, Enrollment, EnrollmentStatus, LessonProgress, Result
from learning.policies import answers_for_all, visible_to
from lms_pages.models import QuizPage
from reports.columns import Column, ForViewer, Type
from reports.expressions import DaysBetween, days_since, is_true, local_day, over
from reports.moments import Moment
from reports.registries import register_source
from reports.relative_dates import Relative, Unit
from reports.sources.people import (
    COURSE,
    LearnersRows,
    cohort_column,
    cohorts_of,
    course_column,
    learners_column,
    lesson_column,
    own_answers_key,
    person_columns,
)

PROGRESS, ACTIVITY, OUTCOME = _("Progress"), _("Activity"), _("Outcome")

LAST = _("Last week and month")
LAST_WEEK = _("In the last full week before the day of the report.")
LAST_MONTH = _("In the last full month before the day of the report.")
ACTIVE = Q(status=EnrollmentStatus.ACTIVE)
COMPLETED = Q(status=EnrollmentStatus.COMPLETED)
# Enrolling counts as activity, so only what came after it shows that somebody was there.
STARTED = (
    COMPLETED | Q(completed_lessons__gt=0) | Q(last_lesson_key__isnull=False) | Q(last_activity_at__gt=F("enrolled_at"))
)
# What is done by button, checks or quiz is the learner's own work; the others are somebody's word.
DONE_BY = (
    ("button", _("Marked complete")),
    ("checks", _("Checks answered right")),
    ("quiz", _("Quiz passed")),
    ("staff", _("Recorded by staff")),
    ("import", _("Imported")),
)


def is_overdue(moment: Moment) -> Any:
    return is_true(ACTIVE & Q(due_on__lt=moment.today))


def mean_score(moment: Moment, viewer: Any) -> Any:
    results = Result.objects.all()
    if not answers_for_all(viewer):
        # One's own points in quizzes are seen as a learner sees them, by the review rule.
        results = results.exclude(enrollment__learner=viewer, page__in=QuizPage.objects.order_by().values("pk"))
    share = 100.0 * Cast("score", FloatField()) / Cast("max_score", FloatField())
    return over(results, "enrollment", Avg(share))


def days_to_due(moment: Moment) -> Any:
    return Case(When(ACTIVE, then=DaysBetween(moment.today, F("due_on"))), output_field=IntegerField())


def days_overdue(moment: Moment) -> Any:
    late = ACTIVE & Q(due_on__lt=moment.today)
    return Case(When(late, then=DaysBetween(F("due_on"), moment.today)), output_field=IntegerField())


def days_without_activity(moment: Moment) -> Any:
    last = Coalesce("last_activity_at", "enrolled_at")
    return Case(When(ACTIVE, then=days_since(last)(moment)), output_field=IntegerField())


def days_to_completion(moment: Moment) -> Any:
    return DaysBetween(local_day("enrolled_at", moment), local_day("completed_at", moment))


def progress() -> Any:
    share = 100.0 * Cast("completed_lessons", FloatField()) / Cast("required_lessons", FloatField())
    return Case(
        When(COMPLETED, then=100.0),
        # Lessons that are required no more stay done.
        When(completed_lessons__gt=F("required_lessons"), required_lessons__gt=0, then=100.0),
        When(required_lessons__gt=0, then=share),
        default=0.0,
        output_field=FloatField(),
    )


def in_last(unit: Unit, path: str) -> Any:
    """Whether a moment lies in the last full week or month before the report's day."""

    def build(moment: Moment) -> Any:
        days = Relative(relative="last", unit=unit).days(moment.local.date())
        first, end = moment.midnight(days.first), moment.midnight(days.last + dt.timedelta(days=1))
        return is_true(Q(**{f"{path}__gte": first, f"{path}__lt": end}))

    return build


def active_in_last(unit: Unit) -> Any:
    def build(moment: Moment) -> Any:
        days = Relative(relative="last", unit=unit).days(moment.local.date())
        used = ActivityDay.objects.filter(enrollment=OuterRef("pk"), hits__gt=0)
        return Exists(used.filter(day__gte=days.first, day__lte=days.last))

    return build


def said(word: str) -> Any:
    return is_true(Q(outcome__iexact=word))


@register_source
class Enrollments(LearnersRows):
    """Every run of every learner through every course that began."""

    key = "enrollments"
    title = _("Enrollments")
    description = _("Who is on which course, how far they have come, and by when. One row for each run.")
    model = Enrollment
    details = ("person", "team", "course", "enrolled", "lessons_done", "lessons", "last_activity", "due", "completed")

    locals().update(person_columns("learner"))
    learner = learners_column("learner")
    course = course_column()
    cohort = cohort_column()
    run = Column(label=_("Run"), entity=COURSE, type=Type.NUMBER, expression="run")
    status = Column(
        label=_("Status"),
        entity=PROGRESS,
        type=Type.CHOICE,
        expression="status",
        choices=tuple(EnrollmentStatus.choices),
    )
    enrolled = Column(label=_("Enrolled"), entity=PROGRESS, type=Type.DATETIME, expression="enrolled_at", as_day=True)
    last_lesson = lesson_column("last_lesson_key", _("Last lesson"))
    has_started = Column(
        label=_("Has started"),
        entity=PROGRESS,
        type=Type.BOOLEAN,
        expression=is_true(STARTED),
        help=_("Whether a lesson was opened or done."),
    )
    lessons_done = Column(label=_("Lessons done"), entity=PROGRESS, type=Type.NUMBER, expression="completed_lessons")
    lessons = Column(label=_("Lessons in all"), entity=PROGRESS, type=Type.NUMBER, expression="required_lessons")
    progress = Column(
        label=_("Progress"),
        entity=PROGRESS,
        type=Type.PERCENT,
        expression=progress(),
        help=_("Lessons done of those that are required."),
    )
    is_half_done = Column(
        label=_("Is half done"),
        entity=PROGRESS,
        type=Type.BOOLEAN,
        expression=is_true(COMPLETED | Q(required_lessons__gt=0, completed_lessons__gte=F("required_lessons") / 2.0)),
        help=_("At least half of the lessons, or completed."),
    )
    due = Column(label=_("Due"), entity=PROGRESS, type=Type.DATE, expression="due_on")
    days_to_due = Column(
        label=_("Days until due"),
        entity=PROGRESS,
        type=Type.NUMBER,
        expression=days_to_due,
        help=_("Of active runs; below 0 once the day has passed."),
    )
    days_overdue = Column(
        label=_("Days overdue"),
        entity=PROGRESS,
        type=Type.NUMBER,
        expression=days_overdue,
        help=_("Of overdue runs."),
    )
    is_active = Column(label=_("Is active"), entity=PROGRESS, type=Type.BOOLEAN, expression=is_true(ACTIVE))
    is_overdue = Column(label=_("Is overdue"), entity=PROGRESS, type=Type.BOOLEAN, expression=is_overdue)
    completed = Column(
        label=_("Completed"), entity=PROGRESS, type=Type.DATETIME, expression="completed_at", as_day=True
    )
    is_completed = Column(label=_("Is completed"), entity=PROGRESS, type=Type.BOOLEAN, expression=is_true(COMPLETED))
    days_to_completion = Column(
        label=_("Days to completion"),
        entity=PROGRESS,
        type=Type.NUMBER,
        expression=days_to_completion,
        help=_("From the day of enrollment; 0 is the same day."),
    )
    ended = Column(label=_("Ended"), entity=PROGRESS, type=Type.DATETIME, expression="ended_at", as_day=True)
    has_left = Column(
        label=_("Has left"),
        entity=PROGRESS,
        type=Type.BOOLEAN,
        expression=is_true(Q(status__in=[EnrollmentStatus.WITHDRAWN, EnrollmentStatus.EXPIRED])),
        help=_("Ended without completion: left or expired."),
    )
    score = Column(
        label=_("Mean score"),
        entity=PROGRESS,
        type=Type.PERCENT,
        expression=ForViewer(mean_score),
        # Those set by hand are among the scores that count.
        help=_(
            "The mean over the lessons and quizzes that have a score, without your own quizzes; the weighted total stands in "
            "the gradebook."
        ),
    )
    last_activity = Column(
        label=_("Last activity"), entity=ACTIVITY, type=Type.DATETIME, expression="last_activity_at", as_day=True
    )
    days_without_activity = Column(
        label=_("Days without activity"),
        entity=ACTIVITY,
        type=Type.NUMBER,
        expression=days_without_activity,
        help=_("Of active runs: since the last activity, or since enrollment where there was none."),
    )
    was_active = Column(
        label=_("Was active"),
        entity=ACTIVITY,
        type=Type.BOOLEAN,
        expression=is_true(Q(hits__gt=0)),
        help=_("Whether anything was ever opened or clicked."),
    )
    hits = Column(
        label=_("Visits"),
        entity=ACTIVITY,
        type=Type.NUMBER,
        expression="hits",
        help=_("How often lessons were opened; of imported activity, its rows."),
    )
    clicks = Column(label=_("Clicks"), entity=ACTIVITY, type=Type.NUMBER, expression="clicks")
    seconds = Column(label=_("Time spent"), entity=ACTIVITY, type=Type.DURATION, expression="seconds")
    active_days = Column(label=_("Active days"), entity=ACTIVITY, type=Type.NUMBER, expression="active_days")
    enrolled_last_week = Column(
        label=_("Enrolled last week"),
        entity=LAST,
        type=Type.BOOLEAN,
        expression=in_last(Unit.WEEK, "enrolled_at"),
        help=LAST_WEEK,
    )
    active_last_week = Column(
        label=_("Active last week"),
        entity=LAST,
        type=Type.BOOLEAN,
        expression=active_in_last(Unit.WEEK),
        help=LAST_WEEK,
    )
    completed_last_week = Column(
        label=_("Completed last week"),
        entity=LAST,
        type=Type.BOOLEAN,
        expression=in_last(Unit.WEEK, "completed_at"),
        help=LAST_WEEK,
    )
    enrolled_last_month = Column(
        label=_("Enrolled last month"),
        entity=LAST,
        type=Type.BOOLEAN,
        expression=in_last(Unit.MONTH, "enrolled_at"),
        help=LAST_MONTH,
    )
    active_last_month = Column(
        label=_("Active last month"),
        entity=LAST,
        type=Type.BOOLEAN,
        expression=active_in_last(Unit.MONTH),
        help=LAST_MONTH,
    )
    completed_last_month = Column(
        label=_("Completed last month"),
        entity=LAST,
        type=Type.BOOLEAN,
        expression=in_last(Unit.MONTH, "completed_at"),
        help=LAST_MONTH,
    )
    outcome = Column(label=_("Outcome"), entity=OUTCOME, type=Type.TEXT, expression="outcome")
    has_distinction = Column(
        label=pgettext_lazy("outcome", "Distinction"),
        entity=OUTCOME,
        type=Type.BOOLEAN,
        expression=said("Distinction"),
        help=_("Whether the outcome is this word."),
    )
    has_passed = Column(
        label=pgettext_lazy("outcome", "Pass"),
        entity=OUTCOME,
        type=Type.BOOLEAN,
        expression=said("Pass"),
        help=_("Whether the outcome is this word."),
    )
    has_failed = Column(
        label=pgettext_lazy("outcome", "Fail"),
        entity=OUTCOME,
        type=Type.BOOLEAN,
        expression=said("Fail"),
        help=_("Whether the outcome is this word."),
    )
    has_withdrawn = Column(
        label=pgettext_lazy("outcome", "Withdrawn"),
        entity=OUTCOME,
        type=Type.BOOLEAN,
        expression=said("Withdrawn"),
        help=_("Whether the outcome is this word."),
    )

    def queryset(self) -> QuerySet:
        return Enrollment.objects.counted()

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)

    def scope_key(self, viewer: Any) -> str:
        return own_answers_key(super().scope_key(viewer), viewer)


@register_source
class LessonsDone(LearnersRows):
    """Every lesson that was done in a run."""

    key = "lesson-progress"
    title = _("Lessons done")
    description = _("Which lesson was done by whom, and when. One row for each lesson done in a run.")
    model = LessonProgress
    details = ("person", "team", "course", "lesson", "done_by", "done")

    locals().update(person_columns("enrollment__learner"))
    course = course_column("enrollment")
    cohort = cohort_column("enrollment")
    lesson = lesson_column()
    run = Column(label=_("Run"), entity=COURSE, type=Type.NUMBER, expression="enrollment__run")
    learner = learners_column("enrollment__learner")
    done_by = Column(label=_("Done by"), entity=PROGRESS, type=Type.CHOICE, expression="rule", choices=DONE_BY)
    done = Column(label=_("Done"), entity=PROGRESS, type=Type.DATETIME, expression="completed_at", as_day=True)
    days_since_enrollment = Column(
        label=_("Days since enrollment"),
        entity=PROGRESS,
        type=Type.NUMBER,
        expression=lambda moment: DaysBetween(
            local_day("enrollment__enrolled_at", moment), local_day("completed_at", moment)
        ),
    )

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)


def members(viewer: Any) -> QuerySet:
    """The places of people whom ``viewer`` may see, also those that were left since."""
    return visible_to(viewer, CohortMembership.objects.all())


def people_in(condition: Q | None = None) -> ForViewer:
    """How many runs that are or were in the cohort meet ``condition``: once each, also those that came back."""
    number = Count("enrollment", distinct=True, filter=condition)
    return ForViewer(lambda moment, viewer: over(members(viewer), "cohort", number, empty=0))


def late(moment: Moment, viewer: Any) -> Any:
    overdue = Q(enrollment__status=EnrollmentStatus.ACTIVE, enrollment__due_on__lt=moment.today)
    return over(members(viewer), "cohort", Count("enrollment", distinct=True, filter=overdue), empty=0)


@register_source
class Cohorts(LearnersRows):
    """People who take a course together."""

    key = "cohorts"
    title = _("Cohorts")
    description = _("Who takes a course together, from when to when, and how far they are. One row for each cohort.")
    model = Cohort
    details = ("cohort", "course", "starts", "ends", "people", "completed", "completion")

    cohort = Column(
        label=_("Cohort"),
        entity=COURSE,
        type=Type.REFERENCE,
        expression="uuid",
        label_expression="name",
        candidates=cohorts_of,
    )
    course = course_column()
    starts = Column(label=_("Starts"), entity=COURSE, type=Type.DATE, expression="starts_on")
    ends = Column(label=_("Ends"), entity=COURSE, type=Type.DATE, expression="ends_on")
    due = Column(label=_("Due"), entity=COURSE, type=Type.DATE, expression="due_on")
    places = Column(
        label=_("Places"), entity=COURSE, type=Type.NUMBER, expression="capacity", help=_("Empty: no limit.")
    )
    people = Column(
        label=_("People"),
        entity=PROGRESS,
        type=Type.NUMBER,
        expression=people_in(),
        help=_("Everybody who is or was in it."),
    )
    there = Column(
        label=_("People in it now"),
        entity=PROGRESS,
        type=Type.NUMBER,
        expression=people_in(Q(until=None)),
    )
    completed = Column(
        label=_("Completed"),
        entity=PROGRESS,
        type=Type.NUMBER,
        expression=people_in(Q(enrollment__status=EnrollmentStatus.COMPLETED)),
    )
    completion = Column(
        label=_("Completion rate"),
        entity=PROGRESS,
        type=Type.PERCENT,
        expression=ForViewer(
            lambda moment, viewer: over(
                members(viewer),
                "cohort",
                100.0
                * Count("enrollment", distinct=True, filter=Q(enrollment__status=EnrollmentStatus.COMPLETED))
                / Count("enrollment", distinct=True),
            )
        ),
    )
    overdue = Column(label=_("Overdue"), entity=PROGRESS, type=Type.NUMBER, expression=ForViewer(late))

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)

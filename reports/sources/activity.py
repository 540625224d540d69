"""Reports on what learners did: days of activity, and the log of events."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from learning.models import ActivityDay, LearningEvent
from learning.policies import visible_to
from learning.verbs import Verb
from lms_pages.models import CoursePage
from reports.columns import Column, Type
from reports.expressions import title_of
from reports.registries import register_source
from reports.sources.people import (
    COURSE,
    LearnersRows,
    cohort_column,
    course_column,
    courses_of,
    learners_column,
    lesson_column,
    person_columns,
    person_name,
)

ACTIVITY = _("Activity")


@register_source
class ActivityDays(LearnersRows):
    """How much each lesson was used on each day in each run."""

    key = "activity-days"
    title = _("Activity by day")
    description = _("What was opened on which day, by whom. One row for each lesson, run and day.")
    model = ActivityDay
    details = ("day", "person", "team", "course", "lesson", "hits", "seconds")

    locals().update(person_columns("enrollment__learner"))
    course = course_column("enrollment")
    cohort = cohort_column("enrollment")
    lesson = lesson_column()
    run = Column(label=_("Run"), entity=COURSE, type=Type.NUMBER, expression="enrollment__run")
    day = Column(
        label=_("Day"),
        entity=ACTIVITY,
        type=Type.DATE,
        expression="day",
        help=_("In the site's time zone."),
    )
    learner = learners_column("enrollment__learner")
    hits = Column(
        label=_("Visits"),
        entity=ACTIVITY,
        type=Type.NUMBER,
        expression="hits",
        help=_("How often a lesson was opened; of imported activity, its rows."),
    )
    clicks = Column(label=_("Clicks"), entity=ACTIVITY, type=Type.NUMBER, expression="clicks")
    seconds = Column(label=_("Time spent"), entity=ACTIVITY, type=Type.DURATION, expression="seconds")

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)


@register_source
class Events(LearnersRows):
    """What happened, as the log has it. Scores are left out: the attempts have them, by the rule of who may see which."""

    key = "events"
    title = _("Events")
    description = _(
        "What happened to whom, and when: enrollments, lessons done, answers, reminders. One row for each event."
    )
    model = LearningEvent
    details = ("occurred", "person", "what", "course", "lesson", "page")

    locals().update(person_columns("learner"))
    what = Column(
        label=_("What happened"), entity=ACTIVITY, type=Type.CHOICE, expression="verb", choices=tuple(Verb.choices)
    )
    occurred = Column(label=_("When"), entity=ACTIVITY, type=Type.DATETIME, expression="occurred_at")
    learner = learners_column("learner")
    by = Column(label=_("Done by"), entity=ACTIVITY, type=Type.TEXT, expression=person_name("actor"), is_personal=True)
    channel = Column(
        label=_("From where"),
        entity=ACTIVITY,
        type=Type.TEXT,
        expression="source",
        help=_("Such as web, staff or import."),
    )
    course = Column(
        label=_("Course"),
        entity=COURSE,
        type=Type.REFERENCE,
        expression="course_key",
        label_expression=title_of(CoursePage.objects.all(), "course_key"),
        label_by_key=True,
        candidates=courses_of,
    )
    lesson = lesson_column()
    page = Column(
        label=_("Page"),
        entity=COURSE,
        type=Type.TEXT,
        expression="page_title",
        help=_("Its title when it happened."),
    )

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)

"""Reports on enrollments and what was done in them."""

from typing import Any

from django.db.models import (
    Avg,
    BooleanField,
    ExpressionWrapper,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from learning.models import Enrollment, EnrollmentStatus, Result
from learning.policies import visible_to
from reports.columns import Column, Type
from reports.moments import Moment
from reports.registries import register_source
from reports.sources.people import COURSE, LearnersRows, course_column, person_columns

PROGRESS = _("Progress")


def is_overdue(moment: Moment) -> Any:
    late = Q(status=EnrollmentStatus.ACTIVE, due_on__isnull=False, due_on__lt=moment.today)
    return ExpressionWrapper(late, output_field=BooleanField())


def mean_score() -> Any:
    share = 100.0 * Cast("score", FloatField()) / Cast("max_score", FloatField())
    results = Result.objects.filter(enrollment=OuterRef("pk")).order_by().values("enrollment")
    return Subquery(results.annotate(mean=Avg(share)).values("mean"), output_field=FloatField())


@register_source
class Enrollments(LearnersRows):
    """Every run of every learner through every course that began."""

    key = "enrollments"
    title = _("Enrollments")
    description = _("Who is on which course, how far they have come, and by when. One row for each run.")
    model = Enrollment
    details = ("person", "team", "course", "enrolled", "lessons_done", "lessons", "last_activity", "due", "completed")

    locals().update(person_columns("learner"))
    course = course_column()
    run = Column(label=_("Run"), entity=COURSE, type=Type.NUMBER, expression="run")
    status = Column(
        label=_("Status"),
        entity=PROGRESS,
        type=Type.CHOICE,
        expression="status",
        choices=tuple(EnrollmentStatus.choices),
    )
    enrolled = Column(label=_("Enrolled"), entity=PROGRESS, type=Type.DATETIME, expression="enrolled_at", as_day=True)
    lessons_done = Column(label=_("Lessons done"), entity=PROGRESS, type=Type.NUMBER, expression="completed_lessons")
    lessons = Column(label=_("Lessons in all"), entity=PROGRESS, type=Type.NUMBER, expression="required_lessons")
    last_activity = Column(
        label=_("Last activity"), entity=PROGRESS, type=Type.DATETIME, expression="last_activity_at", as_day=True
    )
    due = Column(label=_("Due"), entity=PROGRESS, type=Type.DATE, expression="due_on")
    completed = Column(
        label=_("Completed"), entity=PROGRESS, type=Type.DATETIME, expression="completed_at", as_day=True
    )
    is_completed = Column(
        label=_("Is completed"),
        entity=PROGRESS,
        type=Type.BOOLEAN,
        expression=ExpressionWrapper(Q(status=EnrollmentStatus.COMPLETED), output_field=BooleanField()),
    )
    is_overdue = Column(label=_("Is overdue"), entity=PROGRESS, type=Type.BOOLEAN, expression=is_overdue)
    score = Column(
        label=_("Mean score"),
        entity=PROGRESS,
        type=Type.PERCENT,
        expression=mean_score(),
        # Those set by hand are among the scores that count.
        help=_("The mean over the lessons and quizzes that have a score; the weighted total stands in the gradebook."),
    )

    def queryset(self) -> QuerySet:
        return Enrollment.objects.counted()

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)

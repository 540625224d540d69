"""How a run stands on a day: overdue, not started, behind, on course."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Max, TextChoices
from django.utils.translation import gettext_lazy as _

from learning.models import Enrollment, EnrollmentStatus, LearningEvent
from learning.verbs import Verb
from workbench.days import site_day


class Standing(TextChoices):
    """In the order in which they ask for attention."""

    OVERDUE = "overdue", _("Overdue")
    NOT_STARTED = "not-started", _("Not started")
    BEHIND = "behind", _("Behind")
    ON_COURSE = "on-course", _("On course")
    REQUESTED = "requested", _("Asked for")
    COMPLETED = "completed", _("Completed")


ORDER = {standing: place for place, standing in enumerate(Standing)}


def expected_lessons(run: Enrollment, today: date) -> int:
    """Lessons that would be done by ``today`` at an even pace from the first day to the due date; 0 without a due date."""
    if run.due_on is None or run.enrolled_at is None:
        return 0
    first = site_day(run.enrolled_at)
    days = (run.due_on - first).days
    if days <= 0 or today >= run.due_on:
        return run.required_lessons
    return run.required_lessons * max((today - first).days, 0) // days


def standing_of(run: Enrollment, today: date) -> Standing | None:
    """How an open run or a request stands; None for runs that ended otherwise."""
    if run.status == EnrollmentStatus.COMPLETED:
        return Standing.COMPLETED
    if run.status == EnrollmentStatus.REQUESTED:
        return Standing.REQUESTED
    if run.status != EnrollmentStatus.ACTIVE:
        return None
    if run.due_on is not None and run.due_on < today:
        return Standing.OVERDUE
    if not run.completed_lessons and run.last_lesson_key is None:
        return Standing.NOT_STARTED
    return Standing.BEHIND if run.completed_lessons < expected_lessons(run, today) else Standing.ON_COURSE


def last_reminders(runs: Iterable[Enrollment]) -> dict[int, datetime]:
    """When each run's learner was last reminded of it, by enrollment id: one query."""
    rows = (
        LearningEvent.objects.filter(enrollment__in=[run.pk for run in runs], verb=Verb.COURSE_REMINDED)
        .order_by()
        .values_list("enrollment")
        .annotate(last=Max("occurred_at"))
    )
    return dict(rows)

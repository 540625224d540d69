"""Who may see which answers."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from assessment.models import (
    Attempt,
    AttemptQuestion,
    Extension,
    GradeOverride,
    ItemStatistic,
    PageStatistic,
    Response,
)
from learning.models import Enrollment
from learning.policies import answers_for_all, courses_scope, may_teach, scope, taught_keys
from questions.policies import question_policy


def extensions(viewer: Any) -> Q:
    """What was granted to runs one may see, and to the cohorts of courses one teaches."""
    runs = scope(viewer, "enrollment__")
    # Beside a rule that lets everything through, "or" would leave the other one alone.
    return runs | Q(cohort__isnull=False) & courses_scope(viewer, "cohort__") if runs else runs


def page_figures(viewer: Any) -> Q:
    """Figures without names: of all courses for those who write questions, of the courses one teaches for instructors."""
    if viewer.is_active and question_policy.user_has_permission(viewer, "change"):
        return Q()
    return courses_scope(viewer)


def item_figures(viewer: Any) -> Q:
    """Those of the questions one may change, and those of the courses one teaches. Figures across lessons belong to
    no course."""
    if viewer.is_active and question_policy.user_has_permission(viewer, "change"):
        own = question_policy.instances_user_has_any_permission_for(viewer, ["change"])
        return Q(question__in=own.values("pk")) | Q(course_key__in=taught_keys(viewer))
    return courses_scope(viewer)


RULES: dict[type, Callable[[Any], Q]] = {
    Response: lambda viewer: scope(viewer, "enrollment__"),
    Attempt: lambda viewer: scope(viewer, "enrollment__"),
    AttemptQuestion: lambda viewer: scope(viewer, "attempt__enrollment__"),
    Extension: extensions,
    GradeOverride: lambda viewer: scope(viewer, "enrollment__"),
    ItemStatistic: item_figures,
    PageStatistic: page_figures,
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see."""
    return queryset.filter(RULES[queryset.model](viewer))


def gradable(viewer: Any) -> Q:
    """Answers of attempts that ``viewer`` may grade, as `may_grade` says it of one run. Whose answers somebody sees as
    a manager of people, they do not grade for that."""
    if not viewer.is_authenticated or not viewer.is_active:
        return Q(pk__in=[])
    if answers_for_all(viewer):
        return Q()
    return Q(attempt__enrollment__course_key__in=taught_keys(viewer)) & ~Q(attempt__enrollment__learner=viewer)


def may_grade(viewer: Any, enrollment: Enrollment) -> bool:
    """Whether ``viewer`` may set grades of a run by hand: those who teach its course. Nobody grades themselves, except
    those who answer for everyone."""
    return may_teach(viewer, enrollment.course) and (enrollment.learner_id != viewer.pk or answers_for_all(viewer))

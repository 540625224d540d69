"""Who may see which answers."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from assessment.models import GradeOverride, Response
from learning.models import Enrollment
from learning.policies import answers_for_all, may_teach, scope

RULES: dict[type, Callable[[Any], Q]] = {
    Response: lambda viewer: scope(viewer, "enrollment__"),
    GradeOverride: lambda viewer: scope(viewer, "enrollment__"),
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see."""
    return queryset.filter(RULES[queryset.model](viewer))


def may_grade(viewer: Any, enrollment: Enrollment) -> bool:
    """Whether ``viewer`` may set grades of a run by hand: those who teach its course. Nobody grades themselves, except
    those who answer for everyone."""
    return may_teach(viewer, enrollment.course) and (enrollment.learner_id != viewer.pk or answers_for_all(viewer))

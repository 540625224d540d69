"""Who may see which answers."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from assessment.models import Attempt, AttemptQuestion, Extension, Response
from learning.policies import courses_scope, scope


def extensions(viewer: Any) -> Q:
    """What was granted to runs one may see, and to the cohorts of courses one teaches."""
    runs = scope(viewer, "enrollment__")
    # Beside a rule that lets everything through, "or" would leave the other one alone.
    return runs | Q(cohort__isnull=False) & courses_scope(viewer, "cohort__") if runs else runs


RULES: dict[type, Callable[[Any], Q]] = {
    Response: lambda viewer: scope(viewer, "enrollment__"),
    Attempt: lambda viewer: scope(viewer, "enrollment__"),
    AttemptQuestion: lambda viewer: scope(viewer, "attempt__enrollment__"),
    Extension: extensions,
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see."""
    return queryset.filter(RULES[queryset.model](viewer))

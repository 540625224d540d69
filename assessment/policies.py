"""Who may see which answers."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from assessment.models import Response
from learning.policies import scope

RULES: dict[type, Callable[[Any], Q]] = {Response: lambda viewer: scope(viewer, "enrollment__")}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see."""
    return queryset.filter(RULES[queryset.model](viewer))

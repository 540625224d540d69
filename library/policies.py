"""Who may see topics and skills: their names stand on every course page. Files follow Wagtail's collections."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from library.models import Skill, Topic

RULES: dict[type, Callable[[Any], Q]] = {Topic: lambda viewer: Q(), Skill: lambda viewer: Q()}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see. KeyError for a model without a rule."""
    return queryset.filter(RULES[queryset.model](viewer))

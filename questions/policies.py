"""Who may see the question bank. Learners meet questions only inside a lesson, through `assessment`."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from questions.models import Question

ACTIONS = ("view", "add", "change", "delete")


def questions(viewer: Any) -> Q:
    return Q() if any(viewer.has_perm(f"questions.{action}_question") for action in ACTIONS) else Q(pk__in=[])


RULES: dict[type, Callable[[Any], Q]] = {Question: questions}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see. KeyError for a model without a rule."""
    return queryset.filter(RULES[queryset.model](viewer))

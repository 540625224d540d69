"""Who may see the question bank: collections decide. Learners meet questions only inside a lesson, through `assessment`."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from wagtail.permission_policies.collections import CollectionPermissionPolicy

from questions.models import Question

ACTIONS = ("view", "add", "change", "publish", "delete")

# What a group may do in a collection holds for the collections below it too.
question_policy = CollectionPermissionPolicy(Question)


def questions(viewer: Any) -> Q:
    if viewer.is_active and viewer.is_superuser:
        return Q()
    collections = question_policy.collections_user_has_any_permission_for(viewer, ACTIONS)
    return Q(collection__in=collections.values("pk"))


RULES: dict[type, Callable[[Any], Q]] = {Question: questions}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see. KeyError for a model without a rule."""
    return queryset.filter(RULES[queryset.model](viewer))

"""Who may see which facts and rollups. They lie in a database of their own, so that a rule names keys one by one."""

from typing import Any

from django.db.models import QuerySet

from analytics.models import (
    ActivityFact,
    EventFact,
    FoldState,
    FollowedMerge,
    Reconciliation,
    Rollup,
    StalePeriod,
    ViewFact,
)
from learning.policies import own_course_keys
from operations.policies import VIEW_BACKGROUND

ABOUT_COURSES = (EventFact, ActivityFact, ViewFact, Rollup)
ABOUT_THE_WORK = (FoldState, FollowedMerge, StalePeriod, Reconciliation)


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """Facts and rollups: all with the "all rows" right, else those of the courses one teaches. How far the work is: for
    whoever looks after background work. KeyError for a model without a rule."""
    if queryset.model not in ABOUT_COURSES + ABOUT_THE_WORK:
        raise KeyError(queryset.model)
    if not viewer.is_authenticated or not viewer.is_active:
        return queryset.none()
    if queryset.model in ABOUT_THE_WORK:
        return queryset if viewer.has_perm(VIEW_BACKGROUND) else queryset.none()
    keys = own_course_keys(viewer)
    return queryset if keys is None else queryset.filter(course_key__in=keys)

"""Who may see and touch the machinery: a matter of permissions, since none of its rows is about a person."""

from typing import Any

from django.db.models import QuerySet
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from operations.models import Heartbeat, QueueMovement, Upkeep

VIEW_BACKGROUND = "operations.view_background"
RUN_TASKS = "operations.run_tasks"
VIEW_AUDIT = "operations.view_audit"

RIGHTS: dict[type, str] = {
    PeriodicTask: "django_celery_beat.view_periodictask",
    CrontabSchedule: "django_celery_beat.view_crontabschedule",
    IntervalSchedule: "django_celery_beat.view_intervalschedule",
    TaskResult: "django_celery_results.view_taskresult",
    Heartbeat: VIEW_BACKGROUND,
    QueueMovement: VIEW_BACKGROUND,
    Upkeep: "operations.view_upkeep",
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` for those with the right to see it, and nothing for anybody else. KeyError for a model without a rule."""
    return queryset if viewer.has_perm(RIGHTS[queryset.model]) else queryset.none()

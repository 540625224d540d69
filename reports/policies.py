"""Who may see which schedules, runs, files and deliveries."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from reports.models import Artifact, Delivery, Run, RunAs, RunKind, Schedule, ScheduleRecipient

ALL_ROWS = "learning.view_all_enrollments"


def _scope(viewer: Any, permission: str, prefix: str) -> Q:
    """Everything for those who see everybody's rows anyway, else what hangs on the viewer's own schedules."""
    if not viewer.has_perm(f"reports.{permission}"):
        return Q(pk__in=[])
    if viewer.has_perm(ALL_ROWS):
        return Q()
    return Q(**{f"{prefix}owner": viewer})


RULES: dict[type, Callable[[Any], Q]] = {
    Schedule: lambda viewer: _scope(viewer, "view_schedule", ""),
    ScheduleRecipient: lambda viewer: _scope(viewer, "view_schedule", "schedule__"),
    Run: lambda viewer: _scope(viewer, "view_run", "schedule__"),
    Delivery: lambda viewer: _scope(viewer, "view_delivery", "schedule__"),
    Artifact: lambda viewer: _scope(viewer, "view_run", "run__schedule__"),
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see. KeyError for a model without a rule."""
    if not viewer.is_authenticated or not viewer.is_active:
        return queryset.none()
    return queryset.filter(RULES[queryset.model](viewer))


def viewer_of(run: Run, person: Any) -> Any:
    """Whose rows somebody gets: their own, or the owner's where the schedule says so or they have no account."""
    if person is None or (run.kind == RunKind.SCHEDULED and run.schedule.run_as == RunAs.OWNER):
        return run.schedule.owner
    return person

"""Who may see which reports, schedules, runs, files and deliveries."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Team
from learning.models import CohortMembership
from learning.policies import taught_keys
from reports.models import (
    Artifact,
    Audience,
    Delivery,
    Report,
    ReportExport,
    ReportShare,
    Run,
    RunAs,
    RunKind,
    Schedule,
    ScheduleRecipient,
)

ALL_ROWS = "learning.view_all_enrollments"
MAY_READ = "reports.view_dashboard"


def _scope(viewer: Any, permission: str, prefix: str) -> Q:
    """Everything for those who see everybody's rows anyway, else what hangs on the viewer's own schedules."""
    if not viewer.has_perm(f"reports.{permission}"):
        return Q(pk__in=[])
    if viewer.has_perm(ALL_ROWS):
        return Q()
    return Q(**{f"{prefix}owner": viewer})


def reports(viewer: Any, prefix: str = "") -> Q:
    """Every report for those who keep everybody's, else one's own and those that are shared with one."""
    if not viewer.has_perm(MAY_READ):
        return Q(pk__in=[])
    if viewer.has_perm("reports.change_report") and viewer.has_perm(ALL_ROWS):
        return Q()
    shared = ReportShare.objects.filter(shared_with(viewer)).values("report")
    return Q(**{f"{prefix}owner": viewer}) | Q(**{f"{prefix}pk__in": shared})


def shared_with(viewer: Any) -> Q:
    """The shares that reach ``viewer``."""
    teams = Team.objects.filter(Q(managers=viewer) | Q(pk__in=viewer.team_memberships.current().values("team")))
    cohorts = CohortMembership.objects.filter(enrollment__learner=viewer, until=None)
    keys: dict[str, Iterable[Any]] = {
        Audience.ROLE: viewer.groups.values_list("name", flat=True),
        Audience.TEAM: teams.values_list("uuid", flat=True),
        Audience.COHORT: cohorts.values_list("cohort__uuid", flat=True),
        Audience.COURSE_STAFF: taught_keys(viewer).values_list("course__translation_key", flat=True),
        Audience.PERSON: [viewer.uuid],
    }
    found = Q(audience=Audience.EVERYONE)
    for audience, names in keys.items():
        found |= Q(audience=audience, key__in=[str(name) for name in names])
    return found


def exports(viewer: Any) -> Q:
    """One's own: nobody else has the same rows, and nobody else waits for the file."""
    return Q(person=viewer) if may_export(viewer) else Q(pk__in=[])


def may_export(viewer: Any) -> bool:
    """Whether ``viewer`` may have files of reports; who may not reads on the screen."""
    return viewer.has_perm(MAY_READ) and viewer.has_perm("workbench.export_records")


RULES: dict[type, Callable[[Any], Q]] = {
    Report: reports,
    ReportShare: lambda viewer: reports(viewer, "report__"),
    Schedule: lambda viewer: _scope(viewer, "view_schedule", ""),
    ScheduleRecipient: lambda viewer: _scope(viewer, "view_schedule", "schedule__"),
    Run: lambda viewer: _scope(viewer, "view_run", "schedule__"),
    Delivery: lambda viewer: _scope(viewer, "view_delivery", "schedule__"),
    Artifact: lambda viewer: _scope(viewer, "view_run", "run__schedule__"),
    ReportExport: exports,
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see. KeyError for a model without a rule."""
    if not viewer.is_authenticated or not viewer.is_active:
        return queryset.none()
    return queryset.filter(RULES[queryset.model](viewer))


def may_change_report(viewer: Any, report: Report, action: str = "change") -> bool:
    """Whether ``viewer`` may ``change`` or ``delete`` a saved report: their own, or anybody's for those who keep them all."""
    if not viewer.has_perm(f"reports.{action}_report") or not viewer.has_perm(MAY_READ):
        return False
    return report.owner_id == viewer.pk or viewer.has_perm(ALL_ROWS)


def viewer_of(run: Run, person: Any) -> Any:
    """Whose rows somebody gets: their own, or the owner's where the schedule says so or they have no account."""
    if person is None or (run.kind == RunKind.SCHEDULED and run.schedule.run_as == RunAs.OWNER):
        return run.schedule.owner
    return person

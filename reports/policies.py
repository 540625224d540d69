"""Who may see which reports, schedules, runs, files and deliveries."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

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
    ScheduleAudience,
    ScheduleRecipient,
    Subscription,
)
from reports.registries import Source

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
    ScheduleAudience: lambda viewer: _scope(viewer, "view_schedule", "schedule__"),
    Subscription: lambda viewer: _scope(viewer, "view_schedule", "schedule__"),
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
    """Whose rows somebody gets: their own, or those of the owner or of one person where the schedule says so. Somebody
    without an account has none of their own and gets the owner's."""
    schedule = run.schedule
    if run.kind == RunKind.MANUAL and person is not None:
        return person
    if schedule.run_as == RunAs.PERSON:
        return schedule.run_as_person
    return schedule.owner if person is None or schedule.run_as == RunAs.OWNER else person


def may_run_as(owner: Any, person: Any, source: Source | None = None) -> bool:
    """Whether a schedule of ``owner``'s may send the rows of ``person``: one's own, or anybody's for those who see
    everybody's rows anyway, of learners and of ``source``. What somebody else sees is never known to be less than what
    one sees oneself."""
    if person.pk == owner.pk:
        return True
    return bool(owner.is_active and owner.has_perm(ALL_ROWS)) and (source is None or source.sees_all(owner))


def reason_against(run: Run, person: Any, source: Source) -> str:
    """Why the rows that ``person`` would get must not be sent to them, or nothing. Asked when a run is made, and again
    just before its mail goes out."""
    schedule, viewer = run.schedule, viewer_of(run, person)
    if person is not None and viewer.pk == person.pk:
        return ""
    if not schedule.owner.is_active:
        return _("The account of the schedule's owner is not active any more.")
    if not viewer.is_active:
        return _("The account of %(name)s, whose rows are sent, is not active any more.") % {"name": viewer.name}
    if not may_run_as(schedule.owner, viewer, source):
        return _("The schedule's owner may not send the rows of %(name)s.") % {"name": viewer.name}
    if not source.may_use(schedule.owner):
        return _("The schedule's owner may not open this report any more.")
    return ""

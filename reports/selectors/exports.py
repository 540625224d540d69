"""Exports as the person who asked for them finds them."""

from dataclasses import replace
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from operations.registries import WorkState
from reports.definitions import Definition
from reports.exceptions import InvalidSpec, NotYours, UnknownReport
from reports.models import ExportState, ReportExport
from reports.moments import Moment
from reports.policies import may_export
from reports.selectors.drill import Drilled
from reports.selectors.reports import opened_report
from reports.selectors.results import Prepared, scope_hash
from reports.spec import read_spec
from workbench.matters import Matter


def exported_definition(export: ReportExport, viewer: Any) -> Definition:
    """The report as it was when ``export`` was asked for. NotYours where ``viewer`` may not open it today."""
    if viewer is None or not viewer.is_active or not may_export(viewer):
        raise NotYours()
    try:
        opened = opened_report(slug=export.report, viewer=viewer)
    except UnknownReport:
        raise NotYours() from None
    if opened.definition is None:
        raise InvalidSpec(opened.problems)
    return replace(opened.definition, title=export.title, spec=read_spec(export.spec))


def prepared_export(export: ReportExport, viewer: Any) -> Prepared:
    """What ``export`` holds, with the rows ``viewer`` may open today. NotYours, InvalidSpec or WrongValue otherwise."""
    prepared = Prepared(
        definition=exported_definition(export, viewer),
        viewer=viewer,
        moment=Moment(at=export.moment, zone=export.tz),
        given=export.given,
    )
    return Drilled(prepared, **export.drilled) if export.drilled else prepared


def is_open_to(export: ReportExport, viewer: Any) -> bool:
    """Whether the rows in the file are still those ``viewer`` may open."""
    try:
        definition = exported_definition(export, viewer)
    except (NotYours, InvalidSpec):
        return False
    return scope_hash(definition=definition, viewer=viewer) == export.scope_hash


def waiting_exports() -> QuerySet[ReportExport]:
    """Those a worker may take up now, whoever has waited longest first: one of each person, nobody's second."""
    busy = ReportExport.objects.filter(state=ExportState.WORKING, person__isnull=False).values("person")
    return (
        ReportExport.objects.filter(state=ExportState.WAITING).exclude(person__in=busy).order_by("requested_at", "pk")
    )


def lost_exports() -> QuerySet[ReportExport]:
    """Those whose worker is gone."""
    return ReportExport.objects.filter(state=ExportState.WORKING, lease_until__lt=timezone.now())


def exports_state() -> WorkState:
    """How the exports stand, for the page of background work: one query."""
    counts = dict(ReportExport.objects.order_by().values_list("state").annotate(Count("pk")))
    url = reverse("reports_exports")
    return WorkState(
        label=_("Exports of reports"),
        waiting=counts.get(ExportState.WAITING, 0),
        running=counts.get(ExportState.WORKING, 0),
        failed=counts.get(ExportState.FAILED, 0),
        url=url,
        failed_url=url,
    )


def ready_exports(viewer: Any) -> Matter | None:
    """Files that wait to be downloaded."""
    if not may_export(viewer):
        return None
    ready = ReportExport.objects.filter(person=viewer, state=ExportState.DONE, opened_at=None).exclude(path="")
    count = ready.count()
    words = ngettext("export is ready to download", "exports are ready to download", count)
    return Matter(count=count, words=words, url=reverse("reports_exports"))

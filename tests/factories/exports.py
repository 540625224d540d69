"""Exports of reports, as people ask for them."""

import datetime as dt
import zoneinfo
from typing import Any

from reports.models import Format, ReportExport
from reports.moments import Moment
from reports.selectors.reports import opened_report
from reports.selectors.results import Prepared
from reports.services import request_export

MOMENT = Moment(at=dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), zone=zoneinfo.ZoneInfo("Europe/Berlin"))


def ask_for(
    person: Any, kind: str = Format.CSV, slug: str = "course-progress", given: dict[str, Any] | None = None
) -> ReportExport:
    """What one press of a report's button asks for."""
    opened = opened_report(slug=slug, viewer=person)
    prepared = Prepared(definition=opened.definition, viewer=person, moment=MOMENT, given=given)
    export, _is_new = request_export(opened=opened, prepared=prepared, given=given or {}, kind=kind)
    return export

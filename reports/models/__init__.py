"""Reports, schedules, and the rows that decide what is due."""

from reports.models.dashboards import Dashboard
from reports.models.exports import BUSY_EXPORTS, SLOTS, ExportState, ReportExport
from reports.models.reports import Audience, Report, ReportShare
from reports.models.runs import (
    OPEN_STATES,
    Artifact,
    Delivery,
    DeliveryState,
    Run,
    RunKind,
    RunState,
)
from reports.models.schedules import (
    Days,
    Format,
    RunAs,
    Schedule,
    ScheduleQuerySet,
    ScheduleRecipient,
    check_zone,
    default_formats,
    default_weekdays,
)

__all__ = [
    "BUSY_EXPORTS",
    "OPEN_STATES",
    "SLOTS",
    "Artifact",
    "Audience",
    "Dashboard",
    "Days",
    "Delivery",
    "DeliveryState",
    "ExportState",
    "Format",
    "Report",
    "ReportExport",
    "ReportShare",
    "Run",
    "RunAs",
    "RunKind",
    "RunState",
    "Schedule",
    "ScheduleQuerySet",
    "ScheduleRecipient",
    "check_zone",
    "default_formats",
    "default_weekdays",
]

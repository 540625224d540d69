"""Reports, schedules, and the rows that decide what is due."""

from reports.models.dashboards import Dashboard
from reports.models.exports import BUSY_EXPORTS, SLOTS, ExportState, ReportExport
from reports.models.reports import Audience, AudienceEntry, Report, ReportShare
from reports.models.runs import (
    OPEN_STATES,
    TRIED_STATES,
    Artifact,
    Delivery,
    DeliveryState,
    Run,
    RunKind,
    RunState,
)
from reports.models.schedules import (
    Days,
    Delivered,
    Format,
    RunAs,
    Schedule,
    ScheduleAudience,
    ScheduleQuerySet,
    ScheduleRecipient,
    check_zone,
    default_formats,
    default_weekdays,
)
from reports.models.subscriptions import Subscription

__all__ = [
    "BUSY_EXPORTS",
    "OPEN_STATES",
    "SLOTS",
    "TRIED_STATES",
    "Artifact",
    "Audience",
    "AudienceEntry",
    "Dashboard",
    "Days",
    "Delivered",
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
    "ScheduleAudience",
    "ScheduleQuerySet",
    "ScheduleRecipient",
    "Subscription",
    "check_zone",
    "default_formats",
    "default_weekdays",
]

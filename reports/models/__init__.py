"""Reports, schedules, and the rows that decide what is due."""

from reports.models.dashboards import Dashboard
from reports.models.reports import Audience, AudienceEntry, Report, ReportShare
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
    ScheduleAudience,
    ScheduleQuerySet,
    ScheduleRecipient,
    check_zone,
    default_formats,
    default_weekdays,
)

__all__ = [
    "OPEN_STATES",
    "Artifact",
    "Audience",
    "AudienceEntry",
    "Dashboard",
    "Days",
    "Delivery",
    "DeliveryState",
    "Format",
    "Report",
    "ReportShare",
    "Run",
    "RunAs",
    "RunKind",
    "RunState",
    "Schedule",
    "ScheduleAudience",
    "ScheduleQuerySet",
    "ScheduleRecipient",
    "check_zone",
    "default_formats",
    "default_weekdays",
]

"""Every change to reports, schedules and runs. Each claims by a conditional UPDATE, so that two workers never both win."""

from reports.services.delivery import deliver_run, finish_runs, reason_not_to_send
from reports.services.exports import cancel_export, expire_exports, repeat_export, request_export, run_export
from reports.services.rendering import render_run
from reports.services.reports import (
    create_report,
    delete_report,
    duplicate_report,
    duplicate_saved,
    save_report,
    share_report,
)
from reports.services.schedules import (
    change_schedule,
    pause_schedule,
    request_run,
    resume_schedule,
    set_recipients,
)
from reports.services.sweep import sweep_schedules

__all__ = [
    "cancel_export",
    "change_schedule",
    "create_report",
    "delete_report",
    "deliver_run",
    "duplicate_report",
    "duplicate_saved",
    "expire_exports",
    "finish_runs",
    "pause_schedule",
    "reason_not_to_send",
    "render_run",
    "repeat_export",
    "request_export",
    "request_run",
    "resume_schedule",
    "run_export",
    "save_report",
    "set_recipients",
    "share_report",
    "sweep_schedules",
]

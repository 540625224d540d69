"""Every change to reports, schedules and runs. Each claims by a conditional UPDATE, so that two workers never both win."""

from reports.services.delivery import (
    deliver_run,
    finish_runs,
    reason_not_to_open,
    reason_not_to_send,
    with_what_decides,
)
from reports.services.exports import cancel_export, expire_exports, repeat_export, request_export, run_export
from reports.services.notices import tell_owners
from reports.services.rendering import render_run
from reports.services.reports import (
    create_report,
    delete_report,
    duplicate_report,
    duplicate_saved,
    save_report,
    share_report,
)
from reports.services.retention import remove_old_files, remove_old_runs
from reports.services.schedules import (
    change_schedule,
    pause_schedule,
    request_run,
    resume_schedule,
    set_audiences,
    set_recipients,
)
from reports.services.subscriptions import opt_in, opt_out
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
    "opt_in",
    "opt_out",
    "pause_schedule",
    "reason_not_to_open",
    "reason_not_to_send",
    "remove_old_files",
    "remove_old_runs",
    "render_run",
    "repeat_export",
    "request_export",
    "request_run",
    "resume_schedule",
    "run_export",
    "save_report",
    "set_audiences",
    "set_recipients",
    "share_report",
    "sweep_schedules",
    "tell_owners",
    "with_what_decides",
]

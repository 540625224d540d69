"""Every change to schedules and runs. Each claims by a conditional UPDATE, so that two workers never both win."""

from reports.services.delivery import deliver_run, finish_runs, reason_not_to_send
from reports.services.rendering import render_run
from reports.services.schedules import (
    change_schedule,
    pause_schedule,
    request_run,
    resume_schedule,
    set_recipients,
)
from reports.services.sweep import sweep_schedules

__all__ = [
    "change_schedule",
    "deliver_run",
    "finish_runs",
    "pause_schedule",
    "reason_not_to_send",
    "render_run",
    "request_run",
    "resume_schedule",
    "set_recipients",
    "sweep_schedules",
]

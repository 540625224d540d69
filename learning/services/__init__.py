"""Every change to what people did. Each service is one transaction that writes its rows and its event."""

from learning.services.counts import recount_course
from learning.services.enrollment import (
    approve_request,
    decline_request,
    enroll,
    leave_course,
    request_enrollment,
    set_due_date,
)
from learning.services.events import record_event
from learning.services.progress import complete_lesson, finish_course, hold_run, record_result, record_visit

__all__ = [
    "approve_request",
    "complete_lesson",
    "decline_request",
    "enroll",
    "finish_course",
    "hold_run",
    "leave_course",
    "record_event",
    "record_result",
    "record_visit",
    "recount_course",
    "request_enrollment",
    "set_due_date",
]

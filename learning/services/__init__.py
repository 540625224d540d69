"""Every change to what people did. Each service is one transaction that writes its rows and its event."""

from learning.services.bulk import enroll_many, record_completions, remove_imported_runs
from learning.services.by_hand import Recorded, moment_on, record_lesson, record_lessons, reset_lesson
from learning.services.cohorts import change_cohort, enroll_in_cohort, place_in_cohort
from learning.services.counts import recount_activity, recount_course
from learning.services.enrollment import (
    approve_request,
    decline_request,
    enroll,
    leave_course,
    request_enrollment,
    set_due_date,
)
from learning.services.events import record_event
from learning.services.invites import join_by_link, revoke_link, why_closed
from learning.services.messages import preview_message, send_message
from learning.services.places import leave_cohort
from learning.services.progress import (
    complete_lesson,
    complete_lesson_in_runs,
    finish_course,
    hold_run,
    record_time,
    record_visit,
)
from learning.services.reminders import send_reminder
from learning.services.results import clear_result, record_result, record_results, set_result

__all__ = [
    "Recorded",
    "approve_request",
    "change_cohort",
    "clear_result",
    "complete_lesson",
    "complete_lesson_in_runs",
    "decline_request",
    "enroll",
    "enroll_in_cohort",
    "enroll_many",
    "finish_course",
    "hold_run",
    "join_by_link",
    "leave_cohort",
    "leave_course",
    "moment_on",
    "place_in_cohort",
    "preview_message",
    "record_completions",
    "record_event",
    "record_lesson",
    "record_lessons",
    "record_result",
    "record_results",
    "record_time",
    "record_visit",
    "recount_activity",
    "recount_course",
    "remove_imported_runs",
    "request_enrollment",
    "reset_lesson",
    "revoke_link",
    "send_message",
    "send_reminder",
    "set_due_date",
    "set_result",
    "why_closed",
]

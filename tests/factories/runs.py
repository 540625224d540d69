"""Runs of schedules, as far on as a test needs them."""

import datetime as dt

from notifications.models import MailState, OutboxMail
from reports.models import Run
from reports.services import deliver_run, finish_runs, render_run, sweep_schedules
from tests.factories.reports import make_schedule

MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)


def make_ready_run(*, now=MONDAY, schedule=None, **fields) -> Run:
    """A run whose files are made. CSV, unless told otherwise: drawing a page takes seconds."""
    schedule = schedule or make_schedule(**{"formats": ["csv"], **fields})
    sweep_schedules(now=now)
    run = schedule.runs.get(scheduled_for=now)
    assert render_run(run_id=run.pk, now=now)
    return Run.objects.get(pk=run.pk)


def make_delivered_run(*, state=MailState.SENT, error="", **fields) -> Run:
    """A run whose mails are all settled in ``state``, and which is closed."""
    run = make_ready_run(**fields)
    mails = [mail.pk for mail in deliver_run(run_id=run.pk)]
    OutboxMail.objects.filter(pk__in=mails).update(state=state, next_attempt_at=None, sent_at=MONDAY, last_error=error)
    finish_runs()
    return Run.objects.get(pk=run.pk)

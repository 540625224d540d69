"""What is taken away when, and that no period comes back by it."""

import datetime as dt

import pytest
from django.core.files.storage import storages
from django.urls import reverse

from notifications.models import MailAttempt, MailState, OutboxAttachment, OutboxMail
from reports.models import Artifact, Delivery, Run, RunState, Schedule
from reports.services import remove_old_files, remove_old_runs, retention, sweep_schedules, tell_owners
from tests.factories.accounts import make_person
from tests.factories.reports import make_schedule
from tests.factories.runs import MONDAY, make_delivered_run

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def run():
    run = make_delivered_run(addresses=["board@example.com"])
    Run.objects.update(ready_at=MONDAY)
    MailAttempt.objects.create(mail=run.deliveries.get().mail, number=1)
    return run


def test_files_go_after_a_month_and_the_rows_stay(run, monkeypatch):
    artifact = run.artifacts.get()
    assert remove_old_files(now=MONDAY + DAY * 30) == 0
    assert storages["private"].exists(artifact.path)
    now = MONDAY + DAY * 30 + dt.timedelta(seconds=1)
    assert (remove_old_files(now=now), remove_old_files(now=now)) == (1, 0)
    assert not storages["private"].exists(artifact.path)
    artifact.refresh_from_db()
    assert (artifact.removed_at, Delivery.objects.count(), OutboxMail.objects.count()) == (now, 1, 1)


def test_a_mail_on_its_way_keeps_its_file(run):
    OutboxMail.objects.update(state=MailState.PENDING, next_attempt_at=MONDAY)
    assert remove_old_files(now=MONDAY + DAY * 60) == 0
    assert remove_old_runs(now=MONDAY + DAY * 900) == 0


def test_a_crash_between_file_and_row_is_made_up_for(run, monkeypatch):
    monkeypatch.setattr(retention.timezone, "now", lambda: MONDAY + DAY * 31)
    storages["private"].delete(run.artifacts.get().path)
    assert remove_old_files() == 1


def test_the_admin_says_that_a_file_is_gone(run, client):
    client.force_login(make_person(roles=("report_administrator",)))
    remove_old_files(now=MONDAY + DAY * 31)
    answer = client.get(reverse("reports_file", args=[run.artifacts.get().uuid]))
    assert answer.status_code == 410
    assert "This file has been removed" in answer.content.decode()


def test_runs_go_after_400_days_with_all_that_hangs_on_them(run, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    path = run.artifacts.get().path
    for day in range(1, 5):
        make_delivered_run(schedule=run.schedule, now=MONDAY + DAY * day, state=MailState.FAILED)
    tell_owners()
    OutboxMail.objects.filter(kind="report_notice").update(
        created_at=MONDAY, state=MailState.SENT, sent_at=MONDAY, next_attempt_at=None
    )
    assert remove_old_runs(now=MONDAY + DAY * 400) == 0
    assert remove_old_runs(now=MONDAY + DAY * 401) == 1
    assert not storages["private"].exists(path)
    assert MailAttempt.objects.count() == 0
    assert remove_old_runs(now=MONDAY + DAY * 900) == 3
    # The newest one on schedule stays, with what it was.
    newest = Run.objects.get()
    assert newest.scheduled_for == MONDAY + DAY * 4
    counts = [model.objects.count() for model in (Artifact, Delivery, OutboxMail, OutboxAttachment)]
    assert counts == [1, 1, 1, 1]


def test_no_period_is_sent_again_because_its_run_was_forgotten():
    schedule = make_schedule(addresses=["board@example.com"], days="monthly", month_day=1)
    first = dt.datetime(2026, 12, 1, 7, tzinfo=dt.UTC)
    make_delivered_run(schedule=schedule, now=first)
    Schedule.objects.update(month_day=28)
    much_later = first + DAY * 401
    # As after a restored backup or a year in a drawer: beat wakes up, the rows are old.
    assert remove_old_runs(now=much_later) == 0
    sweep_schedules(now=dt.datetime(2026, 12, 28, 8, tzinfo=dt.UTC))
    assert Run.objects.get().period == "2026-12"


def test_an_open_run_is_never_taken(run):
    make_delivered_run(schedule=run.schedule, now=MONDAY + DAY)
    Run.objects.filter(pk=run.pk).update(state=RunState.DELIVERING)
    assert remove_old_runs(now=MONDAY + DAY * 900) == 0

"""The list of periodic tasks follows the code and respects what an administrator changed."""

import pytest
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from workbench.periodic import PeriodicEntry, periodic_tasks, sync_periodic_tasks

pytestmark = pytest.mark.django_db
SWEEP = "Lectern: sweep the mail outbox"


@pytest.fixture
def entry(monkeypatch):
    entry = PeriodicEntry(task="app.tasks.look", every=120, description="Looks.")
    monkeypatch.setitem(periodic_tasks, "Lectern: look", entry)
    return entry


def test_migrate_wrote_the_entries():
    row = PeriodicTask.objects.get(name=SWEEP)
    assert (row.task, row.interval.every, row.interval.period) == ("notifications.tasks.sweep_mail", 60, "seconds")
    assert (row.enabled, row.expire_seconds) == (True, 60)


def test_missing_entries_are_created_once(entry):
    assert sync_periodic_tasks() == ["Lectern: look"]
    assert sync_periodic_tasks() == []
    row = PeriodicTask.objects.get(name="Lectern: look")
    assert (row.task, row.interval.every, row.description) == ("app.tasks.look", 120, "Looks.")


def test_edits_stay(entry):
    sync_periodic_tasks()
    slower = IntervalSchedule.objects.create(every=10, period=IntervalSchedule.MINUTES)
    PeriodicTask.objects.filter(name="Lectern: look").update(enabled=False, interval=slower, description="Mine.")
    sync_periodic_tasks()
    row = PeriodicTask.objects.get(name="Lectern: look")
    assert (row.enabled, row.interval, row.description) == (False, slower, "Mine.")


def test_a_renamed_task_is_followed(entry):
    sync_periodic_tasks()
    PeriodicTask.objects.filter(name="Lectern: look").update(task="app.old.look", enabled=False)
    assert sync_periodic_tasks() == []
    row = PeriodicTask.objects.get(name="Lectern: look")
    assert (row.task, row.enabled) == ("app.tasks.look", False)


def test_twin_intervals_do_no_harm(entry):
    for _number in range(2):
        IntervalSchedule.objects.create(every=120, period=IntervalSchedule.SECONDS)
    sync_periodic_tasks()
    assert IntervalSchedule.objects.filter(every=120).count() == 2


def test_entries_name_real_tasks():
    from cms.celery import app

    app.loader.import_default_modules()
    assert [entry.task for entry in periodic_tasks.values() if entry.task not in app.tasks] == []


def test_migrate_again_changes_nothing():
    before = list(PeriodicTask.objects.values())
    call_command("migrate", verbosity=0)
    assert list(PeriodicTask.objects.values()) == before

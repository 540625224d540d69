"""Signs of life: written, throttled, taken along at the end, and forgotten after a day."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone
from django_celery_beat.schedulers import DatabaseScheduler

from operations import receivers, scheduler
from operations.models import Heartbeat, ProcessKind
from operations.receivers import WorkerPulse
from operations.selectors.work import processes, queues_that_stand_still, stuck_queues, unserved_queues
from operations.services import forget_process, record_heartbeat, record_movement
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def alive(name: str, *, ago: float = 0, queues: tuple[str, ...] = (), kind: ProcessKind = ProcessKind.WORKER) -> None:
    """A process heard from ``ago`` seconds before NOW."""
    now = NOW - timedelta(seconds=ago)
    record_heartbeat(kind=kind, name=name, started_at=now, queues=queues, now=now)


def test_one_row_for_each_process():
    alive("worker@a", ago=90, queues=("mail", "default"))
    alive("worker@a", ago=30, queues=("mail", "default"))
    alive("worker@b")
    assert [(row.name, row.queues) for row in Heartbeat.objects.order_by("name")] == [
        ("worker@a", ["default", "mail"]),
        ("worker@b", []),
    ]


def test_who_is_silent_and_which_queues_nobody_reads():
    alive("worker@a", queues=("default", "mail"))
    alive("worker@b", ago=121, queues=("reports",))
    found = processes(now=NOW)
    assert [(process.name, process.is_alive) for process in found] == [("worker@a", True), ("worker@b", False)]
    assert unserved_queues(found) == ["reports"]


def test_the_dead_are_forgotten_after_a_day():
    alive("worker@old", ago=86_401)
    alive("worker@new")
    assert [row.name for row in Heartbeat.objects.all()] == ["worker@new"]


def test_an_orderly_end_takes_the_row_along():
    alive("worker@a")
    alive("worker@a", kind=ProcessKind.BEAT)
    forget_process(kind=ProcessKind.WORKER, name="worker@a")
    assert [row.kind for row in Heartbeat.objects.all()] == ["beat"]


@pytest.fixture
def written(monkeypatch):
    found = []
    monkeypatch.setattr(receivers, "record_heartbeat", lambda **values: found.append(values))
    # The thread's own connection is none of a test's business, but closing all would end the test's.
    monkeypatch.setattr(receivers.connections, "close_all", lambda: None)
    return found


def test_a_worker_writes_at_most_every_half_minute(written, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(receivers.time, "monotonic", lambda: clock[0])
    pulse = WorkerPulse("worker@a", ("mail",), NOW)
    for second in (0, 2, 29, 30, 31):
        clock[0] = 1000.0 + second
        pulse.beat()
        pulse.thread.join()
    assert [values["name"] for values in written] == ["worker@a"] * 2


def test_a_database_that_is_gone_does_not_stop_a_worker(monkeypatch, caplog):
    def gone(**values):
        raise DatabaseError

    monkeypatch.setattr(receivers, "record_heartbeat", gone)
    monkeypatch.setattr(receivers.connections, "close_all", lambda: None)
    WorkerPulse("worker@a", (), NOW).write()
    assert "sign of life was not written" in caplog.text


def test_beat_writes_from_its_own_loop(monkeypatch):
    monkeypatch.setattr(DatabaseScheduler, "tick", lambda self, *args, **kwargs: 5)
    beat = scheduler.Scheduler.__new__(scheduler.Scheduler)
    beat.started_at, beat.next_sign = NOW, 0.0
    assert beat.tick() == 5
    row = Heartbeat.objects.get()
    assert (row.kind, row.name.startswith("beat@")) == ("beat", True)
    row.delete()
    assert beat.tick() == 5
    assert not Heartbeat.objects.exists()


def test_beat_goes_on_without_the_database(monkeypatch, caplog):
    def gone(**values):
        raise DatabaseError

    monkeypatch.setattr(DatabaseScheduler, "tick", lambda self, *args, **kwargs: 5)
    monkeypatch.setattr(scheduler, "record_heartbeat", gone)
    beat = scheduler.Scheduler.__new__(scheduler.Scheduler)
    beat.started_at, beat.next_sign = NOW, 0.0
    assert beat.tick() == 5
    assert "beat's sign of life was not written" in caplog.text


# Queues ---------------------------------------------------------------------------------


def beating(minutes: float) -> None:
    began = NOW - timedelta(minutes=minutes)
    record_heartbeat(kind=ProcessKind.BEAT, name="beat@a", started_at=began, now=NOW)


def moved(queue: str, minutes: float) -> None:
    record_movement(queue=queue, now=NOW - timedelta(minutes=minutes))


def test_a_queue_that_nothing_came_out_of_stands_still():
    beating(600)
    moved("default", 14.9)
    moved("mail", 15)
    assert stuck_queues(now=NOW) == {
        "mail": NOW - timedelta(minutes=15),
        # Never moved: since beat began.
        "reports": NOW - timedelta(minutes=600),
    }


def test_beat_has_to_be_there_for_a_while_before_a_queue_is_missed():
    moved("default", 600)
    assert stuck_queues(now=NOW) == {}
    beating(14.9)
    assert stuck_queues(now=NOW) == {}
    beating(15)
    assert set(stuck_queues(now=NOW)) == {"default", "mail", "reports"}
    assert set(stuck_queues(now=NOW + timedelta(minutes=3))) == set()


def test_a_movement_is_written_at_most_every_half_minute_by_a_process(monkeypatch):
    found, clock = [], [1000.0]
    monkeypatch.setattr(receivers, "record_movement", lambda **values: found.append(values["queue"]))
    monkeypatch.setattr(receivers.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(receivers, "next_movement", {})

    class Done:
        class request:
            delivery_info = {"routing_key": "mail"}

    for second in (0, 2, 29, 30, 31):
        clock[0] = 1000.0 + second
        receivers.on_task_postrun(None, task=Done)
    assert found == ["mail", "mail"]


def test_a_movement_that_cannot_be_written_stops_no_worker(monkeypatch, caplog):
    def gone(**values):
        raise DatabaseError

    class Done:
        class request:
            delivery_info = {"routing_key": "mail"}

    monkeypatch.setattr(receivers, "record_movement", gone)
    monkeypatch.setattr(receivers, "next_movement", {})
    receivers.on_task_postrun(None, task=Done)
    assert "the movement of queue mail was not written" in caplog.text


def test_the_alarm_stands_on_the_home_of_those_who_may_act():
    began = timezone.now() - timedelta(hours=1)
    record_heartbeat(kind=ProcessKind.BEAT, name="beat@a", started_at=began)
    record_movement(queue="default")
    administrator, editor = make_person(roles=("administrator",)), make_person(roles=("content_editor",))
    matter = queues_that_stand_still(administrator)
    assert (matter.count, matter.words, matter.is_trouble) == (2, "queues of background work stand still", True)
    assert queues_that_stand_still(editor) is None

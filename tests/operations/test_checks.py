"""What the site hangs on, each asked on its own and told in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms.supervisor.processes import QUEUES
from operations import checks
from operations.models import Heartbeat, ProcessKind
from operations.selectors.work import queue_names
from tests.factories.notifications import make_mail
from tests.factories.operations import make_result


def test_the_queues_are_those_the_processes_read():
    assert queue_names() == QUEUES


@pytest.mark.parametrize(
    ("answers", "words", "is_well"),
    [
        ({"worker@a": [{"name": name} for name in QUEUES]}, "worker@a at work", True),
        ({"worker@a": [{"name": "default"}]}, "nobody works on: mail, reports", False),
        (None, "nobody works on: default, mail, reports", False),
    ],
)
@pytest.mark.django_db
def test_every_queue_needs_a_worker(monkeypatch, answers, words, is_well):
    class Inspect:
        def active_queues(self):
            return answers

    monkeypatch.setattr(checks.current_app.control, "inspect", lambda timeout: Inspect())
    found = checks.worker()
    assert (found.words, found.is_well) == (words, is_well)


def heard(kind: str, name: str, ago: timedelta, **fields) -> Heartbeat:
    now = timezone.now()
    return Heartbeat.objects.create(
        kind=kind, name=name, started_at=now - timedelta(days=1), seen_at=now - ago, **fields
    )


@pytest.mark.django_db
def test_a_silent_worker_is_missed_since_when(monkeypatch):
    heard(ProcessKind.WORKER, "worker@a", timedelta(hours=3))

    class Inspect:
        def active_queues(self):
            return None

    monkeypatch.setattr(checks.current_app.control, "inspect", lambda timeout: Inspect())
    assert checks.worker().words == "nobody works on: default, mail, reports, last heard from 3\xa0hours ago"


@pytest.mark.django_db
class TestBeat:
    def test_never_ran(self):
        found = checks.beat()
        assert (found.words, found.is_well) == ("not running", False)
        assert found.mend == "Start the processes: make run; schedules wait until it runs."

    def test_alive(self):
        heard(ProcessKind.BEAT, "beat@a", timedelta(seconds=70))
        assert (checks.beat().words, checks.beat().is_well) == ("heard from 1\xa0minute ago", True)

    def test_stopped(self):
        heard(ProcessKind.BEAT, "beat@a", timedelta(hours=3))
        assert (checks.beat().words, checks.beat().is_well) == ("not running, last heard from 3\xa0hours ago", False)

    def test_two_at_once(self):
        for name in ("beat@a", "beat@b"):
            heard(ProcessKind.BEAT, name, timedelta(seconds=5))
        found = checks.beat()
        assert (found.words, found.is_well) == ("2 at once (beat@a, beat@b): regular tasks run several times", False)


@pytest.mark.django_db
def test_background_work_tells_what_failed():
    assert checks.background().words == "nothing failed, 0 waiting"
    make_mail(state="failed")
    make_mail()
    make_result(status="FAILURE")
    found = checks.background()
    assert found.words == "Mail: 1; tasks that failed in the last 7 days: 1"
    assert "Background work" in found.mend
    assert found.is_well


def test_no_mail_server_is_fine_on_one_machine(settings):
    settings.EMAIL_URL = ""
    assert checks.mail_server().is_well


def test_a_mail_server_that_is_not_there(settings, unused_tcp_port):
    settings.EMAIL_URL, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp://x", "127.0.0.1", unused_tcp_port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    found = checks.mail_server()
    assert (found.words, found.is_well) == (
        f"127.0.0.1:{unused_tcp_port} does not take mail (ConnectionRefusedError)",
        False,
    )


def test_a_broker_that_is_not_there(monkeypatch, settings):
    class Gone:
        def connection_for_read(self):
            raise ConnectionError

    monkeypatch.setattr(checks, "current_app", Gone())
    settings.REDIS_URL = ""
    assert checks.broker() == checks.Finding(
        "Broker", "no answer (ConnectionError): background work waits", False, "Start the processes: make run"
    )

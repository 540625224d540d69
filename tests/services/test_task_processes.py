"""What becomes of tasks that fail and of queues that stand still, with a real worker and beat."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from tests.services.processes import Site, wait_until

pytestmark = pytest.mark.services

SEND = "from tests.services.stubborn import app; app.send_task({name!r}, args=[{argument!r}], queue={queue!r})"


@pytest.fixture
def site(empty_site):
    """Beat looks every second, at the pulse alone, so that nothing else moves the queues."""
    empty_site.sql("UPDATE django_celery_beat_intervalschedule SET every = 1, period = 'seconds'")
    empty_site.sql("UPDATE django_celery_beat_periodictask SET expire_seconds = NULL")
    empty_site.sql(
        "UPDATE django_celery_beat_periodictask SET enabled = (name = 'Lectern: feel the pulse of the queues')"
    )
    return empty_site


def send(site: Site, name: str, argument, queue: str) -> None:
    code = SEND.format(name=name, argument=argument, queue=queue)
    subprocess.run([sys.executable, "-c", code], env=site.env, cwd=settings.BASE_DIR, check=True)


def doctor(site: Site) -> str:
    command = [sys.executable, "manage.py", "doctor"]
    done = subprocess.run(command, env=site.env, cwd=settings.BASE_DIR, capture_output=True, check=False, text=True)
    return next(line for line in done.stdout.splitlines() if "Queues:" in line)


def test_a_task_that_no_server_answers_is_tried_four_times_and_ends_in_the_failed_list(site):
    site.worker(app="tests.services.stubborn")
    send(site, "tests.never_answered", 7, "default")

    def result(status):
        return site.sql(
            "SELECT meta, result FROM django_celery_results_taskresult WHERE task_name = %s AND status = %s",
            "tests.never_answered", status,
        )  # fmt: skip

    ((meta, _why),) = wait_until(lambda: result("RETRY"), "it will be tried again")
    assert json.loads(json.loads(meta) if meta.startswith('"') else meta)["tries"] in (1, 2, 3)
    ((meta, why),) = wait_until(lambda: result("FAILURE"), "it has failed for good")
    assert json.loads(json.loads(meta) if meta.startswith('"') else meta)["tries"] == 4
    assert "server 7 does not answer" in why
    assert result("RETRY") == []


def test_a_queue_that_stands_still_is_an_alarm_and_the_others_move(site):
    """The worker of one queue hangs on a task; it still says that it is alive."""
    site.worker("default", "mail", app="tests.services.stubborn")
    site.worker("reports", app="tests.services.stubborn")
    site.beat()

    def moved() -> dict:
        return dict(site.sql("SELECT queue, moved_at FROM operations_queuemovement"))

    wait_until(lambda: len(moved()) == 3, "every queue has moved")
    assert "well" in doctor(site) and "default, mail, reports move" in doctor(site)
    # Two processes of that worker, and both hang.
    for _ in range(2):
        send(site, "tests.hang", 600, "reports")
    wait_until(
        lambda: site.sql("SELECT count(*) FROM django_celery_results_taskresult WHERE status = 'STARTED'") == [(2,)],
        "both processes hang",
    )
    # Longer than each process keeps its movements to itself (30 s); the others go on moving.
    wait_until(lambda: "stand still: reports for" in doctor(site), "the alarm names the queue alone", seconds=150)
    assert "mend" in doctor(site)
    assert site.sql("SELECT count(*) FROM operations_heartbeat WHERE kind = 'worker'") == [(2,)]

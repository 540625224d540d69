"""Quizzes whose time is up while nobody is there: handed in by worker and beat, also after both were killed."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests.services.processes import Site, wait_until

pytestmark = pytest.mark.services

GRACE = 1
# What is promised: so long after the processes are back, an attempt whose time is up is handed in.
PROMISED = 120
ATTEMPTS = "SELECT state, submitted_by, score FROM assessment_attempt ORDER BY id"
SWEEP = "assessment.tasks.submit_overdue_attempts"


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch):
    monkeypatch.setenv("ASSESSMENT_GRACE_SECONDS", str(GRACE))


def take(site: Site, *seconds: int) -> None:
    command = [sys.executable, "-m", "tests.services.take_quiz", *map(str, seconds)]
    subprocess.run(command, env=site.env, cwd=settings.BASE_DIR, check=True)


def states(site: Site) -> list[str]:
    return [state for state, _by, _score in site.sql(ATTEMPTS)]


def is_over(site: Site) -> bool:
    """Whether the time of every attempt is up, with what is granted, by the clock of the database."""
    rows = site.sql("SELECT bool_and(due_at + make_interval(secs => %s) < now()) FROM assessment_attempt", GRACE)
    return rows[0][0]


def swept(site: Site, task: str) -> int:
    """How often a worker has done what beat said; beat's own counts are written minutes later."""
    return site.sql("SELECT count(*) FROM django_celery_results_taskresult WHERE task_name = %s", task)[0][0]


def test_killed_at_the_deadline_they_hand_in_what_was_saved_within_two_minutes_of_their_return(empty_site):
    worker, beat = empty_site.worker("default"), empty_site.beat()
    take(empty_site, 0, 50)
    wait_until(lambda: states(empty_site)[0] == "graded", "the first one is handed in", PROMISED)
    empty_site.kill(beat)
    empty_site.kill(worker)
    wait_until(lambda: is_over(empty_site), "the time of the second one is up")
    assert states(empty_site) == ["graded", "open"]

    empty_site.worker("default")
    empty_site.beat()
    wait_until(lambda: states(empty_site)[1] == "graded", "the second one is handed in", PROMISED)
    assert [(state, by, int(score)) for state, by, score in empty_site.sql(ATTEMPTS)] == [("graded", "deadline", 1)] * 2
    assert empty_site.sql("SELECT count(*) FROM learning_learningevent WHERE verb = 'quiz:graded'") == [(2,)]
    late = "SELECT count(*) FROM assessment_attempt WHERE submitted_at <> due_at"
    assert empty_site.sql(late) == [(0,)]


def test_the_twin_without_the_sweep_leaves_it_open(empty_site):
    empty_site.sql("UPDATE django_celery_beat_periodictask SET enabled = false WHERE task = %s", SWEEP)
    # Another entry shows that beat is awake and comes round.
    empty_site.sql("UPDATE django_celery_beat_intervalschedule SET every = 1, period = 'seconds'")
    take(empty_site, 0)
    empty_site.worker("default", "mail")
    empty_site.beat()
    mail = "notifications.tasks.sweep_mail"
    wait_until(lambda: swept(empty_site, mail) >= 5 and is_over(empty_site), "beat has come round", PROMISED)
    assert states(empty_site) == ["open"]

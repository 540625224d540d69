"""The analytics database goes away while people learn, and comes back: nothing is lost, nothing is counted twice."""

import os
import subprocess
import sys
import time

import psycopg
import pytest
from django.conf import settings

from tests.services.processes import Site, named, new_database, wait_until

pytestmark = pytest.mark.services

TASK = "analytics.tasks.take_in"
# Seconds that the database is gone for besides what learning takes: LECTERN_OUTAGE=600 is ten minutes of it.
OUTAGE = float(os.environ.get("LECTERN_OUTAGE") or 0)


@pytest.fixture
def site(empty_site, monkeypatch):
    """Beat says every second that analytics is to take in what happened, and nothing else."""
    admin = named(empty_site.database, "postgres")
    with new_database(admin, f"{empty_site.database.rsplit('/', 1)[1]}_analytics") as analytics:
        empty_site.analytics = analytics
        run(empty_site, "manage.py", "migrate", "analytics", "--database=analytics", "--verbosity=0")
        empty_site.sql("UPDATE django_celery_beat_intervalschedule SET every = 1, period = 'seconds'")
        empty_site.sql("UPDATE django_celery_beat_periodictask SET expire_seconds = NULL, enabled = (task = %s)", TASK)
        empty_site.worker("default")
        empty_site.beat()
        yield empty_site


def run(site: Site, *arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, env=site.env, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True
    ).stdout


def learn(site: Site, lessons: int) -> None:
    run(site, "-m", "tests.services.learn", str(lessons))


def facts(site: Site) -> dict[str, int]:
    with psycopg.connect(site.analytics) as link:
        return dict(link.execute("SELECT verb, count(*) FROM analytics_eventfact GROUP BY verb").fetchall())


def rolled_up(site: Site) -> dict[str, int]:
    """Day rollups by course and team, added up."""
    with psycopg.connect(site.analytics) as link:
        rows = link.execute(
            "SELECT measure, sum(value) FROM analytics_rollup WHERE grain = 'day' AND \"by\" = 'course+team' GROUP BY measure"
        )
        return {measure: int(value) for measure, value in rows}


def events(site: Site) -> dict[str, int]:
    return dict(site.sql("SELECT verb, count(*) FROM learning_learningevent GROUP BY verb"))


def takes_nobody(site: Site, nobody: bool) -> None:
    """Let the server refuse everybody who wants into the analytics database, and end who is in it; or let them in again."""
    name = site.analytics.rsplit("/", 1)[1]
    with psycopg.connect(named(site.database, "postgres"), autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {"false" if nobody else "true"}')
        if nobody:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def said_in_logs(site: Site) -> str:
    return "".join(path.read_text(errors="replace") for path in site.folder.glob("*worker.log"))


def test_gone_while_twenty_people_learn(site):
    learn(site, 2)
    wait_until(lambda: facts(site) == events(site), "what happened first is taken in")
    takes_nobody(site, True)
    for lessons in (1, 2):
        learn(site, lessons)
        until = time.monotonic() + OUTAGE / 2
        wait_until(lambda until=until: time.monotonic() >= until, "the outage lasts", seconds=OUTAGE)
    # It was asked meanwhile, said so, and went on working.
    wait_until(lambda: said_in_logs(site).count("analytics waits") >= 2, "the worker says that it waits")
    assert events(site) == {"course:enrolled": 20, "lesson:completed": 100}
    done = "SELECT count(*) FROM django_celery_results_taskresult WHERE status = 'FAILURE'"
    assert site.sql(done) == [(0,)]
    takes_nobody(site, False)
    wait_until(lambda: facts(site) == events(site), "what happened meanwhile is taken in")
    wait_until(lambda: rolled_up(site).get("visits") == 100, "and added up")
    found = rolled_up(site)
    assert {name: found[name] for name in ("enrollments", "lessons", "began", "seconds")} == {
        "enrollments": 20, "lessons": 100, "began": 20, "seconds": 3000,
    }  # fmt: skip
    assert "no difference." in run(site, "manage.py", "rebuild_analytics")
    assert rolled_up(site) == found


def test_two_workers_killed_again_and_again_count_nothing_twice(site):
    for _round in range(4):
        worker = site.worker("default")
        learn(site, 1)
        site.kill(worker)
    learn(site, 1)
    wait_until(lambda: facts(site) == events(site), "all of it is taken in")
    wait_until(lambda: rolled_up(site).get("lessons") == 100, "and added up")
    assert rolled_up(site)["visits"] == 100

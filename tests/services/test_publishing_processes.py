"""A course that a real worker publishes, and a kill -9 in the middle of it."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests.services.processes import Site, wait_until

pytestmark = pytest.mark.services

LESSONS = 60
# The course and its module besides.
PAGES = LESSONS + 2


def ask(site: Site) -> None:
    command = [sys.executable, "-m", "tests.services.publish_drafts", str(LESSONS)]
    subprocess.run(command, env=site.env, cwd=settings.BASE_DIR, check=True)


def state(site: Site) -> tuple:
    return site.sql("SELECT state, published FROM lms_pages_publishing")[0]


def live(site: Site) -> int:
    rows = site.sql(
        "SELECT count(*) FROM wagtailcore_page AS page JOIN django_content_type AS kind ON kind.id = page.content_type_id"
        " WHERE page.live AND kind.model IN ('coursepage', 'modulepage', 'lessonpage')"
    )
    return rows[0][0]


def logged(site: Site) -> list[tuple]:
    """How often each page was published, by the log."""
    return site.sql(
        "SELECT times, count(*) FROM (SELECT count(*) AS times FROM wagtailcore_pagelogentry"
        " WHERE action = 'wagtail.publish' GROUP BY page_id HAVING max(user_id::text) IS NOT NULL) AS by_page GROUP BY times"
    )


def test_killed_in_the_middle_nothing_is_published_and_then_all_of_it_once(empty_site):
    # Publishing takes about five seconds of a quiet machine.
    empty_site.redelivers_after = 30
    ask(empty_site)
    assert (state(empty_site), live(empty_site)) == (("waiting", 0), 0)
    worker = empty_site.worker("default")
    wait_until(lambda: state(empty_site)[0] == "running", "a worker publishes")
    empty_site.kill(worker)
    assert (state(empty_site), live(empty_site), logged(empty_site)) == (("running", 0), 0, [])
    # The broker hands the task out again; its row says whose it was.
    empty_site.worker("default")
    wait_until(lambda: state(empty_site)[0] == "done", "the course is published", seconds=240)
    assert (state(empty_site), live(empty_site), logged(empty_site)) == (("done", PAGES), PAGES, [(1, PAGES)])
    assert empty_site.sql("SELECT fence FROM lms_pages_publishing") == [(2,)]

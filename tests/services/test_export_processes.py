"""An export in a real worker that is killed in the middle, taken over by another, or canceled from the admin."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.services.processes import Site, wait_until

pytestmark = pytest.mark.services

ROWS = 20_000


def ask(site: Site, kind: str = "xlsx") -> None:
    command = [sys.executable, "-m", "tests.services.ask_for_export", str(ROWS), kind]
    subprocess.run(command, env=site.env, cwd=settings.BASE_DIR, check=True)


def state(site: Site) -> str:
    return site.sql("SELECT state FROM reports_reportexport")[0][0]


def stored(site: Site) -> list[str]:
    return sorted(path.name for path in (site.folder / "private").rglob("*") if path.is_file())


def being_made(site: Site, folder: Path) -> bool:
    return state(site) == "working" and any(path.is_file() for path in folder.rglob("*"))


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Where workers keep what is not done yet."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_killed_in_the_middle_another_makes_the_file_and_no_half_one_is_left(empty_site, work):
    ask(empty_site)
    worker = empty_site.worker("reports")
    wait_until(lambda: being_made(empty_site, work), "a worker writes the file")
    empty_site.kill(worker)
    assert (state(empty_site), stored(empty_site)) == ("working", [])
    assert any(path.is_file() for path in work.rglob("*"))
    # The broker hands the task out again; its row says whose it was.
    empty_site.worker("reports")
    wait_until(lambda: state(empty_site) == "done", "the file is made")
    assert empty_site.sql("SELECT fence, attempts, rows_done, slot FROM reports_reportexport") == [(2, 2, ROWS, None)]
    assert stored(empty_site) == ["2-" + empty_site.sql("SELECT path FROM reports_reportexport")[0][0].split("/2-")[1]]
    assert not any(path.is_file() for path in work.rglob("lectern-export-*/**/*"))


def test_canceled_while_a_worker_is_at_it(empty_site, work):
    ask(empty_site)
    empty_site.worker("reports")
    wait_until(lambda: being_made(empty_site, work), "a worker writes the file")
    # As the admin's page does, where the cache is gone.
    empty_site.sql("UPDATE reports_reportexport SET cancel_wanted = true")
    wait_until(lambda: state(empty_site) == "cancelled", "the worker has stopped")
    assert stored(empty_site) == []
    assert not any(path.is_file() for path in work.rglob("lectern-export-*/**/*"))

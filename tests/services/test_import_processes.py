"""A long import in a real worker, cancelled by another process that only has the admin's pages."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from tests.services.processes import Site

pytestmark = pytest.mark.services

ROWS = 6_000
# What an import of people writes, and what it is kept in.
TABLES = (
    "accounts_user",
    "accounts_teammembership",
    "accounts_invitation",
    "notifications_outboxmail",
    "workbench_importrow",
)


def import_and_cancel(site: Site, stop_at: str) -> dict:
    """Cancel once some rows are done; what the import's page said then and in the end."""
    command = [sys.executable, "-m", "tests.services.import_and_cancel", str(ROWS), stop_at]
    done = subprocess.run(command, env=site.env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, check=True, text=True)
    told = json.loads(done.stdout)
    assert 0 < told["done"] < told["total"] == ROWS
    return told


def counts(site: Site) -> dict[str, int]:
    return {table: site.sql(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


def assert_nothing_is_left(site: Site) -> None:
    # The administrator, and nothing else.
    assert counts(site) == {**dict.fromkeys(TABLES, 0), "accounts_user": 1}
    assert site.sql("SELECT state, path, cancel_wanted FROM workbench_importbatch") == [("cancelled", "", False)]
    assert site.sql("SELECT count(*) FROM wagtailcore_modellogentry WHERE starts_with(action, 'workbench.import')") == [
        (0,)
    ]
    assert [path for path in (site.folder / "private").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("stop_at", ["checking", "writing"])
def test_cancelled_while_a_worker_is_at_it(empty_site, stop_at):
    empty_site.worker()
    assert import_and_cancel(empty_site, stop_at)["state"] == "cancelled"
    assert_nothing_is_left(empty_site)


def test_cancelled_after_the_last_chunk(empty_site, monkeypatch):
    """Whatever was missed between two chunks, the statement that would end the work asks once more."""
    monkeypatch.setenv("DEAF", "between")
    empty_site.worker(app="tests.services.deaf")
    assert import_and_cancel(empty_site, "writing")["state"] == "cancelled"
    assert_nothing_is_left(empty_site)


def test_the_twin_that_does_not_listen_writes_all(empty_site, monkeypatch):
    monkeypatch.setenv("DEAF", "wholly")
    empty_site.worker(app="tests.services.deaf")
    assert import_and_cancel(empty_site, "writing")["state"] == "written"
    with pytest.raises(AssertionError):
        assert_nothing_is_left(empty_site)
    assert counts(empty_site)["accounts_user"] == ROWS + 1

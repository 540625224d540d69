"""The servers that tests of real processes share."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from deploy.services import clear_redis
from tests.services.processes import Site, mail_server, named, new_database


@pytest.fixture(scope="session")
def servers() -> tuple[str, str]:
    database, broker = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    if not database.startswith("postgres") or not broker:
        pytest.skip("Needs PostgreSQL and Redis: run `make test-services`, which sets DATABASE_URL and REDIS_URL.")
    return database, broker


@pytest.fixture(scope="session")
def migrated(servers, tmp_path_factory):
    """The name of a database without people or courses, of which every test gets a copy."""
    database, broker = servers
    name, admin = f"lectern_empty_{os.getpid()}", named(database, "postgres")
    with new_database(admin, name) as address, mail_server() as mailbox:
        site = Site(address, broker, tmp_path_factory.mktemp("migrated"), mailbox)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"], env=site.env, cwd=settings.BASE_DIR, check=True
        )
        yield admin, name, broker


@pytest.fixture
def empty_site(migrated, tmp_path):
    """A site without people or courses, with a database and a folder of its own; no process runs yet."""
    admin, template, broker = migrated
    with new_database(admin, f"{template}_copy", template) as address, mail_server() as mailbox:
        clear_redis(broker)
        site = Site(address, broker, tmp_path, mailbox)
        try:
            yield site
        finally:
            site.close()
            clear_redis(broker)

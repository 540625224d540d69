"""The servers that tests of real processes share."""

import os

import pytest


@pytest.fixture(scope="module")
def servers() -> tuple[str, str]:
    database, broker = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    if not database.startswith("postgres") or not broker:
        pytest.skip("Needs PostgreSQL and Redis: run `make test-services`, which sets DATABASE_URL and REDIS_URL.")
    return database, broker

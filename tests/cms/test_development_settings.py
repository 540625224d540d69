"""`make run` with DEBUG=1 shows the queries behind a page."""

import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from tests import database

ASK = """
import django
django.setup()
from django.test import Client
answer = Client(headers={"host": "localhost"}).get("/accounts/login/")
print(answer.status_code, b"djDebug" in answer.content)
"""


@pytest.mark.parametrize("debug", [False, True])
def test_the_toolbar_stands_beside_a_page_only_in_debugging(tmp_path, debug, django_db_setup):
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "cms.settings.dev", "LECTERN_VAR": str(tmp_path)}
    if debug:
        env["DEBUG"] = "1"
    # Migrated before, for all tests.
    shutil.copy(database.stored_copy(), tmp_path / "lectern.sqlite3")
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["200", str(debug)]

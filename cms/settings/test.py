"""Fast and deterministic: no broker, no mail server, a quick hasher, files in a throw-away folder."""

import os
import tempfile
from pathlib import Path

# Each process of the tests has a number of Redis of its own; see deploy/services.py.
if os.environ.get("REDIS_URLS"):
    _process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["REDIS_URL"] = os.environ["REDIS_URLS"].split()[_process]

from cms.settings.base import *  # noqa: F403
from cms.settings.base import DATABASES, MIDDLEWARE, STORAGES, env

SECRET_KEY = "only-for-tests"
# Each answer says how many queries it took.
MIDDLEWARE = ["tests.query_counts.QueryCountMiddleware", *MIDDLEWARE]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BROKER_URL = "memory://"
if not env("DATABASE_URL", default=""):
    DATABASES |= {
        name: {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"} for name in ("default", "analytics")
    }
else:
    # The tests kill clients of PostgreSQL, never the server: a commit need not wait for the disk.
    for _database in DATABASES.values():
        if "options" in _database.get("OPTIONS", {}):
            _database["OPTIONS"]["options"] += " -c synchronous_commit=off"
# Machines that run tests are slow at times.
SLOW_QUERY_MS = 60_000
_files = Path(tempfile.gettempdir()) / "lectern-tests"
STATIC_ROOT = _files / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = _files / "media"
PRIVATE_ROOT = _files / "private"
STORAGES["private"]["OPTIONS"]["location"] = PRIVATE_ROOT
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
SERVE_MEDIA = True
OUTBOX_SHOWS_PRIVATE_MAIL = False
LECTERN_DEMO_ALLOWED = True
WAGTAILADMIN_BASE_URL = "http://testserver"
ACCOUNT_RATE_LIMITS = False
TASKS = {"default": {"BACKEND": "tests.index_tasks.TestBackend"}}

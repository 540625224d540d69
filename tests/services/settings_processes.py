"""Real processes that are wound up faster: a broker that hands out what was not acknowledged after seconds, not half an hour."""

import os

from cms.settings.dev import *  # noqa: F403
from cms.settings.dev import DATABASES

# Clients of PostgreSQL are killed here, never the server: a commit need not wait for the disk.
DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
ALLOWED_HOSTS = ["*"]
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": int(os.environ["LECTERN_REDELIVER_AFTER"])}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_TIMEOUT = 10
QUEUE_STUCK_AFTER = 45

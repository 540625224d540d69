"""Real processes that are wound up faster: a broker that hands out what was not acknowledged after seconds, not half an hour."""

import os

from cms.settings.dev import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": int(os.environ["LECTERN_REDELIVER_AFTER"])}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_TIMEOUT = 10
QUEUE_STUCK_AFTER = 45

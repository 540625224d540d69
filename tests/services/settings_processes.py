"""Real processes that are wound up faster: a broker that hands out what was not acknowledged after seconds, not half an hour."""

from cms.settings.dev import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 4}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_TIMEOUT = 10

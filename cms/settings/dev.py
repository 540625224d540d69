"""`make run`: one machine, nothing to configure, bound to this computer only."""

import importlib.util

from cms.secret_key import secret_key_from
from cms.settings.base import *  # noqa: F403
from cms.settings.base import INSTALLED_APPS, MIDDLEWARE, VAR_DIR, env

DEBUG = env.bool("DEBUG", default=False)
# Made once on the first start and kept beside the data, so that sessions survive a restart.
SECRET_KEY = env("SECRET_KEY", default="") or secret_key_from(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
WHITENOISE_USE_FINDERS = True
SERVE_MEDIA = True
# Without a mail server the outbox page is where mail is read, links included.
OUTBOX_SHOWS_PRIVATE_MAIL = True
LECTERN_DEMO_ALLOWED = True

# The queries and templates behind a page, beside it; only to those who sit at this computer (INTERNAL_IPS).
DEBUG_TOOLBAR = DEBUG and importlib.util.find_spec("debug_toolbar") is not None
if DEBUG_TOOLBAR:
    INSTALLED_APPS = [*INSTALLED_APPS, "debug_toolbar"]
    MIDDLEWARE = ["debug_toolbar.middleware.DebugToolbarMiddleware", *MIDDLEWARE]
    INTERNAL_IPS = ["127.0.0.1", "::1"]

"""The environment of a site in production, behind a proxy that speaks https, on this machine."""

import os
import tempfile
from pathlib import Path

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "cms.settings.production",
    "SECRET_KEY": "only-for-benchmarks-0123456789-0123456789-0123456789",
    "ALLOWED_HOSTS": "127.0.0.1",
    "WAGTAILADMIN_BASE_URL": "https://127.0.0.1",
    "BEHIND_PROXY": "1",
    # Nobody listens there; nothing that is measured sends mail.
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "DEFAULT_FROM_EMAIL": "Lectern <lectern@example.com>",
    "LOG_LEVEL": "ERROR",
}


def set_up() -> None:
    """Set all that production needs. DATABASE_URL and REDIS_URL are for whoever starts this to name."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres") or not os.environ.get("REDIS_URL"):
        raise SystemExit("Pages are measured on PostgreSQL and Redis: name them in DATABASE_URL and REDIS_URL.")
    os.environ.update(ENVIRONMENT)
    var = os.environ.setdefault("LECTERN_VAR", str(Path(tempfile.gettempdir()) / "lectern-benchmark"))
    # No page that is measured asks it.
    os.environ.setdefault("ANALYTICS_DATABASE_URL", f"sqlite:///{var}/analytics.sqlite3")

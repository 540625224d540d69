"""Production: starts only when every needed variable is set and safe."""

from django.core.exceptions import ImproperlyConfigured

from cms.settings.base import *  # noqa: F403
from cms.settings.base import ALLOWED_HOSTS, DATABASES, SECRET_KEY, STORAGES, WAGTAILADMIN_BASE_URL, env
from cms.settings.production_needs import NEEDED

_missing = [name for name in NEEDED if not env(name, default="")]
if _missing:
    raise ImproperlyConfigured(
        f"Lectern does not start in production without {', '.join(_missing)}. Set them in the environment; .env.example explains each."
    )
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY needs at least 50 random characters.")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of this site; * lets any host name through.")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3" and not env.bool(
    "LECTERN_ALLOW_SQLITE", default=False
):
    raise ImproperlyConfigured(
        "DATABASE_URL names SQLite. Production needs PostgreSQL; set LECTERN_ALLOW_SQLITE=1 for a single small machine."
    )
if not WAGTAILADMIN_BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("WAGTAILADMIN_BASE_URL must start with https://, since links in mail are made from it.")

DEBUG = False
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=False)
STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if env.bool("BEHIND_PROXY", default=False):
    TRUST_REQUEST_ID = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # nginx replaces X-Forwarded-For by the client's own address; sign-in limits count by it.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
OUTBOX_SHOWS_PRIVATE_MAIL = False
LECTERN_DEMO_ALLOWED = False

"""Settings that hold everywhere. Anything that differs by machine comes from the environment.

With no variable set, Lectern runs embedded: SQLite files and a private Valkey
socket in ``var/``, and mail that stays readable in the admin's mail outbox.
"""

from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from cms.supervisor.places import broker_socket

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()
VAR_DIR = Path(env("LECTERN_VAR", default="") or BASE_DIR / "var").resolve()

SECRET_KEY = env("SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    # Lectern, top row first, so that its templates win over a library's.
    "cms",
    "home",
    "reports",
    "analytics",
    "tracking",
    "gamification",
    "assessment",
    "learning",
    "lms_pages",
    "questions",
    "notifications",
    "library",
    "accounts",
    "operations",
    "workbench",
    # Libraries
    "allauth",
    "allauth.account",
    "django_celery_beat",
    "django_celery_results",
    "django_filters",
    "rest_framework",
    "wagtailmedia",
    "wagtail_modeladmin",
    # Wagtail
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.table_block",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "accounts.wagtail_users.ClosedUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.locales",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    # Django
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # The form renderer looks for templates in installed apps only.
    "django.forms",
]

MIDDLEWARE = [
    "operations.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "home.middleware.CacheControlMiddleware",
    "tracking.middleware.UsageMiddleware",
    "home.middleware.VisitorPagesMiddleware",
    "home.middleware.KnownSiteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonTimezoneMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Whether the proxy's name for a request is taken over.
TRUST_REQUEST_ID = False

# Data -----------------------------------------------------------------------
DATABASES = {
    "default": env.db_url_config(env("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'lectern.sqlite3'}"),
    # Facts and rollups, which can be made anew from the first.
    "analytics": env.db_url_config(
        env("ANALYTICS_DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'analytics.sqlite3'}"
    ),
}
for _database in DATABASES.values():
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        # Every write transaction takes the lock at its start; otherwise a read that
        # turns into a write fails at once with "database is locked".
        _database.setdefault("OPTIONS", {}).update(
            transaction_mode="IMMEDIATE",
            timeout=20,
            init_command=(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;"
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=67108864;"
            ),
        )
        continue
    # PostgreSQL takes the subqueries of a report for so much work that it compiles the query first; for a report over
    # 10,000 runs that was 0.7 of 0.9 seconds.
    _database.setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
    # The web server's threads share connections; cms/wsgi.py asks for it. Each is looked at before it is lent, so that a
    # server that was started anew costs nobody an error.
    if env.bool("DATABASE_POOL", default=False):
        _database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 5}
        _database["CONN_HEALTH_CHECKS"] = True
# Reports read here where it is set: a server that follows the first one, so that a long report slows nobody down.
REPORTS_DATABASE = "default"
if env("REPLICA_DATABASE_URL", default=""):
    REPORTS_DATABASE = "replica"
    DATABASES["replica"] = {**env.db_url("REPLICA_DATABASE_URL"), "TEST": {"MIRROR": "default"}}
    DATABASES["replica"].setdefault("OPTIONS", {}).setdefault(
        "options", "-c jit=off -c default_transaction_read_only=on"
    )
DATABASE_ROUTERS = ["cms.routers.Router"]
# A query that takes longer is written to the log with the request it belongs to; 0 writes none.
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=200)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_SOCKET = broker_socket(VAR_DIR)
REDIS_URL = env("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "workbench.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL or f"unix://{REDIS_SOCKET}?db=1",
        "KEY_PREFIX": "lectern",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Background work --------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{REDIS_SOCKET}?virtual_host=0"
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
# A task whose result nobody reads still says why it failed.
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = True
CELERY_RESULT_EXPIRES = 30 * 24 * 3600
CELERY_BEAT_SCHEDULER = "operations.scheduler:Scheduler"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TRACK_STARTED = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
# A process that has grown beyond 400 MB (in KB here) is replaced once its task is done; a PDF of 2,000 rows needs 250.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
# A queue is felt every minute, and the longest task takes ten: one that is silent for longer (seconds) does not move.
QUEUE_STUCK_AFTER = env.int("QUEUE_STUCK_AFTER", default=900)
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "notifications.tasks.*": {"queue": "mail"},
    "reports.tasks.render_run": {"queue": "reports"},
    "reports.tasks.make_export": {"queue": "reports"},
}
# What is on its way when the time of an attempt is up is taken for this long.
ASSESSMENT_GRACE_SECONDS = env.int("ASSESSMENT_GRACE_SECONDS", default=15)
# After so many seconds a run with many files goes on in another task; the rest of a task's time is for the file at hand.
REPORTS_RENDER_STEP = env.int("REPORTS_RENDER_STEP", default=240)
# A renderer that is silent for this long is taken for dead; longer than the hard limit of its task.
REPORTS_RENDER_LEASE = env.int("REPORTS_RENDER_LEASE", default=CELERY_TASK_TIME_LIMIT + 60)
# How long the files of reports are kept, and how long it is known what was sent to whom.
REPORTS_KEEP_FILES_DAYS = env.int("REPORTS_KEEP_FILES_DAYS", default=30)
REPORTS_KEEP_ROWS_DAYS = env.int("REPORTS_KEEP_ROWS_DAYS", default=400)
# Longer than the longest task, or Redis hands a running task to a second worker.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}

# People -----------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my_learning"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "user_token": "accounts.forms.ResetTokenForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# An administrator adds people, so an address is known to be theirs; a reset
# mail proves it once more.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
WAGTAILADMIN_LOGIN_URL = "/admin/login/"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = True

# Mail -------------------------------------------------------------------------
# Everything Django or a library sends becomes a row of the mail outbox first;
# the outbox alone speaks to the server named by EMAIL_URL.
EMAIL_BACKEND = "notifications.backends.OutboxBackend"
EMAIL_URL = env("EMAIL_URL", default="")
if EMAIL_URL:
    _mail = env.email_url("EMAIL_URL")
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"] or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Lectern <lectern@example.com>")

# Language and time --------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English")), ("de", _("German"))]
WAGTAIL_I18N_ENABLED = True
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env("TIME_ZONE", default="UTC")
CELERY_TIMEZONE = TIME_ZONE

# Files --------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default="") or VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "reports.finders.VendorFinder",
]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# In production nginx serves uploads; without it the site does.
SERVE_MEDIA = False
# Report files and mail attachments: never under an address that is served.
PRIVATE_ROOT = VAR_DIR / "private"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False

# Wagtail ------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Lectern"
# Only development adds it.
DEBUG_TOOLBAR = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
# Whoever writes courses here publishes them: docs/decisions/0017-no-moderation-workflow.md.
WAGTAIL_WORKFLOW_ENABLED = False
# A person's time zone is kept once, on the person; Wagtail asks no second time where it has one choice.
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
# Keys of analytics services: what stands here goes before what stands in the settings of the admin.
GA4_MEASUREMENT_ID = env("GA4_MEASUREMENT_ID", default="")
GA4_API_SECRET = env("GA4_API_SECRET", default="")
MIXPANEL_TOKEN = env("MIXPANEL_TOKEN", default="")
# Other servers that speak as these services do, such as `manage.py analytics_standin`.
GA4_ADDRESS = env("GA4_ADDRESS", default="")
MIXPANEL_ADDRESS = env("MIXPANEL_ADDRESS", default="")

WAGTAILADMIN_BASE_URL = env("WAGTAILADMIN_BASE_URL", default="http://127.0.0.1:8000")
WAGTAILIMAGES_IMAGE_MODEL = "library.Image"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "svg", "webp"]
WAGTAILDOCS_DOCUMENT_MODEL = "library.Document"
WAGTAILDOCS_EXTENSIONS = [
    "csv", "docx", "epub", "ipynb", "json", "key", "md", "odp", "ods", "odt", "pdf", "pptx", "py", "rtf",
    "sql", "tex", "tsv", "txt", "vtt", "xlsx", "xml", "yaml", "zip",
]  # fmt: skip
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILMEDIA = {"MEDIA_MODEL": "library.Media", "MEDIA_FORM_BASE": "", "AUDIO_EXTENSIONS": ["mp3", "m4a", "ogg", "wav"],
                "VIDEO_EXTENSIONS": ["mp4", "webm"]}  # fmt: skip
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILEMBEDS_RESPONSIVE_HTML = False
# Addresses an editor may embed. Nothing is fetched from them before a learner presses Play.
LECTERN_EMBED_HOSTS = ["www.youtube.com", "youtu.be", "www.youtube-nocookie.com", "vimeo.com", "player.vimeo.com"]
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {
            "features": [
                "h3",
                "h4",
                "bold",
                "italic",
                "ol",
                "ul",
                "link",
                "document-link",
                "code",
                "superscript",
                "subscript",
            ],
        },
    },
}
TAGGIT_CASE_INSENSITIVE = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # E-mail addresses are unique by a constraint that ignores case, which the check does not see.
]

X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"trace": {"()": "workbench.tracing.TraceFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(trace)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["trace"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # These tell every step; only their warnings matter here.
    "loggers": {
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "matplotlib": {"level": "WARNING"},
    },
}

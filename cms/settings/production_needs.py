"""The variables without which production does not start; .env.example explains each."""

NEEDED = [
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "ANALYTICS_DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "WAGTAILADMIN_BASE_URL",
]

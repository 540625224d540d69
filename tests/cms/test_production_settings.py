"""Production starts only with every needed variable, each of them safe."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = {
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "learn.example.com",
    "DATABASE_URL": "postgres://lectern@127.0.0.1/lectern",
    "ANALYTICS_DATABASE_URL": "postgres://lectern@127.0.0.1/analytics",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://name:password@mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "Lectern <learning@example.com>",
    "WAGTAILADMIN_BASE_URL": "https://learn.example.com",
}
PRINT = "import cms.settings.production as s; print({0})"


def load(changes=None, show="s.DEBUG"):
    """Import the settings in a process of their own: exit code, and what it printed."""
    env = {"PATH": os.environ["PATH"], **GOOD, **(changes or {})}
    env = {name: value for name, value in env.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-c", PRINT.format(show)], cwd=settings.BASE_DIR, env=env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_it_starts_with_everything_set():
    shown = "s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.LECTERN_DEMO_ALLOWED, s.SERVE_MEDIA"
    assert load(show=shown) == (0, "False True True False False")


def test_the_list_of_needed_variables_is_complete():
    code, needed = load(show="*s.NEEDED")
    assert (code, needed.split()) == (0, list(GOOD))


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_variable_is_named(name):
    code, sentence = load({name: None})
    assert code == 1
    assert f"does not start in production without {name}." in sentence


def test_an_empty_variable_counts_as_missing():
    code, sentence = load({"REDIS_URL": ""})
    assert code == 1
    assert "without REDIS_URL." in sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY needs at least 50 random characters."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the hosts of this site"),
        ({"DATABASE_URL": "sqlite:////tmp/x.sqlite3"}, "Production needs PostgreSQL"),
        ({"WAGTAILADMIN_BASE_URL": "http://learn.example.com"}, "must start with https://"),
    ],
)
def test_an_unsafe_value_is_refused(changes, sentence):
    code, said = load(changes)
    assert code == 1
    assert sentence in said


def test_behind_a_proxy_its_word_on_https_is_taken():
    shown = "getattr(s, 'SECURE_PROXY_SSL_HEADER', None)"
    assert load(show=shown) == (0, "None")
    assert load({"BEHIND_PROXY": "1"}, show=shown) == (0, "('HTTP_X_FORWARDED_PROTO', 'https')")


def test_behind_a_proxy_its_name_for_a_request_is_taken():
    assert load(show="s.TRUST_REQUEST_ID") == (0, "False")
    assert load({"BEHIND_PROXY": "1"}, show="s.TRUST_REQUEST_ID") == (0, "True")


@pytest.mark.parametrize("debug", ["0", "1"])
def test_the_debug_toolbar_is_absent(debug):
    shown = "s.DEBUG_TOOLBAR, [name for name in [*s.INSTALLED_APPS, *s.MIDDLEWARE] if 'debug_toolbar' in name]"
    assert load({"DEBUG": debug}, show=shown) == (0, "False []")


def test_a_pool_is_kept_where_the_web_server_asks_for_it():
    shown = "s.DATABASES['default']['OPTIONS'].get('pool'), s.DATABASES['default'].get('CONN_HEALTH_CHECKS')"
    assert load(show=shown) == (0, "None None")
    assert load({"DATABASE_POOL": "1"}, show=shown) == (0, "{'min_size': 1, 'max_size': 8, 'timeout': 5} True")
    wsgi = "s.env.bool('DATABASE_POOL', default=False) if __import__('cms.wsgi') else None"
    assert load({"DJANGO_SETTINGS_MODULE": "cms.settings.production"}, show=wsgi) == (0, "True")


def test_reports_read_from_a_replica_where_one_is_named():
    shown = "s.REPORTS_DATABASE, sorted(s.DATABASES), s.DATABASES.get('replica', {}).get('OPTIONS')"
    assert load(show=shown) == (0, "default ['analytics', 'default'] None")
    assert load({"REPLICA_DATABASE_URL": "postgres://reader@127.0.0.1/lectern"}, show=shown) == (
        0,
        "replica ['analytics', 'default', 'replica'] {'options': '-c jit=off -c default_transaction_read_only=on'}",
    )

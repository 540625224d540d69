"""A real browser against a live server."""

import shutil

import pytest
from django.conf import settings
from django.test import Client

from tests import database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session", autouse=True)
def database_beside_the_browser():
    """Playwright's loop runs in the thread that also asks the database; Django would refuse that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(autouse=True)
def first_pages(transactional_db):
    """A live server cannot roll back, so each test starts from the migrated database: first pages, roles, locales."""
    if database.can_copy():
        database.restore(database.stored_copy())


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium where there is one, else the one Playwright brings."""
    found = {"executable_path": CHROMIUM} if CHROMIUM else {}
    return {**browser_type_launch_args, **found, "args": ["--no-sandbox"]}


@pytest.fixture
def sign_in(context, live_server):
    """Signs a person in without the form: the cookie of a session made here."""

    def sign_in(person):
        client = Client()
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return sign_in

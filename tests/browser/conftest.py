"""A real browser against a live server."""

import shutil
import threading
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from tests import database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Milliseconds until what should be on a page is missing.
PATIENCE = 30_000
# Of everybody who signs in through the form.
PASSWORD = "ladders-and-rungs"


@pytest.fixture(scope="session", autouse=True)
def database_beside_the_browser():
    """Playwright's loop runs in the thread that also asks the database; Django would refuse that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session", autouse=True)
def one_request_at_a_time():
    """The threads of the live server share one connection, to a database in memory. SQLite holds its lock while it calls
    our functions, such as the median, and Python's module waits for that lock while it holds the interpreter's: two
    requests at once can wait for each other for ever. A site has a connection for each thread."""
    lock, call = threading.RLock(), WSGIHandler.__call__

    def one(self, environ, start_response):
        with lock:
            return call(self, environ, start_response)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIHandler, "__call__", one)
        yield lock


@pytest.fixture
def nobody_asks(one_request_at_a_time):
    """Holds for as long as the database is emptied between tests, also for what a closed page still asked for."""
    with one_request_at_a_time:
        yield


@pytest.fixture(autouse=True)
def first_pages(nobody_asks, transactional_db, one_request_at_a_time):
    """A live server cannot roll back, so each test starts from the migrated database: first pages, roles, locales."""
    if database.can_copy():
        database.restore("default")
    # While the test runs, requests are answered; before and after it nobody else touches the database.
    one_request_at_a_time.release()
    yield
    one_request_at_a_time.acquire()


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


@pytest.fixture
def visit(new_context, live_server):
    """Opens an address of the site in a browser of its own. Errors in any console fail the test at its end."""
    expect = pytest.importorskip("playwright.sync_api").expect
    wrong = []
    expect.set_options(timeout=PATIENCE)

    def visit(path):
        context = new_context(viewport={"width": 1280, "height": 900}, locale="en-US", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(live_server.url + path)
        fits(page)
        return page

    yield visit
    expect.set_options(timeout=None)
    assert wrong == []


@pytest.fixture
def enter(visit, live_server):
    """Signs a person in through the form, in a browser of their own, on the way to an address."""

    def enter(email, path):
        page = visit(path)
        sign_in_at(page, email)
        page.wait_for_url(live_server.url + path)
        return page

    return enter


def sign_in_at(page, email, password=PASSWORD):
    """Fill in the form that is open."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    fits(page)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def fits(page):
    scroll, width = page.evaluate("[document.scrollingElement.scrollWidth, document.documentElement.clientWidth]")
    assert scroll <= width, f"{page.url} scrolls sideways"


def heading(page, words):
    """Wait for the page of this name."""
    page.get_by_role("heading", level=1, name=words).wait_for()
    fits(page)


def said(page, words):
    """Wait for the message that follows an action."""
    page.get_by_text(words).wait_for()
    fits(page)


def texts_to(server, address):
    """What the server accepted for this address, oldest first."""
    mails = [message_from_bytes(content, policy=policy.default) for content in server.accepted]
    return [mail.get_body(("plain",)).get_content() for mail in mails if address in mail["To"]]

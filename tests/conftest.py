"""What every test may use. Data is built through factories and services."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from hypothesis import settings as hypothesis
from xdist.scheduler import LoadScopeScheduling

from gamification.services.settling import last_taken_in
from tests import database
from tests.factories.accounts import make_person
from tests.factories.lms_pages import make_course
from tests.index_tasks import TestBackend
from tests.notifications.smtp_server import ScriptedServer
from tracking.models import TrackingSettings
from tracking.selectors import site as tracking
from workbench import kept

# The same examples each time, so that a gate fails for a change and not by chance; `explore` asks new ones.
hypothesis.register_profile("repeatable", derandomize=True)
hypothesis.register_profile("explore")
hypothesis.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

SHARED_DATA = Path(os.environ.get("LECTERN_SHARED_DATA") or settings.BASE_DIR.parent / "shared" / "data")


@pytest.fixture(scope="session")
def django_db_use_migrations():
    """Migrations run once per set of migrations; later runs start from the stored result."""
    return not (database.can_copy() and database.are_stored())


@pytest.fixture(scope="session")
def django_db_setup(django_db_use_migrations, django_db_setup, django_db_blocker):
    if database.can_copy():
        with django_db_blocker.unblock():
            if django_db_use_migrations:
                database.store()
            else:
                database.restore()


@pytest.fixture
def shared_data() -> Path:
    """Real courses, logs and hostile input that stand beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("The shared test data does not stand beside this checkout (LECTERN_SHARED_DATA).")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {**settings.STORAGES["private"], "OPTIONS": {"location": settings.PRIVATE_ROOT, "base_url": None}},
    }


@pytest.fixture(autouse=True)
def settings_of_this_test(monkeypatch):
    """Each test begins with the settings of a new site, as if they had been read before; saving others ends them."""
    kept.forget_all()
    for name in ("site settings", "gamification settings"):
        kept.kept(name, None, dict, of=("settings",))
    # Counting a page is one query after the answer, and tests that count queries are about the answer.
    uncounted = {"page_views": False}
    monkeypatch.setattr(tracking, "stored_settings", lambda: TrackingSettings.objects.values().first() or uncounted)
    kept.kept("tracking settings", None, lambda: uncounted, of=("settings",))
    # A test is rolled back, so the next one has events with the same ids.
    last_taken_in.events = frozenset()


@pytest.fixture
def committed(db):
    """Calling it says what a commit of all that was written so far would say: from then on what is kept is taken."""

    def say() -> None:
        said = [hook for hook in connection.run_on_commit if isinstance(hook[1], kept.Ended)]
        connection.run_on_commit = [hook for hook in connection.run_on_commit if hook not in said]
        for _saves, end, _robust in said:
            end()

    yield say
    # What was kept meanwhile is of rows that are about to be rolled back.
    for area in kept.areas():
        kept.end(area)


@pytest.fixture(autouse=True)
def indexes_of_this_test(request, monkeypatch):
    """Search finds, and "used in" counts, what tests marked `indexed` make."""
    monkeypatch.setattr(TestBackend, "keeps_indexes", request.node.get_closest_marker("indexed") is not None)


@pytest.fixture
def use_server(settings):
    """Point the site at a scripted mail server, with short patience."""

    def point(server: ScriptedServer, patience: float = 0.3) -> ScriptedServer:
        settings.EMAIL_URL = f"smtp://{server.host}:{server.port}"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = patience
        return server

    return point


@pytest.fixture
def mail_server(use_server):
    """A mail server that takes everything, and the site pointed at it."""
    with ScriptedServer() as running:
        yield use_server(running, patience=5)


@pytest.fixture
def anonymous():
    return AnonymousUser()


@pytest.fixture
def learner(db):
    return make_person("Lea Learner")


@pytest.fixture
def course(db):
    """An open course: two modules of two lessons, one with a check."""
    return make_course()


@pytest.fixture
def signed_in(client, learner):
    client.force_login(learner)
    return client


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A test that may use the database may use both: what a report is read from is the report's business."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark is not None:
            mark.kwargs.setdefault("databases", list(database.ALIASES))
        elif {"db", "transactional_db"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.django_db(databases=list(database.ALIASES)))


class Halves(LoadScopeScheduling):
    """The tests against services in two halves, each in order in one process: those of real processes, which mostly wait,
    and those of a database, of which the ones that empty it come last."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "processes" if "tests/services/" in file or file.endswith("_processes.py") else "the rest"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Halves(config, log) if config.option.markexpr == "services" else None

"""A mail server for the site of a test."""

import pytest

from notifications.registries import mail_checks
from tests.notifications.smtp_server import ScriptedServer


@pytest.fixture
def use_server(settings):
    """Point the site at a scripted server, with short patience."""

    def point(server: ScriptedServer, patience: float = 0.3) -> ScriptedServer:
        settings.EMAIL_URL = f"smtp://{server.host}:{server.port}"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = patience
        return server

    return point


@pytest.fixture
def server(use_server):
    """A mail server that takes everything, and the site pointed at it."""
    with ScriptedServer() as running:
        yield use_server(running, patience=5)


@pytest.fixture(autouse=True)
def no_checks(monkeypatch):
    """What upper apps ask of their own mail is tested with them."""
    for kind in list(mail_checks):
        monkeypatch.delitem(mail_checks, kind)

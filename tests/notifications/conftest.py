"""Mail by itself."""

import pytest

from notifications.registries import mail_checks


@pytest.fixture
def server(mail_server):
    """A mail server that takes everything, and the site pointed at it."""
    return mail_server


@pytest.fixture(autouse=True)
def no_checks(monkeypatch):
    """What upper apps ask of their own mail is tested with them."""
    for kind in list(mail_checks):
        monkeypatch.delitem(mail_checks, kind)

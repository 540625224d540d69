"""`manage.py send_test_mail` says what the server answered."""

import pytest
from django.core.management import CommandError, call_command

from notifications.models import OutboxMail
from tests.notifications.smtp_server import ScriptedServer

pytestmark = pytest.mark.django_db


def test_sent(server, capsys):
    call_command("send_test_mail", "reader@example.com")
    assert capsys.readouterr().out.strip().endswith(", the mail server took it over.")
    assert len(server.accepted) == 1


def test_refused(use_server):
    with ScriptedServer({"rcpt": "550 no such user"}) as server:
        use_server(server)
        with pytest.raises(CommandError, match="refuses this address: “550 no such user”"):
            call_command("send_test_mail", "reader@example.com")


def test_postponed(use_server):
    with ScriptedServer({"greeting": "421 busy"}) as server:
        use_server(server)
        with pytest.raises(CommandError, match=r"“421 busy”\. Not sent so far \(tries: 1\)\. On "):
            call_command("send_test_mail", "reader@example.com")


def test_without_a_server(settings):
    settings.EMAIL_URL = ""
    with pytest.raises(CommandError, match="No mail server is set"):
        call_command("send_test_mail", "reader@example.com")


def test_no_address():
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command("send_test_mail", "nobody")
    assert not OutboxMail.objects.exists()

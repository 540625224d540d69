"""Mail of Django and its libraries goes through the outbox."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection, mail_admins, send_mail
from django.db import transaction
from django.urls import reverse

from notifications.exceptions import MailRefused
from notifications.models import MailState, OutboxMail
from tests.factories.accounts import make_person
from workbench.kept import Ended

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings):
    """pytest-django puts a list in place of the backend; these tests want the real one."""
    settings.EMAIL_BACKEND = "notifications.backends.OutboxBackend"
    settings.EMAIL_URL = ""


def test_one_row_per_recipient():
    person = make_person("Lea Learner", email="lea@example.com")
    message = EmailMultiAlternatives(
        "Hello", "Text", to=["Lea <LEA@example.com>"], cc=["b@example.com"], bcc=["c@example.com"], reply_to=["r@example.com"],
        headers={"X-Note": "yes", "Message-ID": "<mine@example.com>"},
    )  # fmt: skip
    message.attach_alternative("<p>Text</p>", "text/html")
    message.attach("list.csv", "a,b", "text/csv")
    assert message.send() == 1
    rows = OutboxMail.objects.order_by("pk")
    assert [row.to_address for row in rows] == ["LEA@example.com", "b@example.com", "c@example.com"]
    first = rows[0]
    assert (first.kind, first.is_private, first.recipient, first.to_name) == ("account", True, person, "Lea")
    assert (first.subject, first.text, first.html) == ("Hello", "Text", "<p>Text</p>")
    assert first.headers == {"X-Note": "yes", "Reply-To": "r@example.com"}
    assert first.attachments.get().open().read() == b"a,b"
    assert rows[1].recipient is None


def test_mail_goes_after_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        send_mail("Hello", "Text", None, ["lea@example.com"])
        assert OutboxMail.objects.get().state == MailState.PENDING
    (wake,) = [callback for callback in callbacks if not isinstance(callback, Ended)]
    wake()
    assert OutboxMail.objects.get().state == MailState.KEPT


def test_many_mails_are_left_to_the_sweep(django_capture_on_commit_callbacks):
    """One message to the broker, however many mails; none is lost and none is doubled."""
    messages = [EmailMultiAlternatives("Hello", "Text", to=[f"r{number}@example.com"]) for number in range(40)]
    with django_capture_on_commit_callbacks() as callbacks:
        assert get_connection().send_messages(messages) == 40
    (wake,) = [callback for callback in callbacks if not isinstance(callback, Ended)]
    assert set(OutboxMail.objects.values_list("state", flat=True)) == {MailState.PENDING}
    wake()
    assert set(OutboxMail.objects.values_list("state", flat=True)) == {MailState.KEPT}
    assert OutboxMail.objects.values("to_address").distinct().count() == OutboxMail.objects.count() == 40


def test_mail_of_a_transaction_that_failed_was_never_written():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send_mail("Hello", "Text", None, ["lea@example.com"])
        raise ZeroDivisionError
    assert not OutboxMail.objects.exists()


def test_header_injection_is_refused():
    with pytest.raises(MailRefused):
        send_mail("Hello\nBcc: x@example.com", "Text", None, ["lea@example.com"])
    with pytest.raises(MailRefused):
        send_mail("Hello", "Text", None, ["lea@example.com\nBcc: x@example.com"])
    assert not OutboxMail.objects.exists()


def test_one_bad_recipient_writes_none():
    with pytest.raises(MailRefused):
        send_mail("Hello", "Text", None, ["lea@example.com", "nobody"])
    assert not OutboxMail.objects.exists()


def test_html_only_and_other_sender():
    message = EmailMultiAlternatives("Hello", "<p>Text</p>", "other@example.com", ["lea@example.com"])
    message.content_subtype = "html"
    message.send()
    mail = OutboxMail.objects.get()
    assert (mail.text, mail.html, mail.headers) == ("", "<p>Text</p>", {"Reply-To": "other@example.com"})


def test_without_recipients_nothing_is_written(settings):
    settings.ADMINS = []
    mail_admins("Hello", "Text")
    assert EmailMultiAlternatives("Hello", "Text").send() == 0
    assert not OutboxMail.objects.exists()


def test_password_reset_mail_is_private(client, server, django_capture_on_commit_callbacks):
    person = make_person(email="lea@example.com", password="a long old password")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": "lea@example.com"})
    mail = OutboxMail.objects.get()
    assert (mail.recipient, mail.is_private, mail.state, mail.text) == (person, True, MailState.SENT, "")
    assert b"/accounts/password/reset/key/" in server.accepted[0]

"""Writing mail into the outbox."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.exceptions import MailRefused
from notifications.models import MailState, OutboxAttachment, OutboxMail
from notifications.services import Attachment, Draft, queue_mail, queue_mails, send_test_mail
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db
MAIL = {"kind": "report", "to": "reader@example.com", "subject": "Hello", "text": "Text"}


def test_a_mail_is_due_at_once():
    mail = queue_mail(**MAIL)
    assert (mail.state, mail.attempts_made, mail.fence) == (MailState.PENDING, 0, 0)
    assert list(OutboxMail.objects.due()) == [mail]
    assert mail.dedupe_key == str(mail.uuid)


def test_the_same_happening_is_written_once():
    first = queue_mail(
        **MAIL, dedupe_key="schedule-1/2026-W48/reader", attachments=[Attachment("a.csv", "text/csv", content=b"1")]
    )
    again = queue_mail(
        **{**MAIL, "text": "Other"},
        dedupe_key="schedule-1/2026-W48/reader",
        attachments=[Attachment("b.csv", content=b"2")],
    )
    assert again == first
    assert OutboxMail.objects.get().text == "Text"
    assert OutboxAttachment.objects.get().name == "a.csv"


def test_many_mails_are_written_in_their_order_and_each_key_once():
    before = queue_mail(**MAIL, dedupe_key="b")
    drafts = [
        Draft(**{**MAIL, "text": key}, dedupe_key=key, attachments=[Attachment(f"{key}.txt", content=key.encode())])
        for key in ("a", "b", "c", "a")
    ]
    mails = queue_mails(drafts)
    assert [mail.dedupe_key for mail in mails] == ["a", "b", "c", "a"]
    assert (mails[1], mails[3]) == (before, mails[0])
    assert sorted(OutboxMail.objects.values_list("text", flat=True)) == ["Text", "a", "c"]
    assert sorted(OutboxAttachment.objects.values_list("mail__text", "name")) == [("a", "a.txt"), ("c", "c.txt")]


def test_many_mails_cost_as_many_statements_as_few():
    counts = []
    for number in (10, 40):
        with CaptureQueriesContext(connection) as captured:
            queue_mails([Draft(**MAIL, dedupe_key=f"{number}-{n}") for n in range(number)])
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert OutboxMail.objects.count() == 50


def test_one_unusable_mail_among_many_writes_none():
    good = Draft(**MAIL)
    for wrong in (Draft(**{**MAIL, "to": "nobody"}), Draft(**MAIL, attachments=[Attachment("a\nb", content=b"x")])):
        with pytest.raises(MailRefused):
            queue_mails([*[good] * 250, wrong])
    assert not OutboxMail.objects.exists()


def test_message_id_follows_the_happening_and_the_site(settings):
    first = queue_mail(**MAIL, dedupe_key="one")
    OutboxMail.objects.all().delete()
    assert queue_mail(**MAIL, dedupe_key="one").message_id == first.message_id
    assert first.message_id.endswith("@testserver>")
    assert queue_mail(**MAIL, dedupe_key="two").message_id != first.message_id
    settings.WAGTAILADMIN_BASE_URL = "https://learn.example.com"
    OutboxMail.objects.all().delete()
    elsewhere = queue_mail(**MAIL, dedupe_key="one").message_id
    assert elsewhere != first.message_id
    assert elsewhere.endswith("@learn.example.com>")


def test_mails_without_a_key_are_different():
    assert queue_mail(**MAIL).message_id != queue_mail(**MAIL).message_id


def test_mails_share_a_stored_file():
    path = storages["private"].save("reports/run.pdf", ContentFile(b"%PDF"))
    mails = [
        queue_mail(**{**MAIL, "to": f"r{n}@example.com"}, attachments=[Attachment("run.pdf", "application/pdf", path)])
        for n in range(2)
    ]
    assert [mail.attachments.get().path for mail in mails] == [path, path]
    with mails[0].attachments.get().open() as stored:
        assert stored.read() == b"%PDF"


def test_content_is_stored_under_a_name_that_stays_inside():
    mail = queue_mail(**MAIL, attachments=[Attachment("../../etc/passwd", content=b"x")])
    attachment = mail.attachments.get()
    assert attachment.name == "passwd"
    assert attachment.path.startswith(f"mail/{mail.uuid}/")


def test_the_recipients_name_is_taken_from_the_person():
    person = make_person("Lea Learner")
    assert queue_mail(**MAIL, recipient=person).to_name == "Lea Learner"


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "nobody"},
        {"to": "a@example.com\nBcc: b@example.com"},
        {"subject": "Hello\r\nBcc: b@example.com"},
        {"to_name": "Lea\nBcc: b@example.com"},
        {"headers": {"X-Note": "a\nBcc: b@example.com"}},
        {"headers": {"Bcc": "b@example.com"}},
        {"dedupe_key": "x" * 301},
        {"attachments": [Attachment("a\nb", content=b"x")]},
    ],
)
def test_refused_and_nothing_written(wrong):
    with pytest.raises(MailRefused):
        queue_mail(**{**MAIL, **wrong})
    assert not OutboxMail.objects.exists()


def test_test_mail_names_site_and_person():
    actor = make_person("Ada Admin", email="ada@example.com")
    mail = send_test_mail(to="Ada@example.com", actor=actor)
    assert (mail.kind, mail.recipient, mail.subject) == ("test", actor, "Test mail from Lectern")
    assert "(http://testserver)" in mail.text
    assert "Ada Admin asked for it." in mail.text
    assert send_test_mail(to="other@example.com", actor=actor).recipient is None

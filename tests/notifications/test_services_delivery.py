"""The hand-over: what becomes of a mail, whatever the server, the checks or a crash do."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.files.storage import storages
from django.utils import timezone
from wagtail.models import ModelLogEntry

from notifications import registries
from notifications.exceptions import ResendRefused
from notifications.models import MailAttempt, MailState, OutboxMail
from notifications.services import (
    Attachment,
    delivery,
    erase_stale_private_mail,
    expire_leases,
    hand_over_mail,
    queue_mail,
    resend_mail,
)
from notifications.smtp import Outcome, Stage, Verdict
from notifications.tasks import send_mail, sweep_mail
from tests.factories.accounts import make_person
from tests.factories.notifications import make_mail
from tests.notifications.smtp_server import DROP, HANG, ScriptedServer

pytestmark = pytest.mark.django_db


def attempts(mail):
    return list(mail.attempts.values_list("number", "stage", "outcome", "code"))


def make_due(mail):
    OutboxMail.objects.filter(pk=mail.pk).update(next_attempt_at=timezone.now())


def test_sent(server):
    mail = queue_mail(
        kind="report", to="reader@example.com", to_name="Rea Der", subject="Weekly report", text="Numbers", html="<p>Numbers</p>",
        headers={"List-Unsubscribe": "<https://example.com/stop>"},
        attachments=[Attachment("run.pdf", "application/pdf", content=b"%PDF-1.7")],
    )  # fmt: skip
    assert hand_over_mail(mail_id=mail.pk) == MailState.SENT
    mail.refresh_from_db()
    assert (mail.state, mail.attempts_made, mail.last_error, mail.next_attempt_at) == (MailState.SENT, 1, "", None)
    assert timezone.now() - mail.sent_at < timedelta(minutes=1)
    assert attempts(mail) == [(1, "final", "sent", 250)]
    message = message_from_bytes(server.accepted[0], policy=policy.default)
    assert (message["To"], message["Message-ID"]) == ("Rea Der <reader@example.com>", mail.message_id)
    assert message["List-Unsubscribe"] == "<https://example.com/stop>"
    assert [part.get_content() for part in message.iter_attachments()] == [b"%PDF-1.7"]


def test_a_sent_mail_is_not_sent_again(server):
    mail = make_mail()
    for _number in range(3):
        assert send_mail(mail.pk) == MailState.SENT
    assert len(server.accepted) == 1
    assert mail.attempts.count() == 1


def test_not_before_its_time(server):
    mail = make_mail()
    OutboxMail.objects.filter(pk=mail.pk).update(next_attempt_at=timezone.now() + timedelta(minutes=1))
    assert hand_over_mail(mail_id=mail.pk) == MailState.PENDING
    assert server.commands == []


def test_without_a_server_mail_is_kept(settings):
    settings.EMAIL_URL = ""
    mail = make_mail()
    assert hand_over_mail(mail_id=mail.pk) == MailState.KEPT
    mail.refresh_from_db()
    assert mail.last_error == "No mail server is set (EMAIL_URL), so this mail is kept here to read."
    assert (mail.attempts_made, mail.next_attempt_at) == (0, None)


@pytest.mark.parametrize(
    ("faults", "state", "stage", "outcome", "code"),
    [
        ({"greeting": HANG}, MailState.PENDING, "greeting", "retry", None),
        ({"rcpt": "450 greylisted"}, MailState.PENDING, "rcpt", "retry", 450),
        ({"rcpt": "550 no such user"}, MailState.FAILED, "rcpt", "refused", 550),
        ({"data": "554 no"}, MailState.FAILED, "data", "refused", 554),
        ({"final": "554 spam"}, MailState.FAILED, "final", "refused", 554),
        ({"final": DROP}, MailState.UNKNOWN, "final", "unknown", None),
        ({"final": HANG}, MailState.UNKNOWN, "final", "unknown", None),
    ],
)
def test_state_after_a_fault(use_server, faults, state, stage, outcome, code):
    mail = make_mail()
    with ScriptedServer(faults) as server:
        use_server(server, patience=0.1)
        assert hand_over_mail(mail_id=mail.pk) == state
    mail.refresh_from_db()
    assert attempts(mail) == [(1, stage, outcome, code)]
    assert mail.last_error == mail.attempts.get().sentence != ""
    assert mail.lease_until is None
    assert (mail.next_attempt_at is None) == (state != MailState.PENDING)
    assert server.accepted == []


def test_a_bad_address_does_not_touch_another_mail(use_server):
    with ScriptedServer({"rcpt": "550 no such user"}) as server:
        use_server(server)
        assert hand_over_mail(mail_id=make_mail().pk) == MailState.FAILED
    with ScriptedServer() as server:
        use_server(server)
        assert hand_over_mail(mail_id=make_mail().pk) == MailState.SENT
    assert len(server.accepted) == 1


def test_eight_tries_in_a_day_then_failed(use_server):
    mail = make_mail()
    waits = []
    with ScriptedServer({"greeting": "421 down"}) as server:
        use_server(server)
        for _number in range(8):
            make_due(mail)
            state = hand_over_mail(mail_id=mail.pk)
            mail.refresh_from_db()
            if state == MailState.PENDING:
                waits.append(mail.next_attempt_at - mail.attempts.last().ended_at)
    assert mail.state == MailState.FAILED
    assert mail.last_error.startswith("Given up after 8 tries. The mail server at ")
    assert mail.attempts.count() == 8
    minutes = [1, 5, 15, 60, 180, 360, 720]
    for wait, least in zip(waits, minutes, strict=True):
        assert timedelta(minutes=least) <= wait <= timedelta(minutes=least * 1.05, seconds=1)
    assert sum(minutes) * 1.05 < 24 * 60
    assert not OutboxMail.objects.due(timezone.now() + timedelta(days=30)).exists()


def test_a_check_holds_the_mail_back(server, monkeypatch):
    seen = []
    monkeypatch.setitem(
        registries.mail_checks, "report", lambda mail: seen.append(mail.state) or "The reader lost access."
    )
    mail = make_mail(kind="report", is_private=True)
    assert hand_over_mail(mail_id=mail.pk) == MailState.SUPPRESSED
    mail.refresh_from_db()
    assert mail.last_error == "The reader lost access."
    assert mail.text == ""
    assert seen == [MailState.SENDING]
    assert attempts(mail) == [(1, "check", "suppressed", None)]
    assert server.commands == []
    assert hand_over_mail(mail_id=make_mail(kind="test").pk) == MailState.SENT


def test_a_check_that_fails_postpones(server, monkeypatch):
    monkeypatch.setitem(registries.mail_checks, "report", lambda mail: 1 / 0)
    mail = make_mail(kind="report")
    assert hand_over_mail(mail_id=mail.pk) == MailState.PENDING
    assert attempts(mail) == [(1, "check", "retry", None)]
    assert server.commands == []


def test_a_missing_file_fails_for_good(server):
    mail = make_mail(attachments=[Attachment("run.pdf", content=b"x")])
    storages["private"].delete(mail.attachments.get().path)
    assert hand_over_mail(mail_id=mail.pk) == MailState.FAILED
    mail.refresh_from_db()
    assert mail.last_error == "A file that belongs to this mail is gone."
    assert server.commands == []


def test_an_unusable_sender_fails_with_the_reason(server, settings):
    settings.DEFAULT_FROM_EMAIL = "Lectern"
    mail = make_mail()
    assert hand_over_mail(mail_id=mail.pk) == MailState.FAILED
    mail.refresh_from_db()
    assert mail.last_error == "The mail cannot be written: “Lectern” is not an e-mail address."


# One worker speaks for a mail -------------------------------------------------


def test_two_workers_that_read_the_same_row(server):
    """Both saw it waiting; the conditional update lets one through."""
    mail = make_mail()
    one, two = (OutboxMail.objects.get(pk=mail.pk) for _number in range(2))
    assert delivery.claim_mail(one).fence == 1
    assert delivery.claim_mail(two) is None
    assert mail.attempts.count() == 1


def test_a_claim_does_not_survive_a_resend_in_between():
    mail = make_mail(state=MailState.FAILED)
    stale = OutboxMail.objects.get(pk=mail.pk)
    stale.state = MailState.PENDING
    resend_mail(mail=mail, actor=make_person())
    assert delivery.claim_mail(stale) is None


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


def die(*args, **kwargs):
    raise Killed


def crash_after_receipt(mail, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(delivery, "record_outcome", die)
        hand_over_mail(mail_id=mail.pk)


def let_lease_run_out(mail):
    OutboxMail.objects.filter(pk=mail.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_killed_between_receipt_and_record(server, monkeypatch):
    """The server took the mail, nobody wrote it down. It becomes unknown and is never sent again by itself."""
    mail = make_mail()
    crash_after_receipt(mail, monkeypatch)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts_made) == (MailState.SENDING, 1)
    assert mail.lease_until > timezone.now() + timedelta(minutes=10)

    assert sweep_mail() == {"unknown": 0, "erased": 0, "woken": 0}
    assert hand_over_mail(mail_id=mail.pk) == MailState.SENDING

    let_lease_run_out(mail)
    assert sweep_mail() == {"unknown": 1, "erased": 0, "woken": 0}
    for _number in range(3):
        sweep_mail()
        send_mail(mail.pk)
    mail.refresh_from_db()
    assert mail.state == MailState.UNKNOWN
    assert "may or may not have arrived" in mail.last_error
    assert attempts(mail) == [(1, "", "", None)]
    assert len(server.accepted) == 1


def test_the_twin_without_the_lease_doubles(server, monkeypatch):
    """What a sweep would do that simply put abandoned mail back: the reader gets it twice."""
    mail = make_mail()
    crash_after_receipt(mail, monkeypatch)
    let_lease_run_out(mail)
    OutboxMail.objects.abandoned().update(state=MailState.PENDING, next_attempt_at=timezone.now())
    hand_over_mail(mail_id=mail.pk)
    assert len(server.accepted) == 2


def test_killed_before_the_server_heard_of_it(server, monkeypatch):
    mail = make_mail()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(delivery, "attempt", die)
        hand_over_mail(mail_id=mail.pk)
    let_lease_run_out(mail)
    assert expire_leases() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.last_error != "") == (MailState.UNKNOWN, True)
    assert server.accepted == []


def test_a_slow_worker_knows_better_than_unknown(server):
    mail = make_mail()
    claimed = delivery.claim_mail(mail)
    let_lease_run_out(mail)
    expire_leases()
    outcome = Outcome(Stage.FINAL, Verdict.SENT, "Taken.", 250)
    assert delivery.record_outcome(mail=claimed, outcome=outcome) == MailState.SENT


def test_a_slow_worker_does_not_overrule_a_resend(server):
    mail = make_mail()
    claimed = delivery.claim_mail(mail)
    let_lease_run_out(mail)
    expire_leases()
    mail.refresh_from_db()
    resend_mail(mail=mail, actor=make_person())
    outcome = Outcome(Stage.RCPT, Verdict.REFUSED, "No.", 550)
    assert delivery.record_outcome(mail=claimed, outcome=outcome) == MailState.PENDING
    assert attempts(mail) == [(1, "rcpt", "refused", 550)]


# Sending again ----------------------------------------------------------------


@pytest.mark.parametrize(
    "state", [MailState.SENT, MailState.KEPT, MailState.FAILED, MailState.UNKNOWN, MailState.SUPPRESSED]
)
def test_resend(server, state):
    actor = make_person("Ada Admin")
    mail = make_mail(state=state)
    message_id = mail.message_id
    mail = resend_mail(mail=mail, actor=actor)
    assert (mail.state, mail.tries, mail.last_error) == (MailState.PENDING, 0, "")
    entry = ModelLogEntry.objects.for_instance(mail).get()
    assert (entry.action, entry.user, entry.data) == ("notifications.resend", actor, {"from": state})
    assert hand_over_mail(mail_id=mail.pk) == MailState.SENT
    assert f"Message-ID: {message_id}\r\n".encode() in server.accepted[0]


def test_resend_counts_tries_anew(use_server):
    mail = make_mail()
    OutboxMail.objects.filter(pk=mail.pk).update(state=MailState.FAILED, attempts_made=8, tries=8)
    MailAttempt.objects.bulk_create([MailAttempt(mail=mail, number=number) for number in range(1, 9)])
    mail.refresh_from_db()
    resend_mail(mail=mail, actor=make_person())
    with ScriptedServer({"greeting": "421 down"}) as server:
        use_server(server)
        assert hand_over_mail(mail_id=mail.pk) == MailState.PENDING
    mail.refresh_from_db()
    assert (mail.attempts_made, mail.tries, mail.attempts.last().number) == (9, 1, 9)


@pytest.mark.parametrize("state", [MailState.PENDING, MailState.SENDING])
def test_resend_refused_while_on_its_way(state):
    mail = make_mail(state=state)
    before = OutboxMail.objects.values().get()
    with pytest.raises(ResendRefused, match="already on its way"):
        resend_mail(mail=mail, actor=make_person())
    assert OutboxMail.objects.values().get() == before
    assert not ModelLogEntry.objects.filter(action="notifications.resend").exists()


def test_two_people_resend_at_once():
    mail = make_mail(state=MailState.UNKNOWN)
    stale = OutboxMail.objects.get(pk=mail.pk)
    resend_mail(mail=mail, actor=make_person())
    with pytest.raises(ResendRefused, match="changed while you looked"):
        resend_mail(mail=stale, actor=make_person())
    assert ModelLogEntry.objects.filter(action="notifications.resend").count() == 1


# Private mail -----------------------------------------------------------------


def test_private_text_is_erased_once_sent(server):
    mail = make_mail(is_private=True, text="https://example.com/reset/abc", html="<p>abc</p>")
    assert hand_over_mail(mail_id=mail.pk) == MailState.SENT
    assert b"reset/abc" in server.accepted[0]
    mail.refresh_from_db()
    assert (mail.text, mail.html) == ("", "")
    assert mail.body_erased_at is not None
    with pytest.raises(ResendRefused, match="has been erased"):
        resend_mail(mail=mail, actor=make_person())


def test_private_text_stays_for_a_resend_until_its_link_runs_out(settings):
    settings.PASSWORD_RESET_TIMEOUT = 3600
    old, young, kept, open_one = (
        make_mail(state=MailState.FAILED, is_private=True),
        make_mail(state=MailState.UNKNOWN, is_private=True),
        make_mail(state=MailState.KEPT, is_private=True),
        make_mail(state=MailState.FAILED),
    )
    OutboxMail.objects.exclude(pk=young.pk).update(created_at=timezone.now() - timedelta(hours=2))
    settings.OUTBOX_SHOWS_PRIVATE_MAIL = True
    assert erase_stale_private_mail() == 1
    settings.OUTBOX_SHOWS_PRIVATE_MAIL = False
    assert erase_stale_private_mail() == 1
    assert erase_stale_private_mail() == 0
    erased = OutboxMail.objects.filter(text="")
    assert set(erased) == {old, kept}
    assert OutboxMail.objects.get(pk=open_one.pk).text != ""


def test_private_text_is_readable_only_where_settings_say_so(settings):
    mail = make_mail(is_private=True)
    assert not mail.body_is_readable
    settings.OUTBOX_SHOWS_PRIVATE_MAIL = True
    assert mail.body_is_readable
    assert make_mail().body_is_readable

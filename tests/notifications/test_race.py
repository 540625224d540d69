"""Many workers and one mail, on a database that runs them at the same time."""

import threading
from functools import partial

import pytest

from notifications.models import MailAttempt, MailState, OutboxMail
from notifications.services import Draft, delivery, hand_over_mail, queue_mails
from tests.factories.notifications import make_mail
from tests.races import need_postgresql, none_fails

WORKERS = 8
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


def hand_over_at_once(mail, monkeypatch, claim):
    """Let all workers read the waiting row before any of them claims it; the states they saw afterwards."""
    everybody_has_read = threading.Barrier(WORKERS, timeout=20)

    def claim_together(row):
        everybody_has_read.wait()
        return claim(row)

    monkeypatch.setattr(delivery, "claim_mail", claim_together)
    return none_fails(*[partial(hand_over_mail, mail_id=mail.pk)] * WORKERS)


def test_one_of_many_workers_hands_the_mail_over(server, monkeypatch):
    mail = make_mail()
    states = hand_over_at_once(mail, monkeypatch, delivery.claim_mail)
    assert len(states) == WORKERS
    assert set(states) <= {MailState.SENDING, MailState.SENT}
    assert len(server.accepted) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.fence, mail.attempts_made, mail.attempts.count()) == (MailState.SENT, 1, 1, 1)


def test_the_twin_without_the_fence_doubles(server, monkeypatch):
    """The same workers with a claim that looks and then writes: the reader gets it many times."""

    def look_then_write(row):
        if row.state != MailState.PENDING:
            return None
        row.state, row.fence, row.attempts_made, row.tries = MailState.SENDING, 1, 1, 1
        OutboxMail.objects.filter(pk=row.pk).update(
            state=row.state, fence=1, attempts_made=1, lease_until=row.created_at
        )
        MailAttempt.objects.get_or_create(mail=row, number=1)
        return row

    mail = make_mail()
    hand_over_at_once(mail, monkeypatch, look_then_write)
    assert len(server.accepted) == WORKERS


def test_who_writes_with_one_key_at_once_gets_one_mail():
    """Each writes a list of its own; what they share is written once, whoever comes first."""

    def write(number):
        keys = [f"own-{number}", "shared"]
        drafts = [Draft(kind="report", to="a@example.com", subject="S", text=key, dedupe_key=key) for key in keys]
        return [mail.pk for mail in queue_mails(drafts)]

    found = none_fails(*(partial(write, number) for number in range(WORKERS)))
    assert len({shared for _own, shared in found}) == 1
    assert OutboxMail.objects.count() == WORKERS + 1

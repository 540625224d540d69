"""The sweep: what it wakes, and how often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import tasks
from notifications.models import MailState, OutboxMail
from notifications.tasks import sweep_mail
from tests.factories.notifications import make_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(monkeypatch):
    """The ids that were put on the queue, which nobody works off."""
    ids = []
    monkeypatch.setattr(tasks, "enqueue", lambda task, mail_id: ids.append(mail_id) or True)
    return ids


def test_wakes_what_is_due_longest_waiting_first(queued):
    now = timezone.now()
    young, old, later = make_mail(), make_mail(), make_mail()
    OutboxMail.objects.filter(pk=old.pk).update(next_attempt_at=now - timedelta(hours=1))
    OutboxMail.objects.filter(pk=later.pk).update(next_attempt_at=now + timedelta(hours=1))
    for state in set(MailState) - {MailState.PENDING}:
        make_mail(state=state)
    assert sweep_mail()["woken"] == 2
    assert queued == [old.pk, young.pk]


def test_a_slow_worker_is_not_buried(queued):
    mail = make_mail()
    for _minute in range(3):
        sweep_mail()
    assert queued == [mail.pk]
    OutboxMail.objects.update(woken_at=timezone.now() - timedelta(minutes=4))
    sweep_mail()
    assert queued == [mail.pk, mail.pk]


def test_wakes_a_bounded_number_at_once(queued, monkeypatch):
    monkeypatch.setattr(tasks, "WAKE_AT_ONCE", 2)
    mails = [make_mail() for _number in range(3)]
    sweep_mail()
    sweep_mail()
    assert queued == [mail.pk for mail in mails]


def test_without_a_broker_mail_stays_due(monkeypatch):
    mail = make_mail()
    monkeypatch.setattr(tasks, "enqueue", lambda task, mail_id: False)
    assert sweep_mail() == {"unknown": 0, "erased": 0, "woken": 0}
    mail.refresh_from_db()
    assert (mail.state, mail.woken_at) == (MailState.PENDING, None)


def test_the_number_of_queries_does_not_grow(queued, django_assert_num_queries):
    for _number in range(3):
        make_mail()
    with django_assert_num_queries(4):
        sweep_mail()
    for _number in range(30):
        make_mail()
    with django_assert_num_queries(4):
        sweep_mail()
    assert len(queued) == 33


def test_the_sweep_hands_over(server):
    mail = make_mail()
    sweep_mail()
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
    assert len(server.accepted) == 1

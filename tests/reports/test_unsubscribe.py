"""Stopping the mails of a schedule: from the mail, without a sign-in, and back again."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications.models import MailState, OutboxMail
from reports.models import Delivery, DeliveryState, RunState, Subscription
from reports.selectors.subscriptions import opted_out, signed, subscription_of
from reports.services import deliver_run, finish_runs, opt_out, reason_not_to_send
from reports.services.subscriptions import subscriptions_for
from tests.factories.accounts import make_person
from tests.factories.reports import make_schedule
from tests.factories.runs import MONDAY, make_delivered_run, make_ready_run

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + dt.timedelta(days=1)


@pytest.fixture
def run():
    return make_delivered_run(
        people=[make_person("Ada Able", email="ada@example.com")], addresses=["board@example.com"]
    )


def address_in(mail: OutboxMail) -> str:
    return mail.headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")


def link_of(run, to: str) -> str:
    return address_in(run.deliveries.get(address=to).mail)


def test_every_mail_of_a_schedule_carries_a_link_of_its_own(run):
    mails = [delivery.mail for delivery in run.deliveries.all()]
    assert len({address_in(mail) for mail in mails}) == 2
    for mail in mails:
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.headers["List-Unsubscribe"].strip("<>") in mail.text
        assert mail.headers["List-Unsubscribe"].strip("<>") in mail.html
        assert mail.to_address not in address_in(mail)
    # The next mail has the same one, so that an old mail's link works for good.
    later = make_delivered_run(schedule=run.schedule, now=TUESDAY)
    assert link_of(later, "ada@example.com") == link_of(run, "ada@example.com")
    assert Subscription.objects.count() == 2


def test_reading_asks_and_changes_nothing(client, run):
    answer = client.get(link_of(run, "board@example.com"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Stop the mails of “Progress of the week”?" in text
    assert "board@example.com" in text
    assert answer["Referrer-Policy"] == "no-referrer"
    assert opted_out(schedule=run.schedule) == []


def test_one_click_from_a_mail_program():
    """RFC 8058: a POST with one field, without cookies, without a token of ours, and no redirect."""
    run = make_delivered_run(addresses=["board@example.com"])
    machine = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = machine.post(link_of(run, "board@example.com"), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "You get no more of these mails" in answer.content.decode()
    assert [entry.address for entry in opted_out(schedule=run.schedule)] == ["board@example.com"]


def test_there_and_back_again_on_the_page(client, run):
    page = link_of(run, "ada@example.com")
    assert client.post(page).url == page
    assert "Send them to me again" in client.get(page).content.decode()
    undo = reverse("reports:undo_unsubscribe", args=[page.split("/")[-2]])
    assert Client(enforce_csrf_checks=True).post(undo).status_code == 403
    assert client.get(undo).status_code == 405
    assert len(opted_out(schedule=run.schedule)) == 1
    assert client.post(undo).url == page
    assert opted_out(schedule=run.schedule) == []


def test_a_made_up_link_changes_nothing(client, run):
    good = signed(Subscription.objects.first())
    other = f"{run.uuid.hex}.{good.partition('.')[2]}"
    for token in (other, good[:-1], "nonsense", f"x{good}"):
        page = reverse("reports:unsubscribe", args=[token])
        assert subscription_of(token) is None
        for answer in (client.get(page), client.post(page)):
            assert answer.status_code == 404
            assert "This link is not complete" in answer.content.decode()
    assert not Subscription.objects.filter(opted_out_at__isnull=False).exists()


def test_whoever_opted_out_is_missing_from_no_run(run):
    day = timezone.now().strftime("%-d %b %Y")
    opt_out(subscription=Subscription.objects.get(address="board@example.com"))
    later = make_delivered_run(schedule=run.schedule, now=TUESDAY)
    held = later.deliveries.get(address="board@example.com")
    assert (held.state, held.mail, held.reason) == (
        DeliveryState.SUPPRESSED,
        None,
        f"Opted out of these mails on {day}.",
    )
    assert later.deliveries.get(address="ada@example.com").mail.state == MailState.SENT
    assert later.state == RunState.DONE
    # Other schedules still come.
    other = make_delivered_run(addresses=["board@example.com"], now=TUESDAY)
    assert other.deliveries.get().mail.state == MailState.SENT


def test_where_all_opted_out_nobody_was_sent_to(run):
    Subscription.objects.update(opted_out_at=timezone.now())
    later = make_delivered_run(schedule=run.schedule, now=TUESDAY)
    assert later.state == RunState.SKIPPED


def test_opting_out_reaches_a_mail_that_waits():
    run = make_ready_run(people=[make_person()])
    (mail,) = deliver_run(run_id=run.pk)
    assert reason_not_to_send(mail) == ""
    opt_out(subscription=Subscription.objects.get())
    assert reason_not_to_send(mail) == "This recipient has opted out of these mails."
    OutboxMail.objects.update(state=MailState.SUPPRESSED, next_attempt_at=None)
    assert (finish_runs(), finish_runs()) == (1, 0)


def test_a_person_is_known_by_more_than_an_address(run):
    ada = run.deliveries.get(address="ada@example.com").recipient
    opt_out(subscription=Subscription.objects.get(person=ada))
    type(ada).objects.filter(pk=ada.pk).update(email="able@example.com")
    later = make_ready_run(schedule=run.schedule, now=TUESDAY)
    assert [mail.to_address for mail in deliver_run(run_id=later.pk)] == ["board@example.com"]


def test_keys_for_many_cost_as_much_as_for_few(django_assert_num_queries):
    schedule = make_schedule(formats=["csv"])
    deliveries = [Delivery(schedule=schedule, address=f"a{number}@example.com") for number in range(40)]
    with django_assert_num_queries(3):
        subscriptions_for(schedule=schedule, deliveries=deliveries)
    with django_assert_num_queries(1):
        assert len(subscriptions_for(schedule=schedule, deliveries=deliveries)) == 40

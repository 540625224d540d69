"""What owners are told, once, and when a schedule that keeps failing is paused."""

import datetime as dt

import pytest

from notifications.models import MailState, OutboxMail
from notifications.services import resend_mail
from reports.models import Run, RunKind, RunState, Schedule
from reports.services import notices, request_run, resume_schedule, sweep_schedules, tell_owners
from reports.services.notices import has_failed
from tests.factories.accounts import make_person
from tests.factories.reports import make_schedule
from tests.factories.runs import MONDAY, make_delivered_run

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
WHY = "The mail server refuses this address: “550 no such user”."


@pytest.fixture
def owner():
    return make_person("Rita Report", email="rita@example.com", roles=("report_administrator",))


def told() -> list[OutboxMail]:
    return list(OutboxMail.objects.filter(kind="report_notice").order_by("pk"))


@pytest.mark.parametrize("state", [MailState.FAILED, MailState.UNKNOWN])
def test_one_mail_about_a_run_however_many_did_not_arrive(owner, state):
    addresses = ["a@example.com", "b@example.com"]
    run = make_delivered_run(owner=owner, addresses=addresses, state=state, error=WHY)
    (mail,) = tell_owners()
    assert (mail.to_address, mail.subject) == (owner.email, "“Progress of the week” did not reach everybody")
    for body in (mail.text, mail.html):
        assert "of 23 November 2026, 08:00 (Europe/Berlin), 2 mails did not arrive" in " ".join(body.split())
        assert all(address in body for address in addresses)
        assert WHY in body
        assert f"http://testserver/admin/reports/run/inspect/{run.pk}/" in body
    assert tell_owners() == []
    # Sent again by hand, and refused again: whoever did that is looking at it.
    (first, _second) = [delivery.mail for delivery in run.deliveries.order_by("pk")]
    resend_mail(mail=first, actor=owner)
    OutboxMail.objects.filter(pk=first.pk).update(state=MailState.FAILED)
    assert (tell_owners(), len(told())) == ([], 1)


def test_a_run_that_reached_everybody_is_no_news(owner):
    make_delivered_run(owner=owner, addresses=["a@example.com"])
    # Held back by ourselves, and visible on the page: nobody was refused.
    make_delivered_run(owner=owner, addresses=["a@example.com"], state=MailState.SUPPRESSED)
    assert tell_owners() == []
    assert not Run.objects.filter(looked_at=None).exists()


def test_a_run_that_could_not_be_made(owner):
    schedule = make_schedule(owner=owner, addresses=["a@example.com"])
    sweep_schedules(now=MONDAY)
    Run.objects.update(state=RunState.FAILED, attempts=6, error="The disk is full.", finished_at=MONDAY)
    (mail,) = tell_owners()
    assert mail.subject == "“Progress of the week” could not be made"
    assert "so nobody got it. After 6 attempts: The disk is full." in mail.text
    assert Schedule.objects.get(pk=schedule.pk).is_enabled


def test_what_somebody_asked_for_is_told_to_them(owner):
    asker = make_person("Ada Able")
    run = request_run(schedule=make_schedule(owner=owner), person=asker, now=MONDAY)
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED, finished_at=MONDAY)
    (mail,) = tell_owners()
    assert mail.recipient == asker
    assert "because you asked for the report" in mail.text


def test_an_owner_who_is_gone_is_not_written_to(owner):
    make_delivered_run(owner=owner, addresses=["a@example.com"], state=MailState.FAILED)
    type(owner).objects.update(is_active=False)
    assert (tell_owners(), tell_owners()) == ([], [])


def test_an_owner_who_cannot_be_written_to_holds_up_nobody_else(owner):
    """No header can hold such a name: it came by an import."""
    other = make_person("Otto Other", roles=("report_administrator",))
    make_delivered_run(owner=other, addresses=["a@example.com"], state=MailState.FAILED)
    type(other).objects.filter(pk=other.pk).update(last_name="Other\nOther")
    make_delivered_run(owner=owner, addresses=["a@example.com"], state=MailState.FAILED)
    assert [mail.recipient for mail in tell_owners()] == [owner]
    assert not Run.objects.filter(looked_at=None).exists()
    assert tell_owners() == []


def test_many_addresses_are_counted_not_hidden(owner, monkeypatch):
    monkeypatch.setattr(notices, "MOST_NAMED", 2)
    make_delivered_run(owner=owner, addresses=[f"{n}@example.com" for n in "abc"], state=MailState.FAILED, error=WHY)
    (mail,) = tell_owners()
    assert "Showing 2 of 3." in mail.text and "Showing 2 of 3." in mail.html
    assert "c@example.com" not in mail.text


def fail_for(schedule, days: int, *, start: int = 0, state=RunState.FAILED) -> None:
    for day in range(start, start + days):
        Run.objects.create(
            schedule=schedule,
            period=f"d{day}",
            kind=RunKind.SCHEDULED,
            scheduled_for=MONDAY + DAY * day,
            state=state,
            finished_at=MONDAY + DAY * day,
        )
        tell_owners()
    schedule.refresh_from_db()


def test_five_failed_periods_in_a_row_pause(owner):
    schedule = make_schedule(owner=owner)
    fail_for(schedule, 4)
    assert (schedule.is_enabled, len(told())) == (True, 4)
    Run.objects.create(schedule=schedule, period="next", scheduled_for=MONDAY + DAY * 6)
    fail_for(schedule, 1, start=4)
    assert not schedule.is_enabled
    assert schedule.pause_reason == (
        "The last 5 periods failed, one after the other, so nothing is sent until it is resumed."
    )
    # One mail says both, and what was due already is canceled.
    assert [mail.subject for mail in told()[4:]] == ["“Progress of the week” is paused"]
    assert f"http://testserver/admin/reports/schedule/inspect/{schedule.pk}/" in told()[4].text
    assert Run.objects.get(period="next").state == RunState.CANCELLED
    resume_schedule(schedule=schedule, now=MONDAY + DAY * 5)
    assert (schedule.is_enabled, schedule.pause_reason) == (True, "")
    # The count begins anew.
    fail_for(schedule, 4, start=6)
    assert schedule.is_enabled
    fail_for(schedule, 1, start=10)
    assert not schedule.is_enabled


@pytest.mark.parametrize(
    ("between", "is_paused"),
    [
        (RunState.DONE, False),
        (RunState.SKIPPED, False),
        # Never tried, so no word on whether it works.
        (RunState.MISSED, True),
        (RunState.CANCELLED, True),
    ],
)
def test_what_lies_between(owner, between, is_paused):
    schedule = make_schedule(owner=owner)
    fail_for(schedule, 2)
    fail_for(schedule, 1, start=2, state=between)
    fail_for(schedule, 3, start=3)
    assert schedule.is_enabled is not is_paused


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([MailState.FAILED, MailState.FAILED], True),
        ([MailState.FAILED, MailState.SUPPRESSED], True),
        ([MailState.FAILED, MailState.SENT], False),
        ([MailState.FAILED, MailState.UNKNOWN], False),
        ([MailState.SUPPRESSED, MailState.SUPPRESSED], False),
    ],
)
def test_when_a_run_counts_as_failed(states, expected):
    run = make_delivered_run(addresses=["a@example.com", "b@example.com"], state=MailState.FAILED)
    for delivery, state in zip(run.deliveries.order_by("pk"), states, strict=True):
        OutboxMail.objects.filter(pk=delivery.mail_id).update(state=state)
    assert has_failed(run) is expected


def test_two_sweeps_tell_it_once(owner):
    run = make_delivered_run(owner=owner, addresses=["a@example.com"], state=MailState.FAILED)
    assert notices._look_at(run.pk, MONDAY) is not None
    # The other one read its list before.
    assert notices._look_at(run.pk, MONDAY) is None
    # And without that guard the mail's own key would still let only one be written.
    Run.objects.update(looked_at=None)
    tell_owners()
    assert len(told()) == 1

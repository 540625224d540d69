"""A schedule with a past for the pictures: runs in each state, recipients who got the mail and who did not, and why."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from notifications.models import MailAttempt, MailKind, MailState, OutboxMail
from reports.definitions import shipped
from reports.models import Artifact, Delivery, DeliveryState, Run, RunKind, RunState, Schedule
from reports.selectors.results import scope_hash
from reports.services import opt_out, pause_schedule, set_recipients
from reports.services.subscriptions import subscriptions_for

REPORT = "enrollment-funnel"
REFUSED = "The mail server refuses this address: “550 5.1.1 no such user”. Check it and send the mail again."
WAITED = "The mail server at mail.example.com:25 asked to wait while naming the recipient: “450 greylisted”."
SENT = "The mail server at mail.example.com:25 took the mail over."
MAYBE = (
    "The mail server at mail.example.com:25 fell silent while waiting for the receipt. The mail was handed over in full, "
    "so it may or may not have arrived. Ask its reader before you send it again."
)


@cache
def schedule_with_a_past(owner_address: str, reader_address: str) -> Schedule:
    with transaction.atomic():
        people = get_user_model().objects
        return build(people.get(email=owner_address), people.get(email=reader_address))


def build(owner: Any, reader: Any) -> Schedule:
    schedule = Schedule.objects.create(
        owner=owner, title="Who gets through, week by week", report=REPORT, time="07:30", zone="Europe/Berlin"
    )
    gone, board = "typo.in.this.rather.long.address@subsidiary.example.com", "board@example.com"
    set_recipients(schedule=schedule, addresses=[owner.email, reader.email, gone, board])
    week, start = timedelta(days=7), timezone.now().replace(hour=6, minute=30, second=0, microsecond=0)
    for number, state in enumerate((RunState.DONE, RunState.MISSED, RunState.PARTIAL)):
        at = start - week * (6 - number)
        run = run_of(schedule, at, state)
        if state == RunState.MISSED:
            continue
        file_of(run, reader, is_removed=number == 0)
        subscriptions_for(schedule=schedule, deliveries=[Delivery(recipient=reader, address=reader.email)])
        for person, address in ((owner, owner.email), (reader, reader.email)):
            mail_of(run, person, address, MailState.SENT, [("sent", "final", 250, SENT)])
        if state == RunState.PARTIAL:
            mail_of(
                run, None, gone, MailState.FAILED, [("retry", "rcpt", 450, WAITED), ("refused", "rcpt", 550, REFUSED)]
            )
            mail_of(run, None, "audit@example.com", MailState.UNKNOWN, [("unknown", "final", None, MAYBE)])
            opted_out = delivery_of(run, None, board)
            opt_out(subscription=next(iter(subscriptions_for(schedule=schedule, deliveries=[opted_out]).values())))
            reason = "Opted out of these mails on 2 Nov 2026."
            Delivery.objects.filter(pk=opted_out.pk).update(
                state=DeliveryState.SUPPRESSED, opted_out=True, reason=reason
            )
    for number in range(3):
        run_of(schedule, start - week * (3 - number), RunState.FAILED, "The disk is full, so no file could be written.")
    pause_schedule(
        schedule=schedule,
        reason="The last 5 periods failed, one after the other, so nothing is sent until it is resumed.",
    )
    return schedule


def run_of(schedule: Schedule, at: datetime, state: RunState, error: str = "") -> Run:
    return Run.objects.create(
        schedule=schedule,
        period=at.strftime("%G-W%V"),
        kind=RunKind.SCHEDULED,
        scheduled_for=at,
        state=state,
        error=error,
        attempts=6 if error else int(state != RunState.MISSED),
        ready_at=None if error else at,
        finished_at=at,
        looked_at=at,
    )


def file_of(run: Run, reader: Any, *, is_removed: bool) -> Artifact:
    return Artifact.objects.create(
        run=run,
        scope_hash=scope_hash(definition=shipped[REPORT], viewer=reader),
        format="pdf",
        path=storages["private"].save(f"reports/{run.uuid}/1.pdf", ContentFile(b"%PDF")) if not is_removed else "gone",
        rows_shown=2000,
        rows_total=14_312,
        size=412_000,
        facts={
            "sentence": "Of 14,312 enrollments 61.4 % came to an end.",
            "figures": [["Enrollments", "14,312"], ["Started", "12,901"], ["Completed", "8,788"]],
        },
        removed_at=run.scheduled_for + timedelta(days=30) if is_removed else None,
    )


def delivery_of(run: Run, person: Any, address: str, mail: OutboxMail | None = None) -> Delivery:
    return Delivery.objects.create(
        run=run,
        schedule=run.schedule,
        period=run.period,
        address=address,
        recipient=person,
        mail=mail,
        scope_hash=run.artifacts.get().scope_hash,
    )


def mail_of(run: Run, person: Any, address: str, state: MailState, attempts: list[tuple[str, str, int | None, str]]):
    """A mail with its attempts, each as outcome, stage, code and words."""
    mail = OutboxMail.objects.create(
        kind=MailKind.REPORT,
        to_address=address,
        recipient=person,
        subject=run.schedule.title,
        dedupe_key=f"picture:{run.uuid}:{address}",
        state=state,
        attempts_made=len(attempts),
        next_attempt_at=None,
        sent_at=run.scheduled_for if state == MailState.SENT else None,
        last_error="" if state == MailState.SENT else attempts[-1][3],
        created_at=run.scheduled_for,
    )
    for number, (outcome, stage, code, words) in enumerate(attempts, 1):
        at = run.scheduled_for + timedelta(minutes=number)
        MailAttempt.objects.create(
            mail=mail,
            number=number,
            started_at=at,
            ended_at=at,
            stage=stage,
            outcome=outcome,
            code=code,
            sentence=words,
        )
    delivery_of(run, person, address, mail)

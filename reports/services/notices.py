"""What a schedule's owner is told: which mails did not arrive, that a report could not be made, that it was paused."""

import logging
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notifications.exceptions import MailRefused
from notifications.models import MailKind, MailState, OutboxMail
from notifications.services import queue_letter
from reports.models import TRIED_STATES, Delivery, DeliveryState, Run, RunKind, RunState, Schedule
from reports.services.delivery import HAS_ARRIVED, site_address
from reports.services.schedules import pause_schedule

log = logging.getLogger(__name__)

FAILED_IN_A_ROW = 5
# As many addresses stand in the mail; the run's page has them all.
MOST_NAMED = 20
# A sweep looks at so many; the next one goes on.
AT_ONCE = 100
DID_NOT_ARRIVE = Q(mail__state__in=[MailState.FAILED, MailState.UNKNOWN]) | Q(mail=None, state=DeliveryState.FAILED)


def tell_owners(*, now: datetime | None = None) -> list[OutboxMail]:
    """Look once at each run that is over; returns the mails to send.

    Its owner, or for a run by hand whoever asked for it, gets one mail about a run that failed or whose mails were
    refused for good, given up or are unknown, and none about any other. What becomes of mails that are sent again later
    is on the run's page for whoever sent them. The fifth failed period in a row pauses the schedule, in the same mail.
    """
    now = now or timezone.now()
    waiting = Run.objects.filter(looked_at=None, state__in=TRIED_STATES).order_by("finished_at", "pk")
    waiting.filter(state__in=[RunState.DONE, RunState.SKIPPED]).order_by().update(looked_at=now)
    mails = [_look_at(run_id, now) for run_id in waiting.values_list("pk", flat=True)[:AT_ONCE]]
    return [mail for mail in mails if mail is not None]


@transaction.atomic
def _look_at(run_id: int, now: datetime) -> OutboxMail | None:
    if not Run.objects.filter(pk=run_id, looked_at=None).update(looked_at=now):
        return None
    run = Run.objects.select_related("schedule__owner", "requested_by").get(pk=run_id)
    deliveries = run.deliveries.filter(DID_NOT_ARRIVE).select_related("mail", "recipient").order_by("address")
    total = deliveries.count()
    if not total and run.state != RunState.FAILED:
        return None
    paused = run.kind == RunKind.SCHEDULED and pause_where_failing(schedule=run.schedule)
    person = run.requested_by if run.kind == RunKind.MANUAL else run.schedule.owner
    if person is None or not person.is_active or not person.email:
        return None
    context = {
        "run": run,
        "schedule": run.schedule,
        "is_paused": paused,
        "failed_in_a_row": FAILED_IN_A_ROW,
        "missing": [Missing.of(delivery) for delivery in deliveries[:MOST_NAMED]],
        "total": total,
        "url": site_address("reports_run_modeladmin_inspect", run.pk),
        "schedule_url": site_address("reports_schedule_modeladmin_inspect", run.schedule_id),
    }
    try:
        return queue_letter(
            kind=MailKind.REPORT_NOTICE,
            person=person,
            template="report_trouble",
            context=context,
            dedupe_key=f"report-trouble:{run.uuid}",
        )
    except MailRefused:
        # An unusable name or address: the run is looked at all the same, and the others wait behind it.
        log.warning("run %s: its owner could not be written to", run.pk)
        return None


@dataclass(frozen=True)
class Missing:
    """One recipient without the mail, and why."""

    address: str
    is_unknown: bool
    why: str

    @classmethod
    def of(cls, delivery: Delivery) -> "Missing":
        mail = delivery.mail
        if mail is None:
            return cls(delivery.address, False, delivery.reason)
        return cls(delivery.address, mail.state == MailState.UNKNOWN, mail.last_error)


def has_failed(run: Run) -> bool:
    """Whether a run counts as failed: its files could not be made, or it is over, nobody has it, and at least one mail
    was refused for good or given up. Not where a mail's fate is unknown, since it may well have arrived, nor where
    nobody was to get it: no rows, no recipients, everybody opted out or lost access."""
    if run.state == RunState.FAILED:
        return True
    if run.state != RunState.PARTIAL:
        return False
    deliveries = run.deliveries
    return (
        not deliveries.filter(HAS_ARRIVED | Q(mail__state=MailState.UNKNOWN)).exists()
        and deliveries.filter(DID_NOT_ARRIVE).exists()
    )


def pause_where_failing(*, schedule: Schedule) -> bool:
    """Pause a schedule whose last five periods failed, since it was made, resumed or given other times. True where this
    call did it. Periods that were missed or canceled were never tried, so they neither count nor interrupt."""
    tried = schedule.runs.filter(
        kind=RunKind.SCHEDULED, state__in=TRIED_STATES, scheduled_for__gt=schedule.active_since
    ).order_by("-scheduled_for")
    if len(list(takewhile(has_failed, tried[:FAILED_IN_A_ROW]))) < FAILED_IN_A_ROW:
        return False
    with translation.override(schedule.owner.language or settings.LANGUAGE_CODE):
        reason = _("The last %(number)d periods failed, one after the other, so nothing is sent until it is resumed.")
        return pause_schedule(schedule=schedule, reason=reason % {"number": FAILED_IN_A_ROW})

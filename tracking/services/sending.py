"""Sending events to services: claim, one request, record. And what comes after a crash.

Rows are claimed by a conditional update that is committed before the service hears of them. So at most one worker speaks
for an event, and a worker that dies leaves a visible trace: a lease that runs out. A service that drops repeats is then
told again, of another nobody knows whether it heard.
"""

import logging
import random
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log as log_action

from tracking.events import TrackedEvent
from tracking.models import DEAD, REPLAY, Consent, Dispatch, DispatchState
from tracking.selectors.site import accounts
from tracking.vendors import VENDORS
from tracking.vendors.base import Outcome, Vendor, Verdict

log = logging.getLogger(__name__)

# Waits after the first, second, … try; with the jitter the last starts within 24 hours of the first. Google Analytics
# takes nothing that is older than three days.
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
MOST_TRIES = len(RETRY_AFTER) + 1
JITTER = 0.05
AT_ONCE = 1_000


def lease_time() -> timedelta:
    """Longer than a worker may live with one task: whoever holds an expired lease is gone."""
    return timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)


def send_due(vendor: Vendor, account: Any, *, seconds: float = 120) -> int:
    """Send what is due to one service, for ``seconds`` at most; returns how many events it took.

    Safe to call any number of times and from any number of workers. Must not run inside a transaction, because claims have
    to be committed before the service hears of them. Where the service has trouble, the rest waits for the next time.
    """
    expire_leases(vendor)
    sent, stop_at = 0, time.monotonic() + seconds
    while time.monotonic() < stop_at:
        due = Dispatch.objects.filter(vendor=vendor.key, state=DispatchState.WAITING, due_at__lte=timezone.now())
        rows = list(agreed(due.order_by("due_at", "id")[:AT_ONCE]))
        events = {row.uuid: event_of(row) for row in rows}
        by_event = {row.uuid: row for row in rows}
        good = []
        for key, event in events.items():
            if problems := vendor.problems(event):
                refuse(by_event[key], " ".join(problems))
            else:
                good.append(event)
        for batch in vendor.batches(good):
            ours = claim([by_event[event.uuid] for event in batch])
            batch = [event for event in batch if event.uuid in ours]
            if not batch:
                continue
            outcomes = vendor.send(account, batch)
            for event, outcome in zip(batch, outcomes, strict=True):
                record(ours[event.uuid], outcome)
            sent += sum(outcome.verdict == Verdict.ACCEPTED for outcome in outcomes)
            if any(outcome.verdict in (Verdict.RETRY, Verdict.UNKNOWN) for outcome in outcomes):
                return sent
        if len(rows) < AT_ONCE:
            return sent
    return sent


def agreed(rows: Sequence[Dispatch] | Any) -> list[Dispatch]:
    """``rows`` without those of people who have taken their consent back since; these are deleted."""
    rows = list(rows)
    names = {row.pseudonym for row in rows}
    known = set(Consent.objects.filter(agreed=True, pseudonym__in=names).values_list("pseudonym", flat=True))
    if gone := names - known:
        Dispatch.objects.filter(pseudonym__in=gone, state=DispatchState.WAITING).delete()
    return [row for row in rows if row.pseudonym in known]


def event_of(row: Dispatch) -> TrackedEvent:
    return TrackedEvent(
        uuid=row.uuid, name=row.name, occurred_at=row.at, visitor=row.pseudonym, visit=row.visit, params=row.params
    )


def claim(rows: Sequence[Dispatch]) -> dict[uuid.UUID, Dispatch]:
    """Those of ``rows`` that are now being sent by us alone, by their event. Committed on return."""
    token, wanted = uuid.uuid4(), Dispatch.objects.filter(pk__in=[row.pk for row in rows])
    wanted.filter(state=DispatchState.WAITING).update(
        state=DispatchState.SENDING, claim=token, lease_until=timezone.now() + lease_time(), tries=F("tries") + 1
    )
    return {row.uuid: row for row in wanted.filter(claim=token)}


def record(row: Dispatch, outcome: Outcome) -> None:
    """Write down what became of a row we have claimed. A worker slower than its lease still knows better than nobody, as
    long as the row was not claimed again."""
    now = timezone.now()
    values: dict[str, Any] = {"lease_until": None, "sentence": outcome.sentence[:500]}
    match outcome.verdict:
        case Verdict.ACCEPTED:
            values |= {"state": DispatchState.SENT, "ended_at": now, "sentence": ""}
        case Verdict.UNKNOWN:
            values |= {"state": DispatchState.UNKNOWN, "ended_at": now}
        case Verdict.RETRY if row.tries < MOST_TRIES:
            wait = RETRY_AFTER[row.tries - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311
            due_at = now + max(wait, outcome.retry_after or timedelta())
            values |= {"state": DispatchState.WAITING, "due_at": due_at}
        case Verdict.RETRY:
            sentence = _("Given up after %(tries)s tries. %(why)s") % {"tries": row.tries, "why": outcome.sentence}
            values |= {"state": DispatchState.FAILED, "ended_at": now, "sentence": sentence[:500]}
        case _:
            values |= {"state": DispatchState.REFUSED, "ended_at": now}
    if not Dispatch.objects.filter(pk=row.pk, claim=row.claim).update(**values):
        log.warning("event %s: the outcome %s came after it was sent again", row.pk, outcome.verdict)


def refuse(row: Dispatch, sentence: str) -> None:
    """What the service would not take is not sent."""
    Dispatch.objects.filter(pk=row.pk, state=DispatchState.WAITING).update(
        state=DispatchState.REFUSED, sentence=sentence[:500], ended_at=timezone.now()
    )


def expire_leases(vendor: Vendor) -> int:
    """What a worker that died was sending: waits again where the service drops repeats, else is unknown."""
    now = timezone.now()
    lost = Dispatch.objects.filter(vendor=vendor.key, state=DispatchState.SENDING, lease_until__lt=now)
    if vendor.drops_repeats:
        return lost.update(state=DispatchState.WAITING, due_at=now, lease_until=None)
    sentence = _("The worker stopped in the middle of sending this, so it may or may not have arrived.")
    return lost.update(state=DispatchState.UNKNOWN, ended_at=now, lease_until=None, sentence=sentence)


def replay(*, rows: Sequence[Dispatch], actor: Any) -> int:
    """Put events that ended badly on their way again because ``actor`` asked for it; returns how many."""
    now, moved = timezone.now(), 0
    for row in rows:
        changed = Dispatch.objects.filter(pk=row.pk, state__in=DEAD).update(
            state=DispatchState.WAITING, tries=0, due_at=now, sentence="", ended_at=None
        )
        if changed:
            moved += 1
            log_action(instance=row, action=REPLAY, user=actor, data={"from": row.state})
    return moved


def send_test_event(*, vendor: str, page: str) -> Outcome:
    """Send one event that says it is a test, now, under a name of nobody. KeyError for a service that is off."""
    event = TrackedEvent(
        uuid=uuid.uuid4(),
        name="lectern_test",
        occurred_at=timezone.now(),
        visitor=uuid.uuid4().hex,
        visit=int(time.time()),
        params={"page_location": page, "page_title": "Lectern test event"},
    )
    return VENDORS[vendor].check(accounts()[vendor], event)

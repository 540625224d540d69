"""Pausing, resuming, sending by hand."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.exceptions import BeyondReach, NoAddress
from reports.models import Run, RunKind, RunState, Schedule, ScheduleAudience, ScheduleRecipient
from reports.selectors.audiences import beyond_reach

# Fields after whose change nothing that lies in the past may fall due.
TIMING_FIELDS = frozenset({"days", "weekdays", "month_day", "time", "zone", "starts_on", "ends_on", "is_enabled"})


@transaction.atomic
def pause_schedule(*, schedule: Schedule, now: datetime | None = None, reason: str = "") -> bool:
    """Send nothing on schedule until it is resumed; what is due or being made is canceled, what is in the mail
    outbox already goes on. ``reason`` is for where nobody asked for it. False where it was paused already."""
    running = Schedule.objects.filter(pk=schedule.pk, is_enabled=True)
    changed = running.update(is_enabled=False, pause_reason=reason)
    schedule.refresh_from_db()
    if changed:
        cancel_runs(schedule, now or timezone.now())
    return bool(changed)


def cancel_runs(schedule: Schedule, now: datetime) -> None:
    """Cancel what of a paused schedule is due or being made."""
    # The fence moves on, so that a renderer at work finds its claim gone.
    schedule.runs.filter(kind=RunKind.SCHEDULED, state__in=[RunState.DUE, RunState.RENDERING, RunState.READY]).update(
        state=RunState.CANCELLED,
        fence=F("fence") + 1,
        lease_until=None,
        finished_at=now,
        error=_("The schedule was paused before this report was sent."),
    )


def resume_schedule(*, schedule: Schedule, now: datetime | None = None) -> bool:
    """Send again from the next time on; what fell into the pause is not made up for. False where it was not paused."""
    changed = Schedule.objects.filter(pk=schedule.pk, is_enabled=False).update(
        is_enabled=True, active_since=now or timezone.now(), pause_reason=""
    )
    schedule.refresh_from_db()
    return bool(changed)


@transaction.atomic
def set_recipients(*, schedule: Schedule, addresses: Collection[str]) -> None:
    """Make ``addresses`` the recipients; those of active people stand for the person, whatever address they have later."""
    wanted = {address.lower() for address in addresses}
    kept = set()
    for entry in schedule.recipients.select_related("person"):
        if entry.email in wanted:
            kept.add(entry.email)
        else:
            entry.delete()
    new = sorted(wanted - kept)
    people = get_user_model().objects.active().with_address(*new)
    by_address = {person.email.lower(): person for person in people}
    ScheduleRecipient.objects.bulk_create(
        ScheduleRecipient(schedule=schedule, person=by_address[address])
        if address in by_address
        else ScheduleRecipient(schedule=schedule, address=address)
        for address in new
    )


@transaction.atomic
def set_audiences(*, schedule: Schedule, audiences: Collection[tuple[str, str]]) -> None:
    """Make these (audience, key) whom it goes to besides its recipients. BeyondReach, and nothing changes, where the
    owner may not name one of them that is new."""
    wanted = dict.fromkeys(audiences)
    standing = {(entry.audience, entry.key): entry for entry in schedule.audiences.all()}
    new = [
        ScheduleAudience(schedule=schedule, audience=audience, key=key)
        for audience, key in wanted
        if (audience, key) not in standing
    ]
    if beyond := beyond_reach(schedule.owner, new):
        raise BeyondReach(beyond[0].get_audience_display())
    schedule.audiences.filter(pk__in=[entry.pk for key, entry in standing.items() if key not in wanted]).delete()
    ScheduleAudience.objects.bulk_create(new)


@transaction.atomic
def change_schedule(*, schedule: Schedule, changed: Collection[str], now: datetime | None = None) -> None:
    """After fields named in ``changed`` were saved: other days or times count from now on, never backwards.

    Call it in the transaction that saved them, or a sweep may see the one without the other.
    """
    now = now or timezone.now()
    if TIMING_FIELDS & set(changed):
        schedule.active_since = now
        schedule.pause_reason = "" if schedule.is_enabled else schedule.pause_reason
        schedule.save(update_fields=["active_since", "pause_reason"])
    if "is_enabled" in changed and not schedule.is_enabled:
        cancel_runs(schedule, now)


def request_run(*, schedule: Schedule, person: Any, now: datetime | None = None) -> Run:
    """A run by hand, only for ``person`` and with the rows they may open. NoAddress where they have no address.

    It has a key of its own, so it neither replaces nor repeats a run on schedule.
    """
    if not person.email:
        raise NoAddress()
    now = now or timezone.now()
    return Run.objects.create(
        schedule=schedule,
        period=f"manual-{secrets.token_hex(6)}",
        kind=RunKind.MANUAL,
        requested_by=person,
        scheduled_for=now,
        next_attempt_at=now,
    )

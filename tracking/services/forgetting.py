"""Throwing away what is no longer needed, each kind after its time."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from tracking.models import DEAD, Collected, Consent, Dispatch, DispatchState, PageView, Reading
from tracking.selectors.site import accounts

# Days. Page views live on in analytics; what was sent is remembered longer than anything is told again.
KEEP_VIEWS = 30
KEEP_READINGS = 2
KEEP_SENT = 30
KEEP_DEAD = 90
# As long as the cookie that names them.
KEEP_VISITORS = 180
AT_ONCE = 10_000


def let_go() -> int:
    """Delete what waits for services that are off, and up to when they were told; returns how many events waited. What
    happens until one is switched on again is not told then."""
    on = list(accounts())
    Collected.objects.exclude(vendor__in=on).delete()
    return delete_in_steps(Dispatch.objects.filter(state=DispatchState.WAITING).exclude(vendor__in=on))


def forget() -> dict[str, int]:
    """Delete what is old; returns how many rows of each kind."""
    now = timezone.now()

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    old = {
        "sent": Dispatch.objects.filter(state=DispatchState.SENT, ended_at__lt=before(KEEP_SENT)),
        "dead": Dispatch.objects.filter(state__in=DEAD, ended_at__lt=before(KEEP_DEAD)),
        "readings": Reading.objects.filter(at__lt=before(KEEP_READINGS)),
        "visitors": Consent.objects.filter(person=None, decided_at__lt=before(KEEP_VISITORS)),
        "views": PageView.objects.filter(at__lt=before(KEEP_VIEWS)),
    }
    return {name: delete_in_steps(rows) for name, rows in old.items()}


def delete_in_steps(rows: QuerySet) -> int:
    """Delete ``rows`` some at a time, so that no other process waits long for it."""
    gone = 0
    while keys := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        gone += rows.model.objects.filter(pk__in=keys).delete()[0]
    return gone

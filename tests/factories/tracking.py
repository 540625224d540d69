"""Usage tracking: services that are switched on, people who agreed, events in any state."""

import uuid

from django.utils import timezone

from tracking.models import Dispatch, DispatchState, TrackingSettings
from tracking.services import agree
from tracking.standin import StandIn

BOTH = ("ga4", "mixpanel")
KEYS = {"ga4_measurement_id": "G-STANDIN", "ga4_api_secret": "standin-secret", "mixpanel_token": "standin-token"}


def switch_on(*services: str, **values) -> TrackingSettings:
    """Page views counted, and ``services`` on with the keys that the stand-in takes."""
    row, _new = TrackingSettings.objects.update_or_create(
        defaults={"page_views": True, **KEYS, **dict.fromkeys(BOTH, False), **dict.fromkeys(services, True), **values}
    )
    return row


def use_stand_in(settings, stand_in: StandIn) -> StandIn:
    """Point the site at a stand-in for both services."""
    settings.GA4_ADDRESS = settings.MIXPANEL_ADDRESS = stand_in.address
    return stand_in


def make_dispatch(*, state: str = DispatchState.WAITING, vendor: str = "mixpanel", person=None, **values) -> Dispatch:
    """An event of somebody who agreed, put into ``state`` as if a worker had brought it there."""
    now = timezone.now()
    changed: dict = {"ended_at": now} if state not in (DispatchState.WAITING, DispatchState.SENDING) else {}
    if state in (DispatchState.REFUSED, DispatchState.FAILED, DispatchState.UNKNOWN):
        changed["sentence"] = f"Why it is {state}."
    if state == DispatchState.SENDING:
        changed |= {"claim": uuid.uuid4(), "lease_until": now + timezone.timedelta(minutes=5), "tries": 1}
    given = {
        "vendor": vendor,
        "uuid": uuid.uuid4(),
        "name": "page_view",
        "at": now,
        "visit": 1,
        "params": {"page_title": "Home"},
    }
    return Dispatch.objects.create(**given | {"pseudonym": agree(person=person), "state": state} | changed | values)

"""What is switched on, and with which keys."""

from typing import Any

from django.conf import settings

from tracking.models import Region, TrackingSettings
from tracking.vendors import VENDORS, ga4, mixpanel
from tracking.vendors.base import Vendor
from workbench.kept import kept

# What stands in the environment goes before what stands in the settings.
FROM_ENVIRONMENT = {
    "ga4_measurement_id": "GA4_MEASUREMENT_ID",
    "ga4_api_secret": "GA4_API_SECRET",
    "mixpanel_token": "MIXPANEL_TOKEN",
}


def tracking_settings() -> TrackingSettings:
    """The switches, the defaults before anybody saved any, with the keys of the environment. Not for saving."""
    row = TrackingSettings(**kept("tracking settings", None, stored_settings, of=("settings",)))
    for name, variable in FROM_ENVIRONMENT.items():
        if given := getattr(settings, variable):
            setattr(row, name, given)
    return row


def stored_settings() -> dict[str, Any]:
    return TrackingSettings.objects.values().first() or {}


def accounts() -> dict[str, Any]:
    """The account of each service that is switched on and has its keys, by the vendor's key."""
    row = tracking_settings()
    found: dict[str, Any] = {}
    if row.ga4 and row.ga4_measurement_id and row.ga4_api_secret:
        address = ga4.EU_ADDRESS if row.ga4_region == Region.EU else ga4.ADDRESS
        found["ga4"] = ga4.GA4Account(settings.GA4_ADDRESS or address, row.ga4_measurement_id, row.ga4_api_secret)
    if row.mixpanel and row.mixpanel_token:
        address = mixpanel.EU_ADDRESS if row.mixpanel_region == Region.EU else mixpanel.ADDRESS
        found["mixpanel"] = mixpanel.MixpanelAccount(settings.MIXPANEL_ADDRESS or address, row.mixpanel_token)
    return found


def services_on() -> list[Vendor]:
    return [VENDORS[key] for key in accounts()]

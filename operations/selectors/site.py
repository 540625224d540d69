"""How the site is set, as everything that shows or counts something reads it."""

import time
import zoneinfo
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.cache import cache

from operations.models import REMEMBERED, SiteSettings, remembered

# Seconds the settings are remembered by all processes, and by one without asking the cache. Saving forgets both.
REMEMBER_FOR, KNOW_FOR = 60, 5


def site_settings() -> SiteSettings:
    """The settings of the site, the defaults before anybody saved any. Not for saving.

    Another process sees a change after five seconds at the latest.
    """
    values, until = remembered.get(REMEMBERED, (None, 0.0))
    if values is None or time.monotonic() > until:
        values = cache.get(REMEMBERED)
        if values is None:
            values = SiteSettings.objects.values().first() or {}
            cache.set(REMEMBERED, values, REMEMBER_FOR)
        remembered[REMEMBERED] = (values, time.monotonic() + KNOW_FOR)
    return SiteSettings(**values)


def site_zone() -> zoneinfo.ZoneInfo:
    """The site's time zone, in which days begin and due dates end."""
    return zoneinfo.ZoneInfo(site_settings().timezone or settings.TIME_ZONE)


def mail_sender() -> str:
    """Who mail comes from, as ``Name <address>``; what the settings leave open is taken from DEFAULT_FROM_EMAIL."""
    site = site_settings()
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if not (site.sender_name or site.sender_address):
        return settings.DEFAULT_FROM_EMAIL
    return formataddr((site.sender_name or name or site.name, site.sender_address or address))

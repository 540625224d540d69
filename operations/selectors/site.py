"""How the site is set, as everything that shows or counts something reads it."""

import time
import zoneinfo
from email.utils import formataddr, parseaddr

from django.conf import settings

from operations.models import SiteSettings, remembered


def site_settings() -> SiteSettings:
    """The settings of the site, the defaults before anybody saved any. Not for saving.

    Asked many times in a request, so each process remembers the row for a few seconds (SITE_SETTINGS_SECONDS); after
    that a change made elsewhere counts here too.
    """
    now = time.monotonic()
    if not remembered or now > remembered[0][1]:
        remembered[:] = [(SiteSettings.objects.values().first() or {}, now + settings.SITE_SETTINGS_SECONDS)]
    return SiteSettings(**remembered[0][0])


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

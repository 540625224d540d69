"""How the site is set, as everything that shows or counts something reads it."""

import zoneinfo
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings

from operations.models import SiteSettings
from workbench.kept import kept


def site_settings() -> SiteSettings:
    """The settings of the site, the defaults before anybody saved any. Not for saving."""
    return SiteSettings(**kept("site settings", None, stored_settings, of=("settings",)))


def stored_settings() -> dict[str, Any]:
    return SiteSettings.objects.values().first() or {}


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

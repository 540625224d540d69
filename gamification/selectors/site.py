"""Which parts of gamification are on."""

from typing import Any

from gamification.models import GamificationSettings
from workbench.kept import kept


def switches() -> GamificationSettings:
    """The site's switches, the defaults before anybody saved any. Not for saving."""
    return GamificationSettings(**kept("gamification settings", None, stored_switches, of=("settings",)))


def stored_switches() -> dict[str, Any]:
    return GamificationSettings.objects.values().first() or {}

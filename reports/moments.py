"""The moment a report speaks of."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from workbench.days import site_day


@dataclass(frozen=True)
class Moment:
    """The moment a report speaks of, and the zone its days begin and end in."""

    at: dt.datetime
    zone: zoneinfo.ZoneInfo

    @property
    def local(self) -> dt.datetime:
        return self.at.astimezone(self.zone)

    @property
    def today(self) -> dt.date:
        """The day in the site's zone, which is the one due dates are kept in."""
        return site_day(self.at)

    def midnight(self, day: dt.date) -> dt.datetime:
        """The first moment of ``day`` in the report's zone."""
        return dt.datetime.combine(day, dt.time.min, self.zone)

"""What a leaderboard counts, among whom, and for which days. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gamification.exceptions import UnknownBoard

# Days far outside of what can be counted; beyond them the calendar itself ends.
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class Metric(TextChoices):
    POINTS = "points", gettext_lazy("Points")
    COMPLETIONS = "completions", gettext_lazy("Courses completed")
    QUIZ = "quiz", gettext_lazy("Quiz score")


class Among(TextChoices):
    SITE = "site", gettext_lazy("Everybody")
    COURSE = "course", gettext_lazy("Courses")
    TOPIC = "topic", gettext_lazy("Topics")
    COHORT = "cohort", gettext_lazy("Cohorts")
    TEAM = "team", gettext_lazy("Teams")


class Period(TextChoices):
    DAY = "day", gettext_lazy("Today")
    WEEK = "week", gettext_lazy("This week")
    MONTH = "month", gettext_lazy("This month")
    QUARTER = "quarter", gettext_lazy("This quarter")
    ALL = "all", gettext_lazy("All time")
    DATES = "dates", gettext_lazy("Own dates")


# A topic has a number; what is about people has a key that says nothing.
Key = UUID | int | None


@dataclass(frozen=True)
class Board:
    """One leaderboard. ``first`` and ``last`` are days, both counted, and belong to own dates alone; None is open."""

    metric: Metric = Metric.POINTS
    among: Among = Among.SITE
    key: Key = None
    period: Period = Period.MONTH
    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Board":
        """The board that ``metric``, ``scope``, ``period``, ``from`` and ``to`` of an address name; what is missing is
        points of everybody in this month. A day makes it own dates. UnknownBoard with a sentence for anything else."""
        metric = chosen(Metric, query.get("metric"), Metric.POINTS, _("There is no leaderboard of “%s”."))
        period = chosen(Period, query.get("period"), Period.MONTH, _("There is no leaderboard for the time “%s”."))
        among, key = read_scope(query.get("scope") or Among.SITE)
        first, last = read_day(query.get("from")), read_day(query.get("to"))
        if first or last:
            period = Period.DATES
        elif period == Period.DATES:
            raise UnknownBoard(_("Own dates need a first or a last day."))
        if first and last and last < first:
            raise UnknownBoard(_("The last day lies before the first one."))
        return cls(metric=metric, among=among, key=key, period=period, first=first, last=last)

    @property
    def scope(self) -> str:
        """Among whom, as one word of an address: ``site``, ``topic:3``, ``team:6f1c…``."""
        return str(self.among.value) if self.key is None else f"{self.among.value}:{self.key}"

    @property
    def query(self) -> str:
        """What `read` makes this board of again."""
        parts = {"metric": self.metric.value, "scope": self.scope, "period": self.period.value}
        days = {"from": self.first, "to": self.last} if self.period == Period.DATES else {}
        return urlencode({**parts, **{name: day.isoformat() for name, day in days.items() if day}})

    def but(self, **changes: Any) -> "Board":
        """This board with another metric or period."""
        return replace(self, **changes)

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first and the last day that count, ``today`` being a day of the site's calendar; weeks begin on Monday."""
        match self.period:
            case Period.DAY:
                return today, today
            case Period.WEEK:
                monday = today - timedelta(days=today.weekday())
                return monday, monday + timedelta(days=6)
            case Period.MONTH:
                return months(today.year, today.month, 1)
            case Period.QUARTER:
                return months(today.year, today.month - (today.month - 1) % 3, 3)
            case Period.DATES:
                return self.first, self.last
        return None, None

    def moments(self, today: date, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From which moment on it counts, and from which on no more: midnights in ``zone``."""
        first, last = self.days(today)
        return midnight(first, zone), midnight(last + timedelta(days=1) if last else None, zone)


def chosen(choices: Any, value: str | None, default: Any, sentence: str) -> Any:
    if not value:
        return default
    if value not in choices.values:
        raise UnknownBoard(sentence % value[:40])
    return choices(value)


def read_scope(text: str) -> tuple[Among, Key]:
    kind, _colon, key = text.partition(":")
    unknown = UnknownBoard(_("There is no leaderboard among “%s”.") % text[:60])
    if kind not in Among.values or (kind == Among.SITE) != (not key):
        raise unknown
    try:
        if kind == Among.TOPIC:
            # As the database counts; digits of other scripts are numbers to int(), too.
            return Among.TOPIC, int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else int("none")
        return Among(kind), UUID(key) if key else None
    except ValueError:
        raise unknown from None


def read_day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise UnknownBoard(_("“%s” is no day. Write it as year, month and day, such as 2026-11-30.") % text[:20])
    return day


def months(year: int, month: int, count: int) -> tuple[date, date]:
    after = year * 12 + month - 1 + count
    return date(year, month, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None


@dataclass(frozen=True)
class Place:
    """Where somebody stands: ``rank`` is shared by those of one value (1, 2, 2, 4), ``place`` is each one's own."""

    learner: int
    value: int
    rank: int
    place: int


@dataclass(frozen=True)
class Standings:
    """The first of a board and one learner with their neighbors, by place, each once; and how many there are in all."""

    places: tuple[Place, ...] = ()
    total: int = 0

    def of(self, learner: int) -> Place | None:
        return next((place for place in self.places if place.learner == learner), None)

"""Days, weeks from Monday and months of a calendar."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Grain(TextChoices):
    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")


def start_of(grain: Grain, day: date) -> date:
    """The first day of the period that ``day`` is in."""
    if grain == Grain.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == Grain.MONTH else day


def end_of(grain: Grain, start: date) -> date:
    """The first day after the period that begins on ``start``."""
    if grain == Grain.WEEK:
        return start + timedelta(days=7)
    if grain == Grain.MONTH:
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=1)


def months_of(days: Iterable[date]) -> list[date]:
    """The first days of the months that ``days`` are in, in order."""
    return sorted({day.replace(day=1) for day in days})

"""The values of conditions: plain data from a spec, a form or a command line, made into what a column is compared with."""

import datetime as dt
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from reports.columns import WITHOUT_VALUE, Column, Operator, Type
from reports.exceptions import WrongValue
from reports.relative_dates import Relative

MOST_VALUES = 1000
LONGEST = 500
LARGEST = Decimal(10) ** 15
# Days whose midnight, and that of the day after, every zone and every database has.
FIRST_YEAR, LAST_YEAR = 1000, 9000
NUMBERS = frozenset({Type.NUMBER, Type.DECIMAL, Type.PERCENT, Type.DURATION})
ANSWERS = {"yes": True, "no": False}
DAYS = frozenset({Type.DATE, Type.DATETIME})


def clean_value(column: Column, operator: Operator, value: Any) -> Any:
    """``value`` as the column's type has it: None, one value, a list, a pair, or a `Relative`.

    WrongValue with a sentence that names the column where it does not fit.
    """
    if operator in WITHOUT_VALUE:
        if value not in (None, ""):
            raise WrongValue(_("“%(column)s” is compared with nothing here, so no value is needed.") % said(column))
        return None
    if operator in (Operator.ANY_OF, Operator.NONE_OF):
        return several(column, value)
    if operator == Operator.BETWEEN:
        pair = value.split("..") if isinstance(value, str) else value
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise WrongValue(_("“%(column)s” needs two values, from and to.") % said(column))
        first, last = (one(column, entry) for entry in pair)
        if first > last:
            raise WrongValue(_("“%(column)s”: the first value is larger than the second.") % said(column))
        return first, last
    if operator == Operator.WITHIN:
        return relative(column, value)
    return one(column, value)


def several(column: Column, value: Any) -> list[Any]:
    entries = [entry.strip() for entry in value.split(",")] if isinstance(value, str) else value
    if not isinstance(entries, list | tuple) or not entries or "" in entries:
        raise WrongValue(_("“%(column)s” needs at least one value.") % said(column))
    if len(entries) > MOST_VALUES:
        raise WrongValue(
            _("“%(column)s” has %(count)d values, and at most %(most)d are allowed.")
            % {**said(column), "count": len(entries), "most": MOST_VALUES}
        )
    return [one(column, entry) for entry in entries]


def relative(column: Column, value: Any) -> Relative:
    try:
        return value if isinstance(value, Relative) else Relative.model_validate(value)
    except ValidationError:
        raise WrongValue(
            _("“%(column)s” needs a stretch of time, such as the last 2 full weeks.") % said(column)
        ) from None


def one(column: Column, value: Any) -> Any:
    if column.type in NUMBERS:
        return number(column, value)
    if column.type in DAYS:
        return day(column, value)
    if column.type == Type.BOOLEAN:
        return yes_or_no(column, value)
    if not isinstance(value, str):
        raise WrongValue(_("“%(column)s” is compared with a text.") % said(column))
    if len(value) > LONGEST or "\x00" in value:
        raise WrongValue(
            _("The value for “%(column)s” is longer than %(most)d characters or holds signs that no text has.")
            % {**said(column), "most": LONGEST}
        )
    if column.type == Type.CHOICE:
        return choice(column, value)
    if column.type == Type.REFERENCE:
        return reference(column, value)
    return value


def number(column: Column, value: Any) -> Decimal:
    try:
        found = Decimal(str(value)) if not isinstance(value, bool) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or abs(found) > LARGEST:
        raise WrongValue(_("“%(value)s” is no number, and “%(column)s” needs one.") % said(column, value))
    return found


def day(column: Column, value: Any) -> dt.date:
    try:
        found = value if is_day(value) else dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise WrongValue(
            _("“%(value)s” is no day, and “%(column)s” needs one, written like 2026-11-23.") % said(column, value)
        ) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise WrongValue(
            _("“%(value)s” is too far away for “%(column)s”: write a day of the years %(first)d to %(last)d.")
            % {**said(column, value), "first": FIRST_YEAR, "last": LAST_YEAR}
        )
    return found


def is_day(value: Any) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def yes_or_no(column: Column, value: Any) -> bool:
    found = value if isinstance(value, bool) else ANSWERS.get(value) if isinstance(value, str) else None
    if found is None:
        raise WrongValue(_("“%(column)s” is yes or no, and “%(value)s” is neither.") % said(column, value))
    return found


def choice(column: Column, value: str) -> Any:
    known = {str(entry): entry for entry, _label in column.choices}
    if value not in known:
        raise WrongValue(
            _("“%(value)s” is not among the values of “%(column)s”: %(known)s.")
            % {**said(column, value), "known": ", ".join(known)}
        )
    return known[value]


def reference(column: Column, value: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError:
        raise WrongValue(_("“%(value)s” is no key that “%(column)s” could have.") % said(column, value)) from None


def said(column: Column, value: Any = "") -> dict[str, Any]:
    return {"column": str(column.label), "value": str(value)[:60]}

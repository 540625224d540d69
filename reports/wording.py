"""Reports in words: what they are narrowed by, and what their figures say."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.columns import OPERATOR_WORDS, Column, Operator, Type
from reports.compiling import Context
from reports.relative_dates import Relative
from reports.results import KeyNumber
from reports.spec import Condition, Conditions, Spec
from reports.values import WITHOUT_VALUE, clean_value

MOST_NAMED = 5


def value_in_words(value: Any, kind: Type, zone: dt.tzinfo | None = None) -> str:
    """One value of a result, for reading. Moments are shown in ``zone``, without one in that of the running request."""
    if isinstance(value, dt.datetime):
        return date_format(timezone.localtime(value, zone), "j M Y" if kind == Type.DATE else "j M Y, H:i")
    if isinstance(value, dt.date):
        return day_in_words(value)
    if value is None or value == "":
        return "–"
    match kind:
        case Type.PERCENT:
            # A no-break space, so that the sign stays with its number.
            return f"{number_in_words(value, 0 if value == int(value) else 1)}\u00a0%"
        case Type.NUMBER:
            return number_in_words(value)
        case Type.DECIMAL:
            return number_in_words(value, 0 if value == int(value) else 2)
        case Type.DURATION:
            return duration_in_words(round(value))
        case Type.BOOLEAN:
            return _("yes") if value else _("no")
    return str(value)


def number_in_words(value: Any, digits: int | None = None) -> str:
    """With the separators of the reader's language, and a minus instead of a hyphen."""
    if digits is not None:
        # Django cuts digits off instead of rounding.
        value = round(value, digits)
    return str(number_format(value, decimal_pos=digits, force_grouping=True)).replace("-", "−")


def duration_in_words(seconds: int) -> str:
    """Hours and minutes; seconds only below an hour."""
    if seconds < 0:
        return f"−{duration_in_words(-seconds)}"
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {
            "hours": number_format(hours, force_grouping=True),
            "minutes": minutes,
        }
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": left} if minutes else _("%d s") % left


def default_sentence(figures: tuple[KeyNumber, ...], rows: int) -> str:
    if not rows:
        return _("There is nothing to show: no row meets these conditions.")
    if not figures:
        return ngettext("%(rows)s row.", "%(rows)s rows.", rows) % {"rows": number_format(rows, force_grouping=True)}
    return " · ".join(f"{figure.label}: {value_in_words(figure.value, figure.type)}" for figure in figures)


def conditions_in_words(conditions: Conditions, context: Context) -> str:
    """ "Status is any of: Active; and Due lies in: the last full month". Nothing for no conditions."""
    joined = f" {_('or')} " if conditions.match == "any" else "; "
    parts = []
    for entry in conditions.of:
        if isinstance(entry, Conditions):
            if words := conditions_in_words(entry, context):
                parts.append(f"({words})")
        else:
            parts.append(comparison_in_words(entry, context))
    return joined.join(parts)


def filters_in_words(spec: Spec, context: Context) -> str:
    return "; ".join(
        comparison_in_words(
            Condition(column=entry.column, operator=entry.operator, value=context.values[entry.name]), context
        )
        for entry in spec.filters
        if entry.name in context.values
    )


def comparison_in_words(entry: Condition, context: Context) -> str:
    column = context.source.columns[entry.column]
    words = f"{column.label} {OPERATOR_WORDS[entry.operator]}"
    if entry.operator in WITHOUT_VALUE:
        return words
    value = entry.value if entry.param is None else context.values[entry.param]
    return f"{words} {compared_in_words(column, entry.operator, clean_value(column, entry.operator, value), context)}"


def compared_in_words(column: Column, operator: Operator, value: Any, context: Context) -> str:
    if isinstance(value, Relative):
        days = value.days(context.moment.local.date())
        return _("%(words)s (%(first)s to %(last)s)") % {
            "words": value.in_words(),
            "first": day_in_words(days.first),
            "last": day_in_words(days.last),
        }
    if operator == Operator.BETWEEN:
        return _("%(first)s and %(last)s") % {"first": single(column, value[0]), "last": single(column, value[1])}
    if isinstance(value, list):
        if column.type == Type.REFERENCE:
            return ngettext("%(count)d chosen", "%(count)d chosen", len(value)) % {"count": len(value)}
        named = ", ".join(f"“{single(column, entry)}”" for entry in value[:MOST_NAMED])
        rest = len(value) - MOST_NAMED
        return _("%(named)s and %(rest)d more") % {"named": named, "rest": rest} if rest > 0 else named
    return single(column, value)


def single(column: Column, value: Any) -> str:
    if isinstance(value, dt.date):
        return day_in_words(value)
    if column.type == Type.CHOICE:
        return column.choice_label(value)
    if column.type == Type.TEXT:
        return f"“{value}”"
    return value_in_words(value, column.type)


def day_in_words(day: dt.date) -> str:
    return date_format(day, "j M Y")

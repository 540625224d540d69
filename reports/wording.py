"""Reports in words: what they are narrowed by, and what their figures say."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.columns import LISTS, OPERATOR_WORDS, Column, Operator, Type
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
    return "; ".join(comparison_in_words(entry, context) for entry in filters_set(spec, context))


def filters_set(spec: Spec, context: Context) -> list[Condition]:
    """The filters that have a value this time, as the conditions they are."""
    return [
        Condition(column=entry.column, operator=entry.operator, value=context.values[entry.name])
        for entry in spec.filters
        if entry.name in context.values
    ]


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
        return listed(column, value, context)
    return single(column, value)


def listed(column: Column, values: list[Any], context: Context) -> str:
    """The first of ``values`` by name, and how many more there are: also those that the viewer may not know."""
    if column.type == Type.REFERENCE:
        names = [context.names[key] for key in dict.fromkeys(values) if key in context.names]
        if not names:
            return ngettext("%(count)d chosen", "%(count)d chosen", len(values)) % {"count": len(values)}
    else:
        names = [value if column.type == Type.TEXT else single(column, value) for value in values]
    named, rest = ", ".join(f"“{name}”" for name in names[:MOST_NAMED]), len(values) - len(names[:MOST_NAMED])
    return _("%(named)s and %(rest)d more") % {"named": named, "rest": rest} if rest > 0 else named


def with_names(context: Context, comparisons: Iterable[Condition]) -> Context:
    """``context`` with the names of what ``comparisons`` point to, as far as its viewer may know them. One query at most."""
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for entry in comparisons:
        column = context.source.columns[entry.column]
        value = entry.value if entry.param is None else context.values[entry.param]
        if column.things and entry.operator in LISTS:
            wanted[column.things].update(clean_value(column, entry.operator, value))
    if not wanted or context.viewer is None:
        return context
    first, *others = [
        things.rows(context.viewer)
        .using(settings.REPORTS_DATABASE)
        .filter(thing__in=keys)
        .order_by()
        .values_list("thing", "called")
        for things, keys in wanted.items()
    ]
    names: dict[Any, str] = {}
    # Of a course in two languages, the name that comes first.
    for key, name in sorted(first.union(*others, all=True) if others else first, key=lambda pair: pair[1]):
        names.setdefault(key, name)
    return replace(context, names=names)


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

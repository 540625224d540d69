"""What a schedule pins a report's filters and params to: days that are said from the day it is due become days.

A stretch of time, such as the last full week, may stand wherever a report compares a date: between its days, before
its first or after its last one.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from reports.checking import askable
from reports.columns import OPERATOR_WORDS, Operator
from reports.compiling import Context
from reports.exceptions import InvalidSpec
from reports.moments import Moment
from reports.registries import Source
from reports.relative_dates import Days, Relative
from reports.spec import Condition, Spec
from reports.values import clean_value
from reports.wording import compared_in_words, with_names

# What a stretch of time becomes, where it stands in the place of days.
DAYS_OF = {
    Operator.BETWEEN: lambda days: [days.first.isoformat(), days.last.isoformat()],
    Operator.BEFORE: lambda days: days.first.isoformat(),
    Operator.AFTER: lambda days: days.last.isoformat(),
}


def values_at(pinned: Mapping[str, Any], spec: Spec, moment: Moment) -> dict[str, Any]:
    """``pinned`` as a report run at ``moment`` takes it, whenever it is really run. What fits nothing is left for the
    report to refuse; InvalidSpec beyond the calendar's end."""
    found = dict(pinned)
    for pin in askable(spec):
        relative = stretch_of(pinned.get(pin.name))
        if relative is not None and pin.operator in DAYS_OF:
            found[pin.name] = DAYS_OF[Operator(pin.operator)](days_at(relative, moment))
    return found


def stretch_of(value: Any) -> Relative | None:
    if isinstance(value, dict) and "relative" in value:
        try:
            return Relative.model_validate(value)
        except ValidationError:
            return None
    return None


def days_at(relative: Relative, moment: Moment) -> Days:
    try:
        return relative.days(moment.local.date())
    except OverflowError:
        raise InvalidSpec([_("The calendar ends before %(days)s.") % {"days": relative.in_words()}]) from None


def pinned_in_words(pinned: Mapping[str, Any], spec: Spec, source: Source, moment: Moment, viewer: Any) -> list[str]:
    """Each thing that is pinned, such as "Enrolled is between: the last full week (16 Nov 2026 to 22 Nov 2026)"."""
    pins = [pin for pin in askable(spec) if pin.name in pinned]
    said = [
        Condition(column=pin.column, operator=Operator(pin.operator), value=pinned[pin.name])
        for pin in pins
        if pinned[pin.name] not in (None, "", [])
    ]
    context, found = with_names(Context(source, moment, {}, viewer), said), []
    for pin in pins:
        value, column = pinned[pin.name], source.columns[pin.column]
        label = _(pin.label) if pin.label else str(column.label)
        if value in (None, "", []):
            found.append(_("%(label)s: all") % {"label": label})
            continue
        cleaned = stretch_of(value) or clean_value(column, Operator(pin.operator), value)
        words = compared_in_words(column, Operator(pin.operator), cleaned, context)
        found.append(f"{label} {OPERATOR_WORDS[Operator(pin.operator)]}: {words}")
    return found

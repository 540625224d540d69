"""What a schedule's form asks about its report: the report's own filters, with stretches of time in the place of days."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from reports.builder.fields import stretch_fields
from reports.builder.reading import Question, asked, named, questions
from reports.checking import Asked, askable
from reports.columns import Operator, Type
from reports.drafts.fields import read, tree_of
from reports.drafts.shape import Comparison
from reports.drafts.specs import is_blank, put_value, value_of
from reports.exceptions import InvalidSpec
from reports.registries import Source
from reports.spec import Spec
from reports.windows import DAYS_OF

# No field of a schedule has a name that begins so.
PREFIX = "pin-"


def pinned(spec: Spec, source: Source, posted: QueryDict) -> dict[str, Any]:
    """What the form says of the report's filters and params, by name. InvalidSpec where both days and a stretch of time
    are said."""
    query = QueryDict(mutable=True)
    for name, values in posted.lists():
        if name.startswith(PREFIX):
            query.setlist(name.removeprefix(PREFIX), values)
    found, tree, doubled = asked(spec, source, query), tree_of(query.lists()), []
    for pin in stretchable(spec, source):
        row = replace(read(Comparison, named(tree, pin.name)), operator=Operator.WITHIN, param="")
        stretch = value_of(row, source.columns[pin.column])
        if is_blank(stretch):
            continue
        if found.get(pin.name) is not None:
            doubled.append(
                _("“%(label)s”: say either days or a stretch of time, not both.")
                % {"label": _(pin.label) if pin.label else source.columns[pin.column].label}
            )
        found[pin.name] = stretch
    if doubled:
        raise InvalidSpec(doubled)
    return found


def pin_questions(spec: Spec, source: Source, values: Mapping[str, Any], viewer: Any) -> list[Question]:
    """The report's questions, and beside those for days one for a stretch of time."""
    stretches = {pin.name for pin in stretchable(spec, source)}
    said = {name: value for name, value in values.items() if name not in stretches or not isinstance(value, dict)}
    found = []
    for question in questions(spec, source, said, viewer):
        fields, value = list(question.fields), values.get(question.name)
        if question.name in stretches:
            row = Comparison(operator=Operator.WITHIN)
            put_value(row, value if isinstance(value, dict) else None)
            fields += stretch_fields(question.name, row, _("those days"))
        found.append(
            replace(
                question,
                fields=[replace(field, name=f"{PREFIX}{field.name}") for field in fields],
                sent=f"{PREFIX}{question.sent}" if question.sent else "",
                is_set=value not in (None, "", []),
            )
        )
    return found


def stretchable(spec: Spec, source: Source) -> list[Asked]:
    """What compares a date with days, where a stretch of time may stand for them."""
    return [
        pin
        for pin in askable(spec)
        if pin.operator in DAYS_OF and source.columns[pin.column].type in (Type.DATE, Type.DATETIME)
    ]

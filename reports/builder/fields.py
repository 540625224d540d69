"""Fields of a form, as templates draw them, and those in which a value of a condition is said."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.columns import LISTS, MEASURES, OPERATOR_WORDS, Choice, Column, Operator, Things, Type, Words
from reports.drafts.shape import Comparison
from reports.registries import Source
from reports.values import WITHOUT_VALUE

RELATIVE: Mapping[str, Words] = {
    "last": gettext_lazy("the last full"),
    "this": gettext_lazy("the current"),
    "to_date": gettext_lazy("the current, up to today:"),
    "next": gettext_lazy("the next"),
}
# Of those, the ones that may be several.
COUNTED = frozenset({"last", "next"})
UNITS: Mapping[str, Words] = {
    "day": gettext_lazy("days"),
    "week": gettext_lazy("weeks"),
    "month": gettext_lazy("months"),
    "quarter": gettext_lazy("quarters"),
    "year": gettext_lazy("years"),
}
ONE: Mapping[str, Words] = {
    "day": gettext_lazy("day"),
    "week": gettext_lazy("week"),
    "month": gettext_lazy("month"),
    "quarter": gettext_lazy("quarter"),
    "year": gettext_lazy("year"),
}
# From this many things on, a list of them can be searched.
SEARCHED = 8


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Field:
    """``kind`` is select, text, lines, number, date, email or checks. ``groups`` are options under their headings.

    A field that ``reshapes`` the form changes which other fields there are. A ``quiet`` one has its label read out only.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    groups: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    hint: str = ""
    reshapes: bool = False
    quiet: bool = True
    longest: int = 0
    placeholder: str = ""

    @property
    def options(self) -> tuple[Option, ...]:
        return tuple(option for _heading, options in self.groups for option in options)

    @property
    def is_searched(self) -> bool:
        return len(self.options) > SEARCHED

    @property
    def chosen_count(self) -> int:
        return sum(option.is_chosen for option in self.options)


class Candidates:
    """What references may point to, for one viewer; each list is asked for once."""

    def __init__(self, viewer: Any):
        self.viewer = viewer
        self.known: dict[Things, list[Choice]] = {}

    def of(self, column: Column, chosen: Iterable[str] = ()) -> list[Choice]:
        if column.named is not None:
            return column.named(self.viewer, chosen) if chosen else []
        if column.candidates is None:
            return []
        if column.candidates not in self.known:
            self.known[column.candidates] = column.candidates(self.viewer)
        return self.known[column.candidates]


def select(name: str, label: str, pairs: Iterable[tuple[str, Any]], value: str, **more: Any) -> Field:
    """A choice of one. A ``value`` that is not among ``pairs`` stays chosen: it was posted or saved, and says what is wrong."""
    options = [Option(str(key), str(words), str(key) == value) for key, words in pairs]
    if value and not any(option.is_chosen for option in options):
        options.append(Option(value, value, is_chosen=True))
    return Field(name, label, "select", value, ((("", tuple(options))),), **more)


def column_options(
    source: Source, value: str = "", *, keep: Callable[[Column], bool] = lambda column: True, empty: str = ""
) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """The columns of ``source`` under what they are about."""
    groups: dict[str, list[Option]] = {}
    if empty:
        groups[""] = [Option("", empty, not value)]
    for key, column in source.columns.items():
        if keep(column) or key == value:
            heading = str(column.entity) if column.entity else str(source.title)
            groups.setdefault(heading, []).append(Option(key, str(column.label), key == value))
    if value and value not in source.columns:
        groups.setdefault("", []).append(Option(value, _("%(key)s (gone)") % {"key": value}, is_chosen=True))
    return tuple((heading, tuple(options)) for heading, options in groups.items())


def operator_field(path: str, row: Comparison, column: Column | None, *, is_asked: bool = False) -> Field:
    legal = [
        (operator.value, words)
        for operator, words in OPERATOR_WORDS.items()
        if column is not None and operator in (column.asked_operators if is_asked else column.said_operators)
    ]
    return select(f"{path}-operator", _("Comparison"), legal, row.operator, reshapes=True)


def value_fields(path: str, row: Comparison, column: Column | None, candidates: Candidates) -> list[Field]:
    """Where the value is said: which fields there are hangs on the column's type and the operator."""
    label = _("Value for %(column)s") % {"column": column.label if column else row.column}
    operator = row.operator
    if operator in WITHOUT_VALUE:
        return []
    if column is None:
        return [Field(f"{path}-value", label, value=row.value)]
    if operator in LISTS:
        return [list_field(path, row, column, label, candidates)]
    if operator == Operator.WITHIN:
        return relative_fields(path, row)
    if column.type == Type.BOOLEAN:
        return [select(f"{path}-value", label, [("", _("either")), ("yes", _("yes")), ("no", _("no"))], row.value)]
    kind = "number" if column.type in MEASURES else "date" if column.type in (Type.DATE, Type.DATETIME) else "text"
    unit = {Type.PERCENT: _("percent"), Type.DURATION: _("seconds")}.get(column.type, "")
    if operator == Operator.BETWEEN:
        return [
            Field(f"{path}-value", _("From"), kind, row.value, quiet=False, hint=unit),
            Field(f"{path}-until", _("To"), kind, row.until, quiet=False, hint=unit),
        ]
    return [Field(f"{path}-value", label, kind, row.value, hint=unit, longest=500)]


def list_field(path: str, row: Comparison, column: Column, label: str, candidates: Candidates) -> Field:
    if column.type == Type.REFERENCE:
        known = [(entry.value, entry.label) for entry in candidates.of(column, row.values)]
    elif column.type == Type.CHOICE:
        known = [(str(value), str(words)) for value, words in column.choices]
    else:
        return Field(f"{path}-value", label, "lines", row.value or "\n".join(row.values), hint=_("One value a line."))
    chosen = set(row.values)
    options = [Option(value, words, value in chosen) for value, words in known]
    names = {value for value, _words in known}
    # What somebody else chose and this viewer cannot see stays chosen.
    options += [Option(value, _("One you cannot see"), is_chosen=True) for value in row.values if value not in names]
    return Field(f"{path}-values", label, "checks", groups=(("", tuple(options)),))


def relative_fields(path: str, row: Comparison) -> list[Field]:
    which, count, unit = stretch_fields(path, row)
    counted = row.relative in (*COUNTED, "")
    return [replace(which, reshapes=True), *([replace(count, hint="")] if counted else []), replace(unit, hint="")]


def stretch_fields(path: str, row: Comparison, nothing: str = "") -> list[Field]:
    """A stretch of time where nothing draws the form anew as another is chosen: each field is there, and says when it
    counts. Those that do not are hidden by the stylesheet. ``nothing`` is what is chosen where there need not be one."""
    several = row.relative in COUNTED and row.count not in ("", "1")
    which = select(f"{path}-relative", _("Which"), RELATIVE.items(), row.relative)
    if nothing:
        which = with_nothing(which, nothing)
    hint = _("Counts for “the last full” and “the next”.")
    count = Field(f"{path}-count", _("How many"), "number", row.count or "1", hint=hint)
    hint = _("Counts for everything but “%(nothing)s”.") % {"nothing": nothing} if nothing else ""
    units = UNITS if several else ONE
    unit = select(f"{path}-unit", _("Days, weeks, months"), units.items(), row.unit or "month", hint=hint)
    return [which, count, unit]


def with_nothing(field: Field, words: str) -> Field:
    """The choice of a stretch of time for somebody who need not choose one."""
    return replace(field, groups=(("", (Option("", words, not field.value), *field.options)),))

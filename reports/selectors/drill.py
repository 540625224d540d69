"""From a number of a report to the rows behind it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.checking import check_spec
from reports.columns import BUCKET_WORDS, Aggregation, Bucket, Column, Type
from reports.compiling import in_bucket, label_of
from reports.exceptions import WrongValue
from reports.registries import RECORDS
from reports.selectors.results import Prepared
from reports.spec import ColumnSpec, Spec
from reports.values import choice, number, reference
from reports.wording import value_in_words

TABLE, SUMMARY = "table", "summary"
ALL_OF_GROUP = frozenset({Aggregation.PERCENT_TRUE, Aggregation.SHARE})


class Drilled(Prepared):
    """The single rows behind one cell of ``prepared``: those of its group, and of these the ones its number counts.

    ``keys`` are the group's, by the names of the columns, as texts from an address; None where the group has no value.
    WrongValue where they name no group of the report. Every row lies within the report's conditions and the viewer's scope.
    """

    def __init__(
        self, prepared: Prepared, *, of: str, keys: Mapping[str, str | None], cell: str = "", limit: int | None = None
    ):
        spec = prepared.spec
        columns = drilled_columns(spec, of)
        if columns is None or {entry.name for entry in columns if not entry.aggregation} != set(keys):
            raise WrongValue(_("The report has no such group."))
        definition = replace(prepared.definition, spec=detail_spec(prepared), sentence=None, rule="")
        names = {*(entry.name for entry in spec.filters), *(entry.name for entry in spec.params)}
        # What is not narrowed there is not narrowed here, whatever a filter begins with.
        given = {name: prepared.context.values.get(name) for name in names}
        super().__init__(definition=definition, viewer=prepared.viewer, moment=prepared.moment, given=given)
        self.words: list[str] = []
        by_name = {entry.name: entry for entry in columns}
        for place, (name, text) in enumerate(keys.items()):
            self.narrow(place, by_name[name], text)
        if cell:
            self.count(by_name.get(cell))

    def narrow(self, place: int, entry: ColumnSpec, text: str | None) -> None:
        column = self.source.columns[entry.column]
        value = None if text is None else group_value(column, entry.bucket, text)
        alias = f"d{place}"
        self.base = self.base.alias(**{alias: in_bucket(column, entry, self.context)})
        self.base = self.base.filter(**{f"{alias}__isnull": True} if value is None else {alias: value})
        self.words.append(f"{column.label}: {group_words(self, column, entry, value)}")

    def count(self, entry: ColumnSpec | None) -> None:
        """Only the rows that this number is made of: those that have a value at all, or are a yes."""
        if entry is None or entry.aggregation is None:
            raise WrongValue(_("The report has no such number."))
        column = self.source.columns[entry.column]
        words = label_of(column, entry.aggregation)
        if entry.column == RECORDS or entry.aggregation in ALL_OF_GROUP:
            return
        self.base = self.base.alias(d_cell=self.context.expression(entry.column))
        if column.type == Type.BOOLEAN and entry.aggregation == Aggregation.SUM:
            self.base = self.base.filter(d_cell=True)
            words = _("%(column)s: yes") % {"column": column.label}
        elif column.zero_is_nothing:
            self.base = self.base.exclude(d_cell=0)
        else:
            self.base = self.base.filter(d_cell__isnull=False)
        self.words.append(words)

    def facts(self) -> tuple[tuple[str, str], ...]:
        return (("", "; ".join(self.words)), *super().facts()) if self.words else super().facts()


def drilled_columns(spec: Spec, of: str) -> tuple[ColumnSpec, ...] | None:
    if of == SUMMARY and spec.summary:
        return spec.summary.columns
    return spec.columns if of == TABLE and spec.is_grouped else None


def detail_spec(prepared: Prepared) -> Spec:
    """The report's conditions and filters over single rows: those its source shows where nobody has chosen."""
    spec, source = prepared.spec, prepared.source
    keys = list(source.details) or [key for key, column in source.columns.items() if not column.only_adds_up][:10]
    if not spec.is_grouped:
        keys = [entry.column for entry in spec.columns]
    found = spec.model_copy(
        update={
            "columns": tuple(ColumnSpec(column=key) for key in dict.fromkeys(keys)),
            "sort": (),
            "limit": None,
            "figures": (),
            "summary": None,
            "chart": None,
        }
    )
    check_spec(found)
    return found


def can_be_drilled(prepared: Prepared, of: str) -> bool:
    """Whether every group can be told from the others by what an address holds."""
    columns = drilled_columns(prepared.spec, of)
    return columns is not None and all(
        entry.aggregation or prepared.source.columns[entry.column].type != Type.DECIMAL for entry in columns
    )


def group_value(column: Column, bucket: Bucket | None, text: str) -> Any:
    """A key of a group, as an address has it, as the database does."""
    try:
        if bucket or column.type == Type.DATE:
            return dt.date.fromisoformat(text)
        match column.type:
            case Type.DATETIME:
                return dt.datetime.fromisoformat(text)
            case Type.REFERENCE:
                return reference(column, text)
            case Type.CHOICE:
                return choice(column, text)
            case Type.BOOLEAN:
                return {"True": True, "False": False}[text]
            case Type.NUMBER | Type.DURATION | Type.PERCENT | Type.DECIMAL:
                return number(column, text)
    except (ValueError, KeyError):
        raise WrongValue(_("The report has no such group.")) from None
    if "\x00" in text:
        raise WrongValue(_("The report has no such group."))
    return text


def group_words(prepared: Prepared, column: Column, entry: ColumnSpec, value: Any) -> str:
    if value is None:
        return _("none")
    if column.type == Type.REFERENCE:
        return name_of(prepared, entry) or _("none")
    if entry.bucket:
        return f"{date_format(value, 'j M Y')} ({BUCKET_WORDS[entry.bucket]})"
    if isinstance(value, dt.date):
        return date_format(value, "j M Y")
    return column.choice_label(value) if column.type == Type.CHOICE else value_in_words(value, column.type)


def name_of(prepared: Prepared, entry: ColumnSpec) -> str:
    rows: QuerySet = prepared.base.order_by().annotate(d_name=prepared.context.expression(entry.column, label=True))
    return rows.values_list("d_name", flat=True).first() or ""

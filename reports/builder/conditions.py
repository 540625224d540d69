"""What leaves rows out: the author's conditions, and the filters that readers are offered."""

from django.utils.translation import gettext as _

from reports.builder.fields import (
    Field,
    column_options,
    operator_field,
    select,
    value_fields,
    with_nothing,
)
from reports.builder.parts import Box, Line, Rows
from reports.builder.sections import Section
from reports.columns import Column, Operator
from reports.drafts.changes import row_name
from reports.drafts.shape import Comparison, Group
from reports.drafts.specs import is_blank, value_of
from reports.spec import DEEPEST


class ConditionsSection(Section):
    def box(self, path: str, group: Group, *, depth: int = 1, is_outermost: bool = False) -> Box:
        entries: list[Line | Box] = []
        for place, entry in enumerate(group.of):
            inner = f"{path}-of-{place}"
            entries.append(
                self.box(inner, entry, depth=depth + 1) if isinstance(entry, Group) else self.condition(inner, entry)
            )
        return Box(
            path,
            _("Group of conditions"),
            select(
                f"{path}-match",
                _("How they are joined"),
                [("all", _("all of these")), ("any", _("at least one of these"))],
                group.match,
                reshapes=True,
            ),
            entries,
            self.adding(path, _("Add a condition on"), keep=can_be_compared),
            may_nest=depth < DEEPEST,
            problems=self.problems(path),
            is_outermost=is_outermost,
        )

    def condition(self, path: str, row: Comparison) -> Line:
        column = self.source.columns.get(row.column)
        fields = [
            Field(
                f"{path}-column",
                _("Column"),
                "select",
                row.column,
                column_options(self.source, row.column, keep=can_be_compared),
                reshapes=True,
            ),
            operator_field(path, row, column),
        ]
        hidden = [(f"{path}-was", row.was)]
        note = ""
        if row.param:
            hidden.append((f"{path}-param", row.param))
            note = _("The reader is asked for: %(name)s") % {"name": row.param}
        else:
            fields += value_fields(path, row, column, self.candidates)
        return Line(
            path,
            row_name(row, self.draft, self.source),
            fields,
            self.problems(path),
            hidden,
            note=note,
            is_movable=False,
        )

    def filters(self) -> Rows:
        lines = []
        for place, row in enumerate(self.draft.filters):
            path = f"filters-{place}"
            column = self.source.columns.get(row.column)
            fields = [
                Field(
                    f"{path}-column",
                    _("Column"),
                    "select",
                    row.column,
                    column_options(self.source, row.column, keep=can_be_asked),
                    reshapes=True,
                ),
                operator_field(path, row, column, is_asked=True),
                Field(
                    f"{path}-label",
                    _("Name of the filter"),
                    value=row.label,
                    longest=120,
                    placeholder=str(column.label) if column else "",
                ),
            ]
            hidden = [(f"{path}-was", row.was)]
            begins = value_fields(path, row, column, self.candidates)
            if row.operator == Operator.WITHIN and begins:
                begins[0] = with_nothing(begins[0], _("at any time"))
            lines.append(
                Line(
                    path,
                    row_name(row, self.draft, self.source),
                    fields,
                    self.problems(path),
                    hidden,
                    begins=begins,
                    begins_open=not is_blank(value_of(row, column)),
                )
            )
        return Rows(
            "filters",
            lines,
            self.adding("filters", _("Offer a filter on"), keep=can_be_asked),
            _("Readers see the whole report and cannot narrow it."),
            self.problems("filters"),
            (_("Column"), _("Comparison"), _("Name")),
        )


def can_be_compared(column: Column) -> bool:
    return bool(column.said_operators)


def can_be_asked(column: Column) -> bool:
    """Whether readers can be asked for a value."""
    return bool(column.asked_operators)

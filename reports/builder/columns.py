"""Columns and their order, as rows of the builder's form."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.builder.fields import Field, column_options, select
from reports.builder.parts import Line, Rows
from reports.builder.sections import Section, how_words, options
from reports.columns import Column
from reports.drafts.changes import hows, row_name
from reports.drafts.shape import ColumnRow, SortRow


class ColumnsSection(Section):
    def columns(self, path: str, rows: Sequence[ColumnRow], empty: str = "") -> Rows:
        return Rows(
            path,
            [self.column(f"{path}-{place}", row, rows) for place, row in enumerate(rows)],
            self.adding(path, _("Add a column")),
            empty or _("No columns yet: choose the first one."),
            self.problems(path),
            (_("Column"), _("Shown"), _("Heading")),
        )

    def column(self, path: str, row: ColumnRow, rows: Sequence[ColumnRow]) -> Line:
        column = self.source.columns.get(row.column)
        return Line(
            path,
            row_name(row, self.draft, self.source),
            [
                Field(
                    f"{path}-column",
                    _("Column"),
                    "select",
                    row.column,
                    column_options(self.source, row.column),
                    reshapes=True,
                ),
                self.how(path, row, column, any(entry.how for entry in rows)),
                Field(
                    f"{path}-label",
                    _("Heading"),
                    value=row.label,
                    longest=120,
                    placeholder=str(column.label) if column else "",
                ),
            ],
            self.problems(path),
            [(f"{path}-was", row.was)],
            note=str(column.help) if column else "",
        )

    def how(self, path: str, row: ColumnRow, column: Column | None, is_grouped: bool) -> Field:
        plain = _("in groups") if is_grouped else _("as it is")
        legal = hows(column) if column else []
        return select(
            f"{path}-how",
            _("What is shown of it"),
            [(how, how_words(how, plain)) for how in legal],
            row.how,
            reshapes=True,
        )

    def sort(self, path: str, rows: Sequence[SortRow], columns: Sequence[ColumnRow]) -> Rows:
        pairs = [(row.name, self.name_of(row, columns)) for row in columns]
        lines = [
            Line(
                f"{path}-{place}",
                row_name(row, self.draft, self.source),
                [
                    select(f"{path}-{place}-column", _("Sorted by"), pairs, row.column),
                    select(
                        f"{path}-{place}-direction",
                        _("Direction"),
                        [("up", _("lowest or first on top")), ("down", _("highest or last on top"))],
                        row.direction,
                    ),
                ],
                self.problems(f"{path}-{place}"),
            )
            for place, row in enumerate(rows)
        ]
        add = Field(f"new-{path}", _("Sort by"), "select", groups=(("", options([("", _("Sort by …")), *pairs])),))
        return Rows(path, lines, add, _("In the order of the columns."), self.problems(path))

    def name_of(self, row: ColumnRow, columns: Sequence[ColumnRow]) -> str:
        """A column by its heading, with what is shown of it where two would look alike."""
        name = row_name(row, self.draft, self.source)
        if row.how and not row.label:
            name = f"{name} · {how_words(row.how)}"
        return name

"""The builder's form: sections of rows, each with its fields, its problems and its buttons."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import ROLES
from learning.models import Cohort
from learning.policies import visible_to as visible_cohorts
from reports.builder.fields import (
    Candidates,
    Field,
    Option,
    column_options,
    operator_field,
    select,
    value_fields,
)
from reports.builder.parts import Box, BuilderForm, Line, Rows, Summary
from reports.columns import AGGREGATION_WORDS, BUCKET_WORDS, Aggregation, Bucket, Choice, Column, Words
from reports.drafts.changes import hows, is_measure, row_name
from reports.drafts.checks import Findings
from reports.drafts.shape import BY, ColumnRow, Comparison, Draft, FigureRow, Group, ShareRow, SortRow
from reports.models import Audience
from reports.registries import Source, sources
from reports.spec import DEEPEST
from reports.values import WITHOUT_VALUE

CHART_KINDS: dict[str, Words] = {
    "bar": gettext_lazy("Bars"),
    "horizontal": gettext_lazy("Bars, lying"),
    "grouped": gettext_lazy("Bars side by side"),
    "stacked": gettext_lazy("Bars on one another"),
    "line": gettext_lazy("Lines"),
    "area": gettext_lazy("Areas"),
    "donut": gettext_lazy("Ring"),
    "histogram": gettext_lazy("Histogram"),
    "heatmap": gettext_lazy("Heat map"),
    "number": gettext_lazy("One number"),
}


class Drawing:
    """Draws one draft for one viewer."""

    def __init__(self, draft: Draft, source: Source, found: Findings, viewer: Any):
        self.draft, self.source, self.found, self.viewer = draft, source, found, viewer
        self.candidates = Candidates(viewer)

    def problems(self, path: str) -> list[str]:
        return self.found.places.get(path, [])

    def form(self) -> BuilderForm:
        draft = self.draft
        return BuilderForm(
            source=self.source,
            title=Field("title", _("Title"), value=draft.title, quiet=False, longest=120),
            description=Field(
                "description",
                _("Description"),
                value=draft.description,
                quiet=False,
                longest=300,
                hint=_("One sentence under the title: what the report is for."),
            ),
            columns=self.columns("columns", draft.columns),
            conditions=self.box("conditions", draft.conditions, is_outermost=True),
            filters=self.filters(),
            sort=self.sort("sort", draft.sort, draft.columns),
            limit=Field(
                "limit", _("At most this many rows"), "number", draft.limit, quiet=False, hint=_("Empty: all of them.")
            ),
            figures=self.figures(),
            chart=self.chart(),
            shares=self.shares(),
            problems={path: list(found) for path, found in self.found.places.items()},
            rest=self.found.rest,
            summary=self.summary(),
            params=draft.params,
            is_grouped=draft.is_grouped,
        )

    # Columns ------------------------------------------------------------------------

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

    def adding(self, path: str, label: str, **more: Any) -> Field:
        """The choice beside an Add button."""
        return Field(f"new-{path}", label, "select", groups=column_options(self.source, empty=f"{label} …", **more))

    # Conditions ---------------------------------------------------------------------

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
            self.adding(path, _("Add a condition on"), keep=lambda column: bool(column.offered_operators)),
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
                column_options(self.source, row.column, keep=lambda column: bool(column.offered_operators)),
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
                operator_field(path, row, column, with_value=True),
                Field(
                    f"{path}-label",
                    _("Name of the filter"),
                    value=row.label,
                    longest=120,
                    placeholder=str(column.label) if column else "",
                ),
            ]
            hidden = [(f"{path}-was", row.was)]
            hidden += [(name, value) for name, value in hidden_value(path, row)]
            lines.append(Line(path, row_name(row, self.draft, self.source), fields, self.problems(path), hidden))
        return Rows(
            "filters",
            lines,
            self.adding("filters", _("Offer a filter on"), keep=can_be_asked),
            _("Readers see the whole report and cannot narrow it."),
            self.problems("filters"),
            (_("Column"), _("Comparison"), _("Name")),
        )

    # Order, figures -----------------------------------------------------------------

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

    def figures(self) -> Rows:
        lines = []
        for place, row in enumerate(self.draft.figures):
            lines.append(self.figure(f"figures-{place}", row))
        return Rows(
            "figures",
            lines,
            self.adding("figures", _("Add a number about"), keep=lambda column: bool(column.legal_aggregations)),
            _("No key numbers: the report says how many rows there are."),
            self.problems("figures"),
            (_("Called"), _("Column"), _("Shown")),
        )

    def figure(self, path: str, row: FigureRow) -> Line:
        column = self.source.columns.get(row.column)
        legal = [(how, how_words(how)) for how in (hows(column) if column else []) if how in AGGREGATION_WORDS]
        return Line(
            path,
            row_name(row, self.draft, self.source),
            [
                Field(f"{path}-label", _("Called"), value=row.label, longest=120, placeholder=_("What it is called")),
                Field(
                    f"{path}-column",
                    _("Column"),
                    "select",
                    row.column,
                    column_options(self.source, row.column, keep=lambda column: bool(column.legal_aggregations)),
                    reshapes=True,
                ),
                select(f"{path}-how", _("What is shown of it"), legal, row.how),
            ],
            self.problems(path),
            group=self.box(f"{path}-conditions", row.conditions, depth=2),
        )

    # Summary, chart, shares -----------------------------------------------------------

    def summary(self) -> Summary | None:
        summary = self.draft.summary
        if summary is None:
            return None
        return Summary(
            Field("summary-title", _("Title of the summary"), value=summary.title, quiet=False, longest=120),
            self.columns("summary-columns", summary.columns),
            self.sort("summary-sort", summary.sort, summary.columns),
            Field("summary-limit", _("At most this many groups"), "number", summary.limit, quiet=False),
            [*self.problems("summary-limit"), *self.problems("summary-title")],
        )

    def chart(self) -> list[Field]:
        chart, rows = self.draft.chart, self.draft.charted
        kinds = [("", _("No chart")), *CHART_KINDS.items()]
        kind = select("chart-kind", _("Chart"), kinds, chart.kind, quiet=False, reshapes=True)
        if not chart.kind:
            return [kind]
        places = [("", _("nothing")), *((row.name, self.name_of(row, rows)) for row in rows if row.is_key)]
        numbers = [row for row in rows if is_measure(row, self.source)]
        measures = [Option(row.name, self.name_of(row, rows), row.name in chart.measures) for row in numbers]
        known = {row.name for row in numbers}
        measures += [Option(name, name, is_chosen=True) for name in chart.measures if name not in known]
        return [
            kind,
            select("chart-by", _("One part for each"), places, chart.by, quiet=False),
            Field(
                "chart-measures",
                _("What is drawn"),
                "checks",
                groups=(("", tuple(measures)),),
                quiet=False,
                hint="" if measures else _("No column is a number yet. Add “Rows · number”, or count a column."),
            ),
            Field("chart-title", _("Title of the chart"), value=chart.title, quiet=False, longest=120),
        ]

    def shares(self) -> Rows:
        lines = []
        for place, row in enumerate(self.draft.shares):
            path = f"shares-{place}"
            words = dict(Audience.choices).get(row.audience, row.audience)
            lines.append(
                Line(
                    path,
                    str(words),
                    self.share_fields(path, row, str(words)),
                    self.problems(path),
                    [(f"{path}-audience", row.audience)],
                    note=str(words),
                    is_movable=False,
                )
            )
        return Rows(
            "shares",
            lines,
            Field(
                "new-shares",
                _("Share with"),
                "select",
                groups=(("", options([("", _("Share with …")), *Audience.choices])),),
            ),
            _("Only you, and those who keep all reports."),
            self.problems("shares"),
        )

    def share_fields(self, path: str, row: ShareRow, label: str) -> list[Field]:
        if row.audience == Audience.EVERYONE:
            return []
        if row.audience == Audience.PERSON:
            return [Field(f"{path}-key", _("E-mail address"), "email", row.key, placeholder=_("name@example.com"))]
        pairs = [("", _("Choose …"))]
        pairs += [(entry.value, entry.label) for entry in self.audience_choices(row.audience)]
        return [select(f"{path}-key", label, pairs, row.key)]

    def audience_choices(self, audience: str) -> Iterable[Choice]:
        """What the viewer may choose from."""
        columns = sources["enrollments"].columns
        match audience:
            case Audience.ROLE:
                return [Choice(role.name, str(role.label)) for role in ROLES]
            case Audience.TEAM:
                return self.candidates.of(columns["team"])
            case Audience.COURSE_STAFF:
                return self.candidates.of(columns["course"])
            case Audience.COHORT:
                found = visible_cohorts(self.viewer, Cohort.objects.all()).order_by("name", "pk")
                return [Choice(str(key), name) for key, name in found.values_list("uuid", "name")]
        return []


def options(pairs: Iterable[tuple[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(str(value), str(words)) for value, words in pairs)


def how_words(how: str, plain: str = "") -> str:
    if not how:
        return plain
    if how.startswith(BY):
        return str(BUCKET_WORDS[Bucket(how.removeprefix(BY))])
    return str(AGGREGATION_WORDS[Aggregation(how)]).lower() if how in AGGREGATION_WORDS else how


def can_be_asked(column: Column) -> bool:
    """Whether readers can be asked for a value: a yes or no is nothing to say."""
    return bool(column.offered_operators - WITHOUT_VALUE)


def hidden_value(path: str, row: Comparison) -> Iterable[tuple[str, str]]:
    """What a filter begins with, carried along: readers change it, authors rarely."""
    for name in ("value", "until", "relative", "count", "unit"):
        if value := getattr(row, name):
            yield f"{path}-{name}", value
    for value in row.values:
        yield f"{path}-values", value

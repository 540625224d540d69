"""The builder's form: sections of rows, each with its fields, its problems and its buttons."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import ROLES
from learning.models import Cohort
from learning.policies import visible_to as visible_cohorts
from reports.builder.columns import ColumnsSection
from reports.builder.conditions import ConditionsSection
from reports.builder.fields import (
    Field,
    Option,
    column_options,
    select,
)
from reports.builder.parts import BuilderForm, Line, Rows, Summary
from reports.builder.sections import how_words, options
from reports.columns import AGGREGATION_WORDS, Choice, Words
from reports.drafts.changes import hows, is_measure, row_name
from reports.drafts.shape import FigureRow, ShareRow
from reports.models import Audience
from reports.registries import sources

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


class Drawing(ColumnsSection, ConditionsSection):
    """The whole form of one draft, for one viewer."""

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

    # Figures ------------------------------------------------------------------------

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

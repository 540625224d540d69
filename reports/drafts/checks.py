"""What is wrong with a draft, each problem in a sentence at the place it belongs to."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from pydantic import ValidationError

from reports.checking import chart_problems, check_spec, column_problems, comparison_problems
from reports.columns import Operator
from reports.drafts.shape import ColumnRow, Comparison, Draft, Group, SortRow
from reports.drafts.specs import column_data, condition_data, filter_data, is_blank, number, spec_data, value_of
from reports.exceptions import InvalidSpec
from reports.registries import Source
from reports.spec import (
    DEEPEST,
    MOST_CONDITIONS,
    MOST_GROUP_KEYS,
    MOST_ROWS,
    ColumnSpec,
    Condition,
    Filter,
    Spec,
    read_spec,
    sentence,
)
from reports.values import WITHOUT_VALUE

LONGEST_LABEL = 120


@dataclass
class Findings:
    """``spec`` where the draft is right, else what is wrong: ``places`` by the path of the row, ``rest`` about the whole."""

    spec: Spec | None = None
    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    rest: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.rest) + sum(len(found) for found in self.places.values())

    def add(self, path: str, *problems: str) -> None:
        if problems:
            self.places[path] += [problem for problem in problems if problem not in self.places[path]]


def findings(draft: Draft, source: Source) -> Findings:
    found = Findings()
    column_findings(found, "columns", draft.columns, source)
    sort_findings(found, "sort", draft.sort, draft.columns)
    whole_group_findings(found, "conditions", draft.conditions, source)
    for place, row in enumerate(draft.filters):
        label_finding(found, f"filters-{place}", row.label)
        comparison_findings(found, f"filters-{place}", row, source, Filter, filter_data(row, source))
    for place, figure in enumerate(draft.figures):
        path = f"figures-{place}"
        label_finding(found, path, figure.label, is_required=True)
        column_findings(found, "figures", [ColumnRow(figure.column, figure.how)], source, first=place)
        whole_group_findings(found, f"{path}-conditions", figure.conditions, source)
    if draft.summary:
        column_findings(found, "summary-columns", draft.summary.columns, source)
        sort_findings(found, "summary-sort", draft.summary.sort, draft.summary.columns)
        limit_finding(found, "summary-limit", draft.summary.limit, most=500)
        label_finding(found, "summary-title", draft.summary.title)
    label_finding(found, "chart", draft.chart.title)
    limit_finding(found, "limit", draft.limit, most=MOST_ROWS)
    whole_findings(found, draft, source)
    return found


def whole_findings(found: Findings, draft: Draft, source: Source) -> None:
    """What only the whole says: put it where it belongs, unless the row says it already."""
    try:
        spec = read_spec(spec_data(draft, source))
    except InvalidSpec as error:
        if not draft.columns:
            found.add("columns", _("A report needs at least one column. Choose one and press Add."))
        elif not found.places:
            found.rest += error.problems
        return
    if spec.chart:
        found.add("chart", *chart_problems(spec, source))
    try:
        check_spec(spec)
    except InvalidSpec as error:
        # What a row says of itself would stand here again.
        found.rest += [] if found.places else error.problems
    if not found.count:
        found.spec = spec


def column_findings(found: Findings, path: str, rows: list[ColumnRow], source: Source, *, first: int = 0) -> None:
    seen: set[str] = set()
    for place, row in enumerate(rows, first):
        where = f"{path}-{place}"
        label_finding(found, where, row.label)
        if entry := shaped(found, where, ColumnSpec, column_data(row)):
            found.add(where, *column_problems((entry,), source))
        if row.name in seen:
            found.add(where, _("The column “%(name)s” is there twice.") % {"name": row.name})
        seen.add(row.name)
    keys = sum(row.is_key for row in rows)
    if any(row.how for row in rows) and keys > MOST_GROUP_KEYS:
        found.add(
            path,
            _("Rows can be added up by %(most)d columns at most, and here are %(count)d.")
            % {"most": MOST_GROUP_KEYS, "count": keys},
        )


def sort_findings(found: Findings, path: str, rows: list[SortRow], columns: list[ColumnRow]) -> None:
    names = {row.name for row in columns}
    for place, row in enumerate(rows):
        if row.column not in names:
            found.add(
                f"{path}-{place}",
                _("The report is sorted by “%(name)s”, which is none of its columns.") % {"name": row.column},
            )


def whole_group_findings(found: Findings, path: str, group: Group, source: Source) -> None:
    if depth(group) > DEEPEST:
        found.add(
            path,
            _("Conditions lie at most %(deepest)d deep in one another, and these go deeper.") % {"deepest": DEEPEST},
        )
    if (count := len(group.leaves())) > MOST_CONDITIONS:
        found.add(
            path,
            _("A report has at most %(most)d conditions, and this one has %(count)d.")
            % {"most": MOST_CONDITIONS, "count": count},
        )
    group_findings(found, path, group, source)


def depth(group: Group) -> int:
    return 1 + max((depth(entry) for entry in group.of if isinstance(entry, Group)), default=0)


def group_findings(found: Findings, path: str, group: Group, source: Source) -> None:
    for place, entry in enumerate(group.of):
        where = f"{path}-of-{place}"
        if isinstance(entry, Group):
            group_findings(found, where, entry, source)
        else:
            comparison_findings(found, where, entry, source, Condition, condition_data(entry, source))


def comparison_findings(
    found: Findings, path: str, row: Comparison, source: Source, shape: Any, data: dict[str, Any]
) -> None:
    column = source.columns.get(row.column)
    if row.param:
        return
    if shape is Condition and column is not None and row.operator not in WITHOUT_VALUE:
        value = value_of(row, column)
        if is_blank(value) or (row.operator == Operator.BETWEEN and "" in value):
            found.add(path, _("“%(column)s”: say what it is compared with.") % {"column": column.label})
            return
    if shape is Filter and row.operator in WITHOUT_VALUE:
        found.add(path, _("Readers have nothing to say here: choose a comparison with a value."))
        return
    if entry := shaped(found, path, shape, data):
        has_value = shape is Condition or entry.value is not None
        found.add(path, *comparison_problems(entry, source, has_value=has_value))


def shaped(found: Findings, path: str, shape: Any, data: dict[str, Any]) -> Any:
    """``data`` as one part of a spec; None, and what is wrong with it noted at ``path``, where it is none."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        if not found.places.get(path):
            found.add(path, *map(sentence, error.errors()))
        return None


def label_finding(found: Findings, path: str, label: str, *, is_required: bool = False) -> None:
    if len(label) > LONGEST_LABEL:
        found.add(
            path,
            _("A name may have %(most)d characters, and this one has %(count)d.")
            % {"most": LONGEST_LABEL, "count": len(label)},
        )
    elif is_required and not label.strip():
        found.add(path, _("Say what the number is called."))


def limit_finding(found: Findings, path: str, text: str, *, most: int) -> None:
    limit = number(text) if text.strip() else None
    if limit is not None and not (isinstance(limit, int) and 1 <= limit <= most):
        found.add(
            path,
            _("“%(value)s” is no number of rows. Write a whole number from 1 to %(most)s, or leave it empty.")
            % {"value": text[:40], "most": number_format(most, force_grouping=True)},
        )

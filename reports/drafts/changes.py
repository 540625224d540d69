"""What the buttons of the builder do to a draft: rows come, go and move."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports.columns import (
    LISTS,
    MEASURES,
    Aggregation,
    Bucket,
    Column,
    Operator,
    Type,
    aggregated_type,
)
from reports.drafts.shape import (
    BUCKET_VALUES,
    BY,
    ChartDraft,
    ColumnRow,
    Comparison,
    Draft,
    FigureRow,
    Group,
    ShareRow,
    SortRow,
    SummaryDraft,
)
from reports.registries import RECORDS, Source
from reports.values import WITHOUT_VALUE

SUMMARY = "summary"
# What a new condition asks first.
FIRST_OPERATOR = {
    Type.TEXT: Operator.CONTAINS,
    Type.BOOLEAN: Operator.TRUE,
    Type.DATE: Operator.WITHIN,
    Type.DATETIME: Operator.WITHIN,
    Type.CHOICE: Operator.ANY_OF,
    Type.REFERENCE: Operator.ANY_OF,
}
WITHOUT_PLACES = ("number", "histogram")


@dataclass(frozen=True)
class Outcome:
    """What happened, in words, and the id of the field that has the focus next."""

    said: str = ""
    focus: str = ""


def change(draft: Draft, do: str, chosen: Mapping[str, str], source: Source) -> Outcome:
    """Do what a button asks: ``do`` is a verb and the place in the form, such as `up:columns-1`.

    ``chosen`` has the fields beside the Add buttons, `new-` and the place. A place that is not there changes nothing.
    """
    verb, _colon, path = do.partition(":")
    try:
        match verb:
            case "add":
                return add(draft, path, chosen.get(f"new-{path}", ""), source)
            case "group":
                return add_group(draft, path)
            case "up" | "down" | "remove":
                if path == SUMMARY:
                    return remove_summary(draft)
                return move(draft, path, verb, source)
    except (AttributeError, IndexError, KeyError, ValueError, TypeError):
        return Outcome(_("That row is not there any more."))
    return Outcome()


def at(draft: Draft, path: str) -> Any:
    found: Any = draft
    for step in path.split("-"):
        if step.isdigit():
            found = (found.of if isinstance(found, Group) else found)[int(step)]
        elif step != "of":
            found = getattr(found, step)
    return found


# Adding -------------------------------------------------------------------------


def add(draft: Draft, path: str, choice: str, source: Source) -> Outcome:
    if path == SUMMARY:
        return add_summary(draft, source)
    if not choice:
        return Outcome(_("Choose first what to add, then press Add."), focus=f"new-{path}")
    place = at(draft, path)
    column = source.columns.get(choice)
    if isinstance(place, Group):
        place.of.append(comparison(choice, column))
        row_path = f"{path}-of-{len(place.of) - 1}"
        return Outcome(
            _("The condition on “%(name)s” is there. Say what it asks.") % said(choice, column), row_path + "-operator"
        )
    name = path.rpartition("-")[2] or path
    rows = place
    field = ""
    match name:
        case "columns":
            rows.append(ColumnRow(column=choice, how=first_how(column)))
        case "sort":
            rows.append(SortRow(column=choice))
        case "filters":
            rows.append(question(choice, column))
            field = "label"
        case "figures":
            rows.append(figure(choice, column))
            field = "label"
        case "shares":
            rows.append(ShareRow(audience=choice))
            field = "" if choice == "everyone" else "key"
        case _:
            raise KeyError(path)
    focus = f"{path}-{len(rows) - 1}-{field}" if field else f"new-{path}"
    if name == "shares":
        return (
            Outcome(_("Added. Say whom."), focus)
            if field
            else Outcome(_("Added: everybody who may open reports."), focus)
        )
    return Outcome(
        _("“%(name)s” is added as number %(number)d.") % {**said(choice, column), "number": len(rows)}, focus
    )


def said(key: str, column: Column | None) -> dict[str, Any]:
    return {"name": column.label if column else key}


def first_how(column: Column | None) -> str:
    return Aggregation.COUNT.value if column is not None and column.only_adds_up else ""


def comparison(key: str, column: Column | None) -> Comparison:
    row = Comparison(column=key, was=key)
    first_comparison(row, column)
    return row


def question(key: str, column: Column | None) -> Comparison:
    """What readers may narrow by: it begins with nothing, and asks for a value."""
    row = comparison(key, column)
    begin_with_nothing(row, column)
    return row


def begin_with_nothing(row: Comparison, column: Column | None) -> None:
    row.relative = row.count = row.unit = ""
    if column is not None and row.operator not in column.asked_operators:
        row.operator = min(column.asked_operators, default="")


def first_comparison(row: Comparison, column: Column | None) -> None:
    """Ask what a column of this type is most often asked."""
    if column is None:
        return
    row.operator = FIRST_OPERATOR.get(column.type, Operator.AT_LEAST)
    if row.operator not in column.legal_operators:
        row.operator = min(column.legal_operators, default="")
    if row.operator == Operator.WITHIN:
        row.relative, row.count, row.unit = "last", "1", "month"


def figure(key: str, column: Column | None) -> FigureRow:
    how = ""
    if column is not None:
        order = [Aggregation.COUNT, Aggregation.AVERAGE, Aggregation.COUNT_DISTINCT]
        if column.type == Type.BOOLEAN:
            order = [Aggregation.PERCENT_TRUE, *order]
        elif column.type in MEASURES and key != RECORDS:
            order = [Aggregation.AVERAGE, *order]
        how = next((entry.value for entry in order if entry in column.legal_aggregations), "")
    return FigureRow(label=str(column.label) if column else "", column=key, how=how)


def add_group(draft: Draft, path: str) -> Outcome:
    place = at(draft, path)
    if not isinstance(place, Group):
        raise KeyError(path)
    place.of.append(Group(match="any" if place.match == "all" else "all"))
    inner = f"{path}-of-{len(place.of) - 1}"
    return Outcome(_("An empty group is there. Choose what its first condition is about."), f"new-{inner}")


def add_summary(draft: Draft, source: Source) -> Outcome:
    """Begin with what an author of such reports would: rows counted by the first thing that has a name."""
    keys = [row for row in draft.columns if row.is_key and row.column in source.columns]
    named = [row for row in keys if source.columns[row.column].type in (Type.REFERENCE, Type.CHOICE)]
    first = (named or keys)[:1]
    by = [ColumnRow(column=row.column, how=row.how, label=row.label) for row in first]
    draft.summary = SummaryDraft(columns=[*by, ColumnRow(column=RECORDS, how=Aggregation.COUNT.value)])
    draft.chart = ChartDraft(kind=draft.chart.kind, title=draft.chart.title)
    return Outcome(_("The rows are now added up besides. Choose by what, and which numbers."), "new-summary-columns")


def remove_summary(draft: Draft) -> Outcome:
    draft.summary = None
    draft.chart = ChartDraft()
    return Outcome(_("The summary is gone, and its chart with it."), "add-summary")


# Moving and removing --------------------------------------------------------------


def move(draft: Draft, path: str, verb: str, source: Source) -> Outcome:
    parent, _dash, last = path.rpartition("-")
    place, index = at(draft, parent), int(last)
    rows = place.of if isinstance(place, Group) else place
    row = rows[index]
    name = row_name(row, draft, source)
    if verb == "remove":
        del rows[index]
        words = _("“%(name)s” is removed.") % {"name": name}
        if isinstance(row, ColumnRow) and forget(draft, parent, row):
            words = _("“%(name)s” is removed, and from sort and chart too.") % {"name": name}
        if not rows:
            return Outcome(words, f"new-{parent.removesuffix('-of')}")
        return Outcome(words, f"{parent}-{min(index, len(rows) - 1)}-remove")
    target = index + (1 if verb == "down" else -1)
    if not 0 <= target < len(rows):
        words = _("“%(name)s” is the first already.") if verb == "up" else _("“%(name)s” is the last already.")
        return Outcome(words % {"name": name}, f"{path}-{verb}")
    rows[index], rows[target] = rows[target], rows[index]
    return Outcome(
        _("“%(name)s” is now number %(number)d of %(count)d.")
        % {"name": name, "number": target + 1, "count": len(rows)},
        f"{parent}-{target}-{verb}",
    )


def row_name(row: Any, draft: Draft, source: Source) -> str:
    """What people call a row: its heading, else its column."""
    if isinstance(row, Group):
        return _("Group of conditions")
    if isinstance(row, ShareRow):
        return _("Share")
    if label := getattr(row, "label", ""):
        return label
    if isinstance(row, SortRow):
        sorted_by = next((entry for entry in [*draft.columns, *draft.charted] if entry.name == row.column), None)
        return row_name(sorted_by, draft, source) if sorted_by else row.column
    column = source.columns.get(row.column)
    return str(column.label) if column else row.column


def forget(draft: Draft, parent: str, row: ColumnRow) -> bool:
    """Take a removed column out of sort and chart; whether it was there."""
    is_summary = parent.startswith(SUMMARY)
    owner = draft.summary if is_summary and draft.summary else draft
    names = {row.name, row.was}
    kept = [entry for entry in owner.sort if entry.column not in names]
    found = len(kept) < len(owner.sort)
    owner.sort = kept
    if is_summary or draft.summary is None:
        found |= draft.chart.by in names or bool(names & set(draft.chart.measures))
        draft.chart.by = "" if draft.chart.by in names else draft.chart.by
        draft.chart.measures = [name for name in draft.chart.measures if name not in names]
    return found


# What follows from a choice -------------------------------------------------------


def settle(draft: Draft, source: Source) -> None:
    """Let the rest of the form follow what was chosen since it was drawn: sort and chart keep pointing to a column whose
    aggregation changed, a row whose column changed asks what suits the new one, and a chart gets its first parts."""
    follow(draft.columns, draft, source, is_charted=draft.summary is None)
    if draft.summary:
        follow(draft.summary.columns, draft.summary, source, is_charted=True, chart=draft.chart)
    comparisons = [*draft.conditions.leaves(), *draft.filters]
    for figure_row in draft.figures:
        comparisons += figure_row.conditions.leaves()
    for row in comparisons:
        column = source.columns.get(row.column)
        if column is not None and row.was and row.was != row.column:
            refit(row, column)
            if any(row is entry for entry in draft.filters):
                begin_with_nothing(row, column)
        row.was = row.column
    fill_chart(draft, source)


def follow(
    rows: list[ColumnRow], owner: Any, source: Source, *, is_charted: bool, chart: ChartDraft | None = None
) -> None:
    for row in rows:
        column = source.columns.get(row.column)
        was_column = row.was == row.column or row.was.startswith(f"{row.column}_")
        if column is not None and row.was and not was_column and row.how not in hows(column):
            row.how = first_how(column)
    renamed = {row.was: row.name for row in rows if row.was and row.was != row.name}
    chart = chart or getattr(owner, "chart", None)
    for entry in owner.sort:
        entry.column = renamed.get(entry.column, entry.column)
    if is_charted and chart is not None:
        chart.by = renamed.get(chart.by, chart.by)
        chart.measures = [renamed.get(name, name) for name in chart.measures]
    for row in rows:
        row.was = row.name


def hows(column: Column) -> list[str]:
    """Everything that may be done with a column's values: "" for nothing, aggregations, buckets."""
    found = [] if column.only_adds_up else [""]
    found += [f"{BY}{bucket}" for bucket in Bucket] if column.can_be_cut else []
    return [*found, *(entry.value for entry in Aggregation if entry in column.legal_aggregations)]


def refit(row: Comparison, column: Column) -> None:
    """The column changed: what was compared with belonged to the old one."""
    operator = row.operator
    row.value = row.until = row.param = ""
    row.values = []
    if operator in column.said_operators and operator not in LISTS and operator not in WITHOUT_VALUE:
        return
    first_comparison(row, column)


def fill_chart(draft: Draft, source: Source) -> None:
    chart = draft.chart
    if not chart.kind:
        return
    rows = [row for row in draft.charted if row.column in source.columns]
    if not chart.by and chart.kind not in WITHOUT_PLACES:
        chart.by = next((row.name for row in rows if row.is_key), "")
    if not chart.measures:
        chart.measures = [row.name for row in rows if is_measure(row, source)][:1]


def is_measure(row: ColumnRow, source: Source) -> bool:
    column = source.columns.get(row.column)
    if column is None or row.how in BUCKET_VALUES:
        return False
    try:
        kind = aggregated_type(column, Aggregation(row.how)) if row.how else column.type
    except ValueError:
        return False
    return kind in MEASURES

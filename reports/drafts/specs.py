"""From a draft to the data of a spec, and from a spec to its draft. What is right comes back as it went in."""

import json
import re
from collections.abc import Sequence
from typing import Any

from reports.columns import LISTS, MEASURES, Column, Operator, Type
from reports.drafts.shape import (
    BY,
    ChartDraft,
    ColumnRow,
    Comparison,
    Draft,
    FigureRow,
    Group,
    SortRow,
    SummaryDraft,
)
from reports.registries import Source
from reports.relative_dates import Relative
from reports.spec import ColumnSpec, Condition, Conditions, Filter, Sort, Spec
from reports.values import WITHOUT_VALUE

Json = dict[str, Any]
PICKED = frozenset({Type.CHOICE, Type.REFERENCE})
LINES = re.compile(r"\r\n|\r|\n")
WHOLE, BROKEN = re.compile(r"-?\d{1,15}"), re.compile(r"-?\d{1,15}[.,]\d{1,12}")


# To the spec --------------------------------------------------------------------


def spec_data(draft: Draft, source: Source) -> Json:
    """``draft`` as plain data for `reports.spec.read_spec`, right or wrong."""
    data: Json = {
        "source": draft.source,
        "columns": [column_data(row) for row in draft.columns],
        "conditions": group_data(draft.conditions, source),
        "filters": [filter_data(row, source) for row in draft.filters],
        "sort": [sort_data(row) for row in draft.sort],
        "figures": [figure_data(row, source) for row in draft.figures],
    }
    if draft.params:
        data["params"] = params_data(draft.params)
    if draft.limit.strip():
        data["limit"] = number(draft.limit)
    if draft.summary:
        data["summary"] = summary_data(draft.summary)
    if draft.chart.kind:
        chart = draft.chart
        data["chart"] = {"kind": chart.kind, "by": chart.by, "measures": chart.measures, "title": chart.title.strip()}
    return data


def params_data(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def column_data(row: ColumnRow) -> Json:
    how = {"bucket": row.how.removeprefix(BY)} if row.how.startswith(BY) else {"aggregation": row.how}
    return {"column": row.column, **(how if row.how else {}), "label": row.label.strip()}


def sort_data(row: SortRow) -> Json:
    return {"column": row.column, "descending": row.direction == "down"}


def group_data(group: Group, source: Source) -> Json:
    return {
        "match": group.match,
        "of": [
            group_data(entry, source) if isinstance(entry, Group) else condition_data(entry, source)
            for entry in group.of
        ],
    }


def condition_data(row: Comparison, source: Source) -> Json:
    return {"column": row.column, "operator": row.operator, "value": value_of(row, source.columns.get(row.column))}


def filter_data(row: Comparison, source: Source) -> Json:
    value = value_of(row, source.columns.get(row.column))
    return {
        "column": row.column,
        "operator": row.operator,
        "label": row.label.strip(),
        "value": None if is_blank(value) else value,
    }


def figure_data(row: FigureRow, source: Source) -> Json:
    data = {"label": row.label.strip(), "column": row.column, "aggregation": row.how}
    return {**data, "conditions": group_data(row.conditions, source)} if row.conditions.of else data


def summary_data(summary: SummaryDraft) -> Json:
    return {
        "title": summary.title.strip(),
        "columns": [column_data(row) for row in summary.columns],
        "sort": [sort_data(row) for row in summary.sort],
        "limit": number(summary.limit or "50"),
    }


def value_of(row: Comparison, column: Column | None) -> Any:
    """What ``row`` compares with, as a spec holds it."""
    if row.param:
        return {"param": row.param}
    operator = row.operator
    if operator in WITHOUT_VALUE:
        return None
    if operator in LISTS:
        if column is not None and column.type in PICKED:
            return list(row.values)
        return [line for line in LINES.split(row.value) if line.strip()]
    single = number if column is not None and column.type in MEASURES else str.strip
    if operator == Operator.BETWEEN:
        return [single(row.value), single(row.until)]
    if operator == Operator.WITHIN:
        if not row.relative:
            return ""
        return {"relative": row.relative, "unit": row.unit, "count": number(row.count or "1")}
    return single(row.value)


def is_blank(value: Any) -> bool:
    return value in ("", [], ["", ""])


def number(text: str) -> Any:
    """``text`` as a number, with a point or a comma; as it is where it is none."""
    text = text.strip()
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text.replace(",", ".")) if BROKEN.fullmatch(text) else text


# From the spec ------------------------------------------------------------------


def draft_of(spec: Spec, *, title: str = "", description: str = "") -> Draft:
    summary, chart = spec.summary, spec.chart
    return Draft(
        source=spec.source,
        title=title,
        description=description,
        columns=column_rows(spec.columns),
        conditions=group_of(spec.conditions),
        filters=[comparison_row(entry) for entry in spec.filters],
        params=json.dumps([param.model_dump(mode="json") for param in spec.params]) if spec.params else "",
        sort=sort_rows(spec.sort),
        limit=str(spec.limit or ""),
        figures=[
            FigureRow(
                label=figure.label,
                column=figure.column,
                how=figure.aggregation.value,
                conditions=group_of(figure.conditions or Conditions()),
            )
            for figure in spec.figures
        ],
        summary=SummaryDraft(
            title=summary.title,
            columns=column_rows(summary.columns),
            sort=sort_rows(summary.sort),
            limit=str(summary.limit),
        )
        if summary
        else None,
        chart=ChartDraft(kind=chart.kind, by=chart.by, measures=list(chart.measures), title=chart.title)
        if chart
        else ChartDraft(),
    )


def column_rows(columns: Sequence[ColumnSpec]) -> list[ColumnRow]:
    return [
        ColumnRow(
            column=entry.column,
            how=f"{BY}{entry.bucket}" if entry.bucket else entry.aggregation or "",
            label=entry.label,
            was=entry.name,
        )
        for entry in columns
    ]


def sort_rows(sort: Sequence[Sort]) -> list[SortRow]:
    return [SortRow(entry.column, "down" if entry.descending else "up") for entry in sort]


def group_of(conditions: Conditions) -> Group:
    return Group(
        match=conditions.match,
        of=[group_of(entry) if isinstance(entry, Conditions) else comparison_row(entry) for entry in conditions.of],
    )


def comparison_row(entry: Condition | Filter) -> Comparison:
    row = Comparison(
        column=entry.column,
        operator=entry.operator.value,
        label=entry.label if isinstance(entry, Filter) else "",
        was=entry.column,
    )
    if isinstance(entry, Condition) and entry.param is not None:
        row.param = entry.param
    else:
        put_value(row, entry.value)
    return row


def put_value(row: Comparison, value: Any) -> None:
    """Fill in ``value``, as a spec holds it, where ``row``'s operator looks for it."""
    if isinstance(value, Relative):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        row.relative, row.unit = str(value.get("relative", "")), str(value.get("unit", ""))
        row.count = str(value.get("count", 1))
    elif row.operator in LISTS:
        entries = value.split(",") if isinstance(value, str) else list(value or ())
        row.values = [str(entry) for entry in entries]
        row.value = "\n".join(row.values)
    elif row.operator == Operator.BETWEEN:
        pair = value.split("..") if isinstance(value, str) else value
        row.value, row.until = (str(entry) for entry in pair) if pair is not None and len(pair) == 2 else ("", "")
    elif isinstance(value, bool):
        row.value = "yes" if value else "no"
    elif value is not None:
        row.value = str(value)

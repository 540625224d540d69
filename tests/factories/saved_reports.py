"""Reports that people saved."""

from typing import Any

from reports.models import Report
from reports.services import create_report
from reports.spec import read_spec
from tests.factories.accounts import make_person

BY_TEAM: dict[str, Any] = {
    "source": "enrollments",
    "columns": [
        {"column": "team"},
        {"column": "records", "aggregation": "count", "label": "Enrollments"},
        {"column": "is_completed", "aggregation": "sum", "label": "Completed"},
        {"column": "is_completed", "aggregation": "percent_true", "label": "Completion rate"},
    ],
    "filters": [{"column": "course", "operator": "any_of"}, {"column": "enrolled", "operator": "between"}],
    "sort": [{"column": "team"}],
    "chart": {"kind": "bar", "by": "team", "measures": ["is_completed_percent_true"], "title": "Rate"},
}


def make_report(*, owner: Any = None, title: str = "Rate by team", **spec: Any) -> Report:
    """Completion by team, unless told otherwise."""
    return create_report(
        owner=owner or make_person(roles=("report_administrator",)), title=title, spec=read_spec({**BY_TEAM, **spec})
    )


def break_report(report: Report, **spec: Any) -> Report:
    """As if a column had gone since: no service would save that."""
    report.spec = {**report.spec, **(spec or {"columns": [{"column": "team"}, {"column": "shoe_size"}]})}
    report.save(update_fields=["spec"])
    return report

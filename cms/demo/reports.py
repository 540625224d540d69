"""Two reports somebody made: one for everybody who answers for people, one that its author keeps to herself."""

from cms.demo.people import Company
from reports.models import Audience, Report
from reports.services import create_report, share_report
from reports.spec import read_spec

BY_TEAM = {
    "source": "enrollments",
    "columns": [
        {"column": "team"},
        {"column": "records", "aggregation": "count", "label": "Enrollments"},
        {"column": "is_completed", "aggregation": "sum", "label": "Completed"},
        {"column": "is_completed", "aggregation": "percent_true", "label": "Completion rate"},
    ],
    "conditions": {
        "of": [
            {"column": "enrolled", "operator": "within", "value": {"relative": "last", "unit": "month", "count": 3}},
        ]
    },
    "filters": [{"column": "course", "operator": "any_of"}, {"column": "enrolled", "operator": "between"}],
    "sort": [{"column": "is_completed_percent_true"}],
    "figures": [
        {"label": "Enrollments", "column": "records", "aggregation": "count"},
        {"label": "Completion rate", "column": "is_completed", "aggregation": "percent_true"},
        {"label": "Average score", "column": "score", "aggregation": "average"},
    ],
    "chart": {
        "kind": "horizontal",
        "by": "team",
        "measures": ["is_completed_percent_true"],
        "title": "Completion rate by team",
    },
}
LATE = {
    "source": "enrollments",
    "columns": [
        {"column": "person"},
        {"column": "team"},
        {"column": "course"},
        {"column": "due"},
        {"column": "lessons_done"},
        {"column": "lessons"},
        {"column": "last_activity"},
    ],
    "conditions": {
        "of": [
            {"column": "status", "operator": "any_of", "value": ["active"]},
            {
                "match": "any",
                "of": [
                    {"column": "is_overdue", "operator": "true"},
                    {
                        "column": "due",
                        "operator": "within",
                        "value": {"relative": "next", "unit": "day", "count": 14},
                    },
                ],
            },
        ]
    },
    "filters": [{"column": "team", "operator": "any_of"}, {"column": "course", "operator": "any_of"}],
    "sort": [{"column": "due"}, {"column": "person"}],
    "figures": [
        {"label": "Late or due soon", "column": "records", "aggregation": "count"},
        {
            "label": "Late already",
            "column": "records",
            "aggregation": "count",
            "conditions": {"of": [{"column": "is_overdue", "operator": "true"}]},
        },
    ],
}


def make_reports(company: Company) -> list[Report]:
    reporter = company.accounts.reporter
    by_team = create_report(
        owner=reporter,
        title="Completion rate by team, last quarter",
        description="How many of those who enrolled in the last three full months have completed, team by team.",
        spec=read_spec(BY_TEAM),
    )
    share_report(report=by_team, shares=[(Audience.ROLE, "manager"), (Audience.ROLE, "instructor")], editor=reporter)
    late = create_report(
        owner=reporter,
        title="Late, or due within two weeks",
        description="Whom to write to on Monday.",
        spec=read_spec(LATE),
    )
    return [by_team, late]

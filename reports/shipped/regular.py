"""Shipped reports that are mailed week by week and month by month: what happened on each course."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import COHORT, COURSE, TEAM
from reports.spec import Spec, read_spec


def happened(unit: str, label: str) -> Spec:
    """What happened in the last full ``unit``, course by course; courses on which nothing did are left out."""
    active, enrolled, completed = (f"{what}_last_{unit}" for what in ("active", "enrolled", "completed"))
    numbers = [
        {"column": active, "aggregation": "sum", "label": gettext_noop("Active")},
        {"column": enrolled, "aggregation": "sum", "label": gettext_noop("Enrolled")},
        {"column": completed, "aggregation": "sum", "label": gettext_noop("Completed")},
    ]
    return read_spec(
        {
            "source": "enrollments",
            "columns": [{"column": "course"}, *numbers],
            "conditions": {
                "match": "any",
                "of": [{"column": column, "operator": "true"} for column in (active, enrolled, completed)],
            },
            "filters": [COURSE, TEAM, COHORT],
            "sort": [{"column": f"{active}_sum", "descending": True}, {"column": "course"}],
            "figures": numbers,
            "chart": {
                "kind": "horizontal",
                "by": "course",
                "measures": [f"{active}_sum"],
                "title": label,
            },
        }
    )


def sentence(nothing: Callable[[], str], some: Callable[[], str]) -> Callable[[tuple[Any, ...], Table | None], str]:
    def said(figures: tuple[Any, ...], summary: Table | None) -> str:
        active, enrolled, completed = (figure or 0 for figure in figures)
        if not active and not enrolled and not completed:
            return nothing()
        return some() % {"active": number(active), "enrolled": number(enrolled), "completed": number(completed)}

    return said


ship(
    Definition(
        slug="your-courses-this-week",
        title=gettext_lazy("Your courses this week"),
        description=gettext_lazy(
            "Who was active, who enrolled and who completed in the last full week, course by course."
        ),
        is_shipped=True,
        rule=gettext_lazy(
            "The last full week ends on the Sunday before the day of the report. Enrollments are counted; courses on which "
            "nothing happened are left out."
        ),
        sentence=sentence(
            lambda: _("Nothing happened on the courses you may open in the last full week."),
            lambda: _("Last week: active enrollments %(active)s, new ones %(enrolled)s, completed %(completed)s."),
        ),
        spec=happened("week", gettext_noop("Active last week, by course")),
    )
)

ship(
    Definition(
        slug="training-this-month",
        title=gettext_lazy("Training this month"),
        description=gettext_lazy(
            "Who was active, who enrolled and who completed in the last full month, course by course."
        ),
        is_shipped=True,
        rule=gettext_lazy(
            "The last full month is the one before the month of the report. Enrollments are counted; courses on which "
            "nothing happened are left out."
        ),
        sentence=sentence(
            lambda: _("Nothing happened on the courses you may open in the last full month."),
            lambda: _("Last month: active enrollments %(active)s, new ones %(enrolled)s, completed %(completed)s."),
        ),
        spec=happened("month", gettext_noop("Active last month, by course")),
    )
)

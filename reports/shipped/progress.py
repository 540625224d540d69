"""Shipped reports on who is how far."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import ACCOUNT, COHORT, COURSE, ENROLLED, TEAM
from reports.spec import read_spec

OVER = {"match": "all", "of": [{"column": "is_overdue", "operator": "true"}]}
DONE = {"match": "all", "of": [{"column": "is_completed", "operator": "true"}]}


def completion_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    """What is completed of how much, what is overdue, and which course is furthest behind."""
    total, completed, share, overdue = figures
    if not total:
        return _("Nobody is enrolled in anything you may open yet.")
    parts = [
        ngettext(
            "%(completed)s of %(total)s enrollment is completed (%(share)s %%).",
            "%(completed)s of %(total)s enrollments are completed (%(share)s %%).",
            total,
        )
        % {"completed": number(completed), "total": number(total), "share": percent_words(share)}
    ]
    if overdue:
        parts.append(ngettext("%(n)s is overdue.", "%(n)s are overdue.", overdue) % {"n": number(overdue)})
    else:
        parts.append(_("None is overdue."))
    if summary and summary.total > 1:
        course, *_rest, rate, _late = summary.rows[0]
        if rate is not None and rate < 100:
            parts.append(
                _("“%(course)s” is lowest with %(share)s %%.") % {"course": course, "share": percent_words(rate)}
            )
    return " ".join(parts)


def percent_words(share: float) -> str:
    return number_format(share, decimal_pos=0 if share == int(share) else 1)


FIGURES = [
    {"label": gettext_noop("Enrollments"), "column": "records", "aggregation": "count"},
    {"label": gettext_noop("Completed"), "column": "records", "aggregation": "count", "conditions": DONE},
    {"label": gettext_noop("Completion rate"), "column": "is_completed", "aggregation": "percent_true"},
    {"label": gettext_noop("Overdue"), "column": "records", "aggregation": "count", "conditions": OVER},
]
BY_COURSE = {
    "title": gettext_noop("By course"),
    "columns": [
        {"column": "course"},
        {"column": "records", "aggregation": "count", "label": gettext_noop("Enrollments")},
        {"column": "is_completed", "aggregation": "sum", "label": gettext_noop("Completed")},
        {"column": "is_completed", "aggregation": "percent_true", "label": gettext_noop("Completion rate")},
        {"column": "is_overdue", "aggregation": "sum", "label": gettext_noop("Overdue")},
    ],
    "sort": [{"column": "is_completed_percent_true"}, {"column": "course"}],
}

ship(
    Definition(
        slug="course-progress",
        version=2,
        title=gettext_lazy("Course progress"),
        description=gettext_lazy("Every run of every learner through every course, and how far it has come."),
        is_shipped=True,
        sentence=completion_sentence,
        rule=gettext_lazy("People who are enrolled; open requests and refusals do not count."),
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    {"column": "person"},
                    {"column": "team"},
                    {"column": "course"},
                    {"column": "enrolled"},
                    {"column": "lessons_done"},
                    {"column": "lessons"},
                    {"column": "last_activity"},
                    {"column": "due"},
                    {"column": "completed"},
                    {"column": "score"},
                ],
                "filters": [COURSE, TEAM, COHORT, ENROLLED, ACCOUNT],
                "sort": [{"column": "person"}, {"column": "course"}],
                "figures": FIGURES,
                "summary": BY_COURSE,
                "chart": {
                    "kind": "horizontal",
                    "by": "course",
                    "measures": ["is_completed_percent_true"],
                    "title": gettext_noop("Completed by course"),
                },
            }
        ),
    )
)

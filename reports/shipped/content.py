"""Shipped report on the state of the courses themselves."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import COURSE, counted, joined
from reports.spec import read_spec


def total(column: str, label: str) -> dict[str, Any]:
    return {"column": column, "aggregation": "sum", "label": label}


def content_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    courses, lessons, drafts, newer, empty, undescribed = figures
    if not courses:
        return _("There is no course you may open yet.")
    found = [
        (drafts, _("not published: %(n)s")),
        (newer, _("with a newer draft: %(n)s")),
        (empty, _("without content: %(n)s")),
        (undescribed, _("with pictures nobody described: %(n)s")),
    ]
    open_ends = "; ".join(words % {"n": number(count)} for count, words in found if count)
    return joined(
        ngettext(
            "%(courses)s course with %(lessons)s published lessons and quizzes.",
            "%(courses)s courses with %(lessons)s published lessons and quizzes.",
            courses,
        )
        % {"courses": number(courses), "lessons": number(lessons)},
        _("Lessons to look at: %(which)s.") % {"which": open_ends}
        if open_ends
        else _("No lesson waits to be published, is empty or has a picture without a description."),
    )


ship(
    Definition(
        slug="content-health",
        title=gettext_lazy("Content health"),
        description=gettext_lazy("What is published, what waits, what is missing, and how people fare on each course."),
        is_shipped=True,
        rule=gettext_lazy("Drop-off is the share of enrollments that ended without completion: left or expired."),
        sentence=content_sentence,
        spec=read_spec(
            {
                "source": "courses",
                "columns": [
                    {"column": "course"},
                    {"column": "state"},
                    {"column": "last_published"},
                    {"column": "lesson_published"},
                    {"column": "lessons"},
                    {"column": "drafts"},
                    {"column": "newer_drafts"},
                    {"column": "empty_lessons"},
                    {"column": "undescribed"},
                    {"column": "people"},
                    {"column": "completion"},
                    {"column": "drop_off"},
                ],
                "filters": [
                    COURSE,
                    {"column": "state", "operator": "any_of"},
                    {
                        "column": "last_published",
                        "operator": "between",
                        "label": gettext_noop("Last published from – to"),
                    },
                ],
                "sort": [{"column": "course"}],
                "figures": [
                    counted(gettext_noop("Courses")),
                    total("lessons", gettext_noop("Lessons")),
                    total("drafts", gettext_noop("Drafts")),
                    total("newer_drafts", gettext_noop("Newer drafts")),
                    total("empty_lessons", gettext_noop("Lessons without content")),
                    total("undescribed", gettext_noop("Lessons with undescribed pictures")),
                ],
                "chart": {
                    "kind": "horizontal",
                    "by": "course",
                    "measures": ["drop_off"],
                    "title": gettext_noop("Drop-off by course"),
                },
            }
        ),
    )
)

"""Shipped reports on activity: week by week, and by course run."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.columns import Type
from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import ACCOUNT, COHORT, COURSE, ENROLLED, TEAM, counted
from reports.spec import read_spec
from reports.wording import value_in_words


def weekly_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    learners, hits, seconds = figures
    if not learners:
        return _("Nobody opened a lesson in this time.")
    return ngettext(
        "%(learners)s learner opened lessons (visits: %(hits)s; time spent: %(time)s).",
        "%(learners)s learners opened lessons (visits: %(hits)s; time spent: %(time)s).",
        learners,
    ) % {"learners": number(learners), "hits": number(hits), "time": value_in_words(seconds, Type.DURATION)}


def by_run_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    enrollments, active, hits, clicks = figures
    if not enrollments:
        return _("Nobody is enrolled in anything you may open yet.")
    return ngettext(
        "%(active)s of %(total)s enrollment clicked: %(hits)s click rows, %(clicks)s clicks.",
        "%(active)s of %(total)s enrollments clicked: %(hits)s click rows, %(clicks)s clicks.",
        enrollments,
    ) % {"active": number(active), "total": number(enrollments), "hits": number(hits), "clicks": number(clicks)}


LEARNERS = {"column": "learner", "aggregation": "count_distinct", "label": gettext_noop("Learners")}
VISITS = {"column": "hits", "aggregation": "sum", "label": gettext_noop("Visits")}
TIME = {"column": "seconds", "aggregation": "sum", "label": gettext_noop("Time spent")}
DAYS = {"column": "day", "operator": "between", "label": gettext_noop("From – to")}

ship(
    Definition(
        slug="weekly-activity",
        version=2,
        title=gettext_lazy("Weekly activity"),
        description=gettext_lazy("How many people learn each week, and how much they do."),
        is_shipped=True,
        rule=gettext_lazy("Weeks begin on Monday. Whoever opened a lesson counts once a week."),
        sentence=weekly_sentence,
        spec=read_spec(
            {
                "source": "activity-days",
                "columns": [
                    {"column": "day", "bucket": "week", "label": gettext_noop("Week")},
                    LEARNERS,
                    VISITS,
                    TIME,
                ],
                "filters": [
                    {
                        "column": "day",
                        "operator": "within",
                        "label": gettext_noop("Time"),
                        "value": {"relative": "last", "unit": "week", "count": 12},
                    },
                    DAYS,
                    COURSE,
                    TEAM,
                    COHORT,
                    ACCOUNT,
                ],
                "sort": [{"column": "day_week"}],
                "figures": [LEARNERS, VISITS, TIME],
                "chart": {
                    "kind": "line",
                    "by": "day_week",
                    "measures": ["learner_count_distinct"],
                    "title": gettext_noop("Learners by week"),
                },
            }
        ),
    )
)

ship(
    Definition(
        slug="active-learners",
        title=gettext_lazy("Active learners"),
        description=gettext_lazy("Who opened lessons, how often, and for how long."),
        is_shipped=True,
        rule=gettext_lazy("Active is whoever opened a lesson or a quiz. Days are days of the site's calendar."),
        sentence=weekly_sentence,
        spec=read_spec(
            {
                "source": "activity-days",
                "columns": [
                    {"column": "account", "label": gettext_noop("Person")},
                    {"column": "team"},
                    VISITS,
                    TIME,
                    {"column": "day", "aggregation": "maximum", "label": gettext_noop("Last day")},
                ],
                "filters": [DAYS, COURSE, TEAM, COHORT, ACCOUNT],
                "sort": [{"column": "hits_sum", "descending": True}, {"column": "account"}],
                "figures": [LEARNERS, VISITS, TIME],
                "summary": {
                    "title": gettext_noop("By team"),
                    "columns": [{"column": "team"}, LEARNERS, VISITS, TIME],
                    "sort": [{"column": "learner_count_distinct", "descending": True}, {"column": "team"}],
                },
                "chart": {
                    "kind": "horizontal",
                    "by": "team",
                    "measures": ["learner_count_distinct"],
                    "title": gettext_noop("Active learners by team"),
                },
            }
        ),
    )
)


def lessons_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    lessons, visits, learners = figures
    if not lessons:
        return _("Nobody opened a lesson in this time.")
    return ngettext(
        "%(lessons)s lesson or quiz was opened (visits: %(visits)s; learners: %(learners)s).",
        "%(lessons)s lessons and quizzes were opened (visits: %(visits)s; learners: %(learners)s).",
        lessons,
    ) % {"lessons": number(lessons), "visits": number(visits), "learners": number(learners)}


ship(
    Definition(
        slug="lesson-activity",
        title=gettext_lazy("Which lessons are used when"),
        description=gettext_lazy("How often each lesson and quiz was opened, week by week."),
        is_shipped=True,
        rule=gettext_lazy("Weeks begin on Monday. The newest come first."),
        sentence=lessons_sentence,
        spec=read_spec(
            {
                "source": "activity-days",
                "columns": [
                    {"column": "day", "bucket": "week", "label": gettext_noop("Week")},
                    {"column": "lesson"},
                    VISITS,
                    LEARNERS,
                ],
                "filters": [DAYS, COURSE, TEAM, COHORT, ACCOUNT],
                "sort": [
                    {"column": "day_week", "descending": True},
                    {"column": "hits_sum", "descending": True},
                    {"column": "lesson"},
                ],
                "figures": [
                    {"column": "lesson", "aggregation": "count_distinct", "label": gettext_noop("Lessons")},
                    VISITS,
                    LEARNERS,
                ],
                "chart": {
                    "kind": "heatmap",
                    "by": "day_week",
                    "measures": ["hits_sum"],
                    "title": gettext_noop("Visits by week and lesson"),
                },
            }
        ),
    )
)

OUTCOMES = [
    {"column": "has_distinction", "aggregation": "sum", "label": gettext_noop("Distinction")},
    {"column": "has_passed", "aggregation": "sum", "label": gettext_noop("Pass")},
    {"column": "has_failed", "aggregation": "sum", "label": gettext_noop("Fail")},
    {"column": "has_withdrawn", "aggregation": "sum", "label": gettext_noop("Withdrawn")},
]
CLICK_ROWS = {"column": "hits", "aggregation": "sum", "label": gettext_noop("Click rows")}
CLICKS = {"column": "clicks", "aggregation": "sum", "label": gettext_noop("Clicks")}
CLICKED = {"column": "was_active", "aggregation": "sum", "label": gettext_noop("Learners who clicked")}

ship(
    Definition(
        slug="activity-by-run",
        version=3,
        title=gettext_lazy("Activity by course run"),
        description=gettext_lazy("How much each run of a course was used, and how it ended for its learners."),
        is_shipped=True,
        rule=gettext_lazy(
            "A run of a course is a cohort; a dash stands for people without one. A click row is one opening of a "
            "lesson, or one row of imported activity. Outcomes are counted where their word is the outcome."
        ),
        sentence=by_run_sentence,
        spec=read_spec(
            {
                "source": "enrollments",
                "columns": [
                    {"column": "course"},
                    {"column": "cohort", "label": gettext_noop("Run")},
                    counted(gettext_noop("Enrollments")),
                    CLICK_ROWS,
                    CLICKS,
                    CLICKED,
                    *OUTCOMES,
                ],
                "filters": [COURSE, TEAM, COHORT, ENROLLED],
                "sort": [{"column": "course"}, {"column": "cohort"}],
                "figures": [
                    counted(gettext_noop("Enrollments")),
                    {**CLICKED, "label": gettext_noop("Enrollments that clicked")},
                    CLICK_ROWS,
                    CLICKS,
                ],
                # Clicks are counted in imported activity alone; what was opened, everywhere.
                "chart": {
                    "kind": "horizontal",
                    "by": "cohort",
                    "measures": ["hits_sum"],
                    "title": gettext_noop("Click rows by course run"),
                },
            }
        ),
    )
)

"""The numbers of the dashboard, in a number of queries that does not grow with what is counted."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Min, QuerySet, Value, When

from reports.dashboards import CourseFigures, Cut, Figures, KeyFigures, TeamFigures, What
from reports.periods import Period
from reports.selectors.dashboard_rows import (
    active_people,
    acts,
    condition,
    counted_enrollments,
    enrollment_rows,
    reading_days,
)


def first_moment(viewer: Any) -> dt.datetime | None:
    """When the first run ``viewer`` may see began."""
    return counted_enrollments(viewer).aggregate(first=Min("enrolled_at"))["first"]


def course_figures(*, viewer: Any, period: Period) -> list[CourseFigures]:
    """All courses somebody is on, by title. One query."""

    def count(what: What, is_earlier: bool = False) -> Count:
        return Count("pk", filter=condition(Cut(what, period, is_earlier=is_earlier)))

    counts = {
        "enrolled": count(What.ENROLLMENTS),
        "finished": count(What.FINISHED),
        "completed": count(What.COMPLETIONS),
        "overdue": count(What.OVERDUE),
    }
    if period.earlier:
        counts["enrolled_before"] = count(What.ENROLLMENTS, is_earlier=True)
        counts["completed_before"] = count(What.COMPLETIONS, is_earlier=True)
    rows: Any = (
        counted_enrollments(viewer)
        .values(key=F("course_key"))
        # Translations share the key; any one of their titles will do.
        .annotate(title=Min("course__title"), ever=Count("pk"), **counts)
        .order_by("title", "key")
    )
    # The types see only the columns that were annotated by name.
    return [CourseFigures(**row) for row in rows]  # type: ignore[call-arg]


def overdue_by_team(*, viewer: Any, cut: Cut) -> list[TeamFigures]:
    """Teams with overdue enrollments, most first; people in no team are an entry of their own. One query."""
    rows = (
        enrollment_rows(viewer=viewer, cut=cut)
        .values("team_uuid", "team_name")  # type: ignore[misc] # annotated by enrollment_rows
        .annotate(overdue=Count("pk"))
        .order_by("-overdue", F("team_name").asc(nulls_last=True))
    )
    return [TeamFigures(row["team_uuid"], row["team_name"] or "", row["overdue"]) for row in rows]


def place(field: str, ends: Sequence[dt.datetime | dt.date]) -> Case:
    """Which of the period's weeks or months ``field`` lies in, from 0: by the limits that cut the rows as well."""
    return Case(
        *(When(**{f"{field}__lt": end}, then=Value(number)) for number, end in enumerate(ends)),
        output_field=IntegerField(),
    )


def by_day(queryset: QuerySet[Any], field: str, period: Period) -> tuple[int, ...]:
    """How many rows there are in each week or month. One query."""
    ends = [period.part(day).end for day in period.days]
    found = dict(queryset.values(place=place(field, ends)).annotate(n=Count("pk")).values_list("place", "n"))
    return tuple(found.get(number, 0) for number in range(len(ends)))


def active_by_day(*, viewer: Any, cut: Cut) -> tuple[int, ...]:
    """How many different people were active in each week or month. One query.

    The two sources are united in the database, so that nobody counts twice and no list of
    people comes here; Django cannot group a union, hence the statement around it.
    """
    period = cut.period
    moments = [period.part(day).end for day in period.days]
    dates = [*period.days[1:], period.today + dt.timedelta(days=1)]
    by_events = acts(viewer=viewer, cut=cut).values_list(place("occurred_at", moments), "learner")
    by_reading = reading_days(viewer=viewer, cut=cut).values_list(place("day", dates), "enrollment__learner")
    united, params = by_events.union(by_reading).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH pairs(place, person) AS ({united}) SELECT place, COUNT(*) FROM pairs GROUP BY place",  # noqa: S608
            params,
        )
        found = dict(cursor.fetchall())
    return tuple(found.get(number, 0) for number in range(len(period.days)))


def dashboard_figures(*, viewer: Any, period: Period, course: uuid.UUID | None = None) -> Figures:
    """Every number of the dashboard that ``viewer`` may see: seven queries, six where nothing lies before.

    KeyError where ``course`` is none that the viewer may see figures of.
    """
    everything = course_figures(viewer=viewer, period=period)
    chosen = [entry for entry in everything if course in (None, entry.key)]
    if course and not chosen:
        raise KeyError(course)

    def cut(what: What) -> Cut:
        return Cut(what, period, courses=(course,) if course else None)

    active = cut(What.ACTIVE)
    return Figures(
        period=period,
        choices=tuple((entry.key, entry.title) for entry in everything),
        courses=tuple(chosen),
        teams=tuple(overdue_by_team(viewer=viewer, cut=cut(What.OVERDUE))),
        active=active_people(viewer=viewer, cut=active).count(),
        active_before=active_people(viewer=viewer, cut=replace(active, is_earlier=True)).count()
        if period.earlier
        else None,
        enrolled_by_day=by_day(enrollment_rows(viewer=viewer, cut=cut(What.ENROLLMENTS)), "enrolled_at", period),
        completed_by_day=by_day(enrollment_rows(viewer=viewer, cut=cut(What.COMPLETIONS)), "completed_at", period),
        active_by_day=active_by_day(viewer=viewer, cut=active),
    )


def key_figures(*, viewer: Any, period: Period) -> KeyFigures:
    """The four numbers that fit on a card: two queries."""
    courses = course_figures(viewer=viewer, period=period)
    return KeyFigures(
        active=active_people(viewer=viewer, cut=Cut(What.ACTIVE, period)).count(),
        enrolled=sum(entry.enrolled for entry in courses),
        completed=sum(entry.completed for entry in courses),
        overdue=sum(entry.overdue for entry in courses),
    )

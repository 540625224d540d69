"""Whether a report and the SQL written by hand say the same, cell by cell."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection

from accounts.models import TeamMembership
from benchmarks.report_sql import HAND
from lms_pages.models import CourseStaff
from reports.columns import Type
from reports.compiling import READERS, as_it_is
from reports.moments import Moment
from reports.results import ReportResult, Table


def hand_values(slug: str, viewer: Any, moment: Moment, *, limit: str = "LIMIT 200") -> list[list[tuple]]:
    """What each statement gives ``viewer``."""
    today = f"DATE '{moment.today}'"
    places = {
        "{mine}": mine(viewer, moment.today),
        "{today}": today,
        "{zone}": moment.zone.key,
        "{monday}": f"date_trunc('week', {today})::date",
        "{limit}": limit,
    }
    found = []
    with connection.cursor() as cursor:
        for statement in HAND[slug]:
            for place, text in places.items():
                statement = statement.replace(place, text)
            cursor.execute(statement)
            found.append(cursor.fetchall())
    return found


def mine(viewer: Any, today: dt.date) -> str:
    """Whose rows ``viewer`` may open, as somebody writes it who knows what they teach and manage."""
    if viewer.has_perm("learning.view_all_enrollments"):
        return "TRUE"
    ways = [f"e.learner_id = {viewer.pk}"]
    keys = CourseStaff.objects.filter(user=viewer).values_list("course__translation_key", flat=True)
    if quoted := ", ".join(f"'{key}'" for key in keys):
        ways.append(f"e.course_key IN ({quoted})")
    people = TeamMembership.objects.current(today).filter(team__managers=viewer)
    if listed := ", ".join(str(person) for person in people.values_list("user", flat=True)):
        ways.append(f"e.learner_id IN ({listed})")
    return f"({' OR '.join(ways)})"


def differences(result: ReportResult, hand: list[list[tuple]]) -> Iterator[str]:
    """Where the two differ, in words; rows and summary as far as both go."""
    rows, figures, *summary = hand
    yield from in_table("rows", result.table, rows)
    # Some count the rows besides, which no figure shows.
    kinds = [figure.type for figure in result.figures]
    numbers = figures[0][-len(kinds) :]
    yield from in_row("figures", [figure.value for figure in result.figures], numbers, kinds)
    if result.summary and summary:
        yield from in_table("summary", result.summary, summary[0])
    elif result.summary:
        yield f"summary: {result.summary.shown} rows in the report, none by hand"
    elif summary:
        yield f"summary: none in the report, {len(summary[0])} rows by hand"


def in_table(name: str, table: Table, hand: list[tuple]) -> Iterator[str]:
    if len(table.rows) != len(hand):
        yield f"{name}: {len(table.rows)} in the report, {len(hand)} by hand"
    keys = table.keys or ({},) * len(table.rows)
    kinds: list[Type | None] = []
    for column in table.columns:
        # By hand a group's key stands before its name.
        is_key = column.type == Type.REFERENCE and table.keys
        kinds += [None, column.type] if is_key else [column.type]
    for number, (row, key, theirs) in enumerate(zip(table.rows, keys, hand, strict=False), 1):
        ours: list[Any] = []
        for column, value in zip(table.columns, row, strict=True):
            if column.type == Type.REFERENCE and table.keys:
                ours.append(key[column.name])
            ours.append(value)
        yield from in_row(f"{name}, row {number}", ours, theirs, kinds)


def in_row(name: str, ours: list[Any], theirs: tuple, kinds: list[Type | None]) -> Iterator[str]:
    if len(ours) != len(theirs):
        yield f"{name}: {len(ours)} columns in the report, {len(theirs)} by hand"
        return
    for place, (our, their, kind) in enumerate(zip(ours, theirs, kinds, strict=True), 1):
        read = (lambda value: value and str(value)) if kind is None else READERS.get(kind, as_it_is)
        if our != (expected := read(their)):
            yield f"{name}, column {place}: {our!r} in the report, {expected!r} by hand"

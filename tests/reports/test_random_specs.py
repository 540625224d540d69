"""Random specs run, or say in words what is wrong; none asks more than four queries besides who its viewer is, or shows a row
outside the scope."""

import datetime as dt
import zoneinfo
from collections import Counter
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from analytics.models import DATABASE
from learning.policies import reach
from reports.columns import Aggregation, Bucket, Operator, Type
from reports.definitions import Definition
from reports.exceptions import InvalidSpec
from reports.moments import Moment
from reports.registries import Source, sources
from reports.results import ReportResult
from reports.selectors.results import Prepared, report_result, report_stream
from reports.spec import read_spec
from reports.viewers import OPERATOR
from tests.factories.accounts import make_person
from tests.factories.report_rows import World, make_world

MOMENT = Moment(at=dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), zone=zoneinfo.ZoneInfo("Europe/Berlin"))
KEY = "6f1c8c4e-9a7a-4a3e-8d0a-3a9d4b5f2c11"
ODD = st.sampled_from(
    [None, "", "x", "%", "' OR 1=1 --", 0, -1, 1.5, True, [], ["a"], {}, {"param": "p"}, "2026-02-30"]
)
FITTING: dict[Type, Any] = {
    Type.TEXT: st.sampled_from(["Ada", "a", "%_", "\\", "é"]),
    Type.DATE: st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)).map(str),
    Type.DATETIME: st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)).map(str),
    Type.REFERENCE: st.just(KEY),
    Type.BOOLEAN: st.none(),
}
RELATIVE = st.builds(
    lambda relative, unit, count: {"relative": relative, "unit": unit, "count": count},
    st.sampled_from(["last", "this", "to_date", "next"]),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.integers(1, 1000),
)


def one_of(source: Source, kind: Type, column: str) -> st.SearchStrategy:
    if kind == Type.CHOICE:
        return st.sampled_from([str(value) for value, _label in source.columns[column].choices])
    return FITTING.get(kind, st.integers(-5, 500))


@st.composite
def conditions(draw, source: Source, depth: int = 1) -> dict[str, Any]:
    of = []
    for _number in range(draw(st.integers(0, 3))):
        if depth < 4 and draw(st.integers(0, 4)) == 0:
            of.append(draw(conditions(source, depth + 1)))
            continue
        column = draw(st.sampled_from([*source.columns, "nonsense"]))
        known = source.columns.get(column)
        if known is None or draw(st.integers(0, 9)) == 0:
            of.append({"column": column, "operator": draw(st.sampled_from(Operator)), "value": draw(ODD)})
            continue
        operator = draw(st.sampled_from(sorted(known.legal_operators) or [Operator.IS]))
        value = one_of(source, known.type, column)
        if operator in (Operator.ANY_OF, Operator.NONE_OF):
            value = st.lists(value, min_size=1, max_size=3)
        elif operator == Operator.BETWEEN:
            value = st.lists(value, min_size=2, max_size=2).map(sorted)
        elif operator == Operator.WITHIN:
            value = RELATIVE
        elif operator in (Operator.EMPTY, Operator.FILLED, Operator.TRUE, Operator.FALSE):
            value = st.none()
        of.append({"column": column, "operator": operator, "value": draw(value)})
    return {"match": draw(st.sampled_from(["all", "any"])), "of": of}


@st.composite
def columns(draw, source: Source, *, adds_up: bool) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for _number in range(draw(st.integers(1, 5))):
        key = draw(st.sampled_from(list(source.columns)))
        column = source.columns[key]
        entry: dict[str, Any] = {"column": key}
        if adds_up and draw(st.booleans()):
            wild = draw(st.integers(0, 9)) == 0
            entry["aggregation"] = draw(st.sampled_from(Aggregation if wild else sorted(column.legal_aggregations)))
        elif adds_up and column.can_be_cut and draw(st.booleans()):
            entry["bucket"] = draw(st.sampled_from(Bucket))
        elif column.only_adds_up:
            continue
        found["_".join(entry.values())] = entry
    if adds_up and not found:
        found["records_count"] = {"column": "records", "aggregation": "count"}
    return list(found.values()) or [{"column": draw(st.sampled_from(list(source.columns)))}]


@st.composite
def specs(draw) -> dict[str, Any]:
    source = sources[draw(st.sampled_from(sorted(sources)))]
    grouped = draw(st.booleans())
    shown = draw(columns(source, adds_up=grouped))
    names = ["_".join(entry.values()) for entry in shown]
    spec: dict[str, Any] = {
        "source": source.key,
        "columns": shown,
        "conditions": draw(conditions(source)),
        "sort": [{"column": name, "descending": draw(st.booleans())} for name in draw(st.permutations(names))[:2]],
        "limit": draw(st.none() | st.integers(1, 10)),
        "figures": [
            {
                "label": "Figure",
                "column": "records",
                "aggregation": draw(st.sampled_from(["count", "share"])),
                "conditions": draw(conditions(source)),
            }
        ],
    }
    if draw(st.booleans()):
        spec["summary"] = {"columns": draw(columns(source, adds_up=True)), "limit": draw(st.integers(1, 5))}
    return spec


@pytest.fixture(scope="module")
def rivals(django_db_setup, django_db_blocker):
    """Two instructors with rows in every source who share none of them, the manager of one's people; and the words that
    only the rows of each hold."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic(), transaction.atomic(using=DATABASE):
            worlds = [make_world(MOMENT.at, title) for title in ("SQL", "Fire")]
            manager = make_person(roles=("manager",))
            worlds[0].team.managers.add(manager)
            viewers = [*(world.teacher for world in worlds), manager]
            yield list(zip(viewers, [words(worlds[1]), words(worlds[0]), words(worlds[1])], strict=True))
            transaction.set_rollback(True)
            transaction.set_rollback(True, using=DATABASE)


def rights_of(person: Any) -> list[str]:
    """The queries that say what somebody may see: their permissions, and the courses and people these reach."""
    viewer = get_user_model().objects.get(pk=person.pk)
    with CaptureQueriesContext(connection) as asked:
        viewer.has_perm("reports.view_dashboard")
        reach(viewer)
    rights = [query["sql"] for query in asked]
    assert len(rights) == 3
    return rights


def words(world: World) -> set[str]:
    """What names the people and things of a world."""
    people = {text for person in world.people for text in (person.name, person.email)}
    things = (world.course.title, world.lesson.title, world.quiz.title, world.team.name, world.cohort.name)
    return people | set(things)


def shown(result: ReportResult) -> set[Any]:
    tables = [table for table in (result.table, result.summary) if table]
    return {cell for table in tables for row in table.rows for cell in row if isinstance(cell, str)}


@pytest.mark.usefixtures("db")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=specs())
def test_random_specs(rivals, data):
    for person, words_of_others in rivals:
        viewer = get_user_model().objects.get(pk=person.pk)
        rights = rights_of(person)
        try:
            with CaptureQueriesContext(connection) as asked:
                definition = Definition(slug="x", title="x", spec=read_spec(data))
                prepared = Prepared(definition=definition, viewer=viewer, moment=MOMENT)
                result = report_result(prepared, limit=50)
        except InvalidSpec as error:
            assert error.problems and all(str(problem).endswith(".") for problem in error.problems), error.problems
            event("refused")
            return
        event("runs")
        queries = Counter(query["sql"] for query in asked)
        # Rights, and which courses and people they reach, are asked once for each viewer, whatever the report.
        assert all(queries[sql] <= 1 for sql in rights), queries
        assert (queries - Counter(rights)).total() <= 4, queries
        assert not shown(result) & words_of_others
        may_open = set(prepared.source.scope(prepared.source.queryset(), viewer).values_list("pk", flat=True))
        assert set(prepared.base.values_list("pk", flat=True)) <= may_open
        assert result.table.shown <= result.table.total
        assert prepared.spec.is_grouped or result.table.total == prepared.base.count()
        stream = report_stream(prepared)
        rows = list(stream.rows)
        assert tuple(rows[: len(result.table.rows)]) == result.table.rows
        assert (len(rows), stream.total) == (stream.shown, result.table.total)


def test_what_would_leak_is_noticed(rivals):
    """The twin: whoever sees everything sees the words that each of the two must not."""
    spec = {"source": "enrollments", "columns": [{"column": "person"}, {"column": "course"}]}
    prepared = Prepared(
        definition=Definition(slug="x", title="x", spec=read_spec(spec)), viewer=OPERATOR, moment=MOMENT
    )
    assert all(shown(report_result(prepared, limit=50)) & words_of_others for _viewer, words_of_others in rivals)

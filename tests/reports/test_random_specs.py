"""Random specs run, or say in words what is wrong; none asks more than three queries or shows a row outside the scope."""

import datetime as dt
import zoneinfo
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from lms_pages.models import CourseStaff
from reports.columns import Aggregation, Bucket, Operator, Type
from reports.definitions import Definition
from reports.exceptions import InvalidSpec
from reports.moments import Moment
from reports.registries import Source, sources
from reports.selectors.results import Prepared, report_result, report_stream
from reports.spec import read_spec
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import make_course

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
    """Two instructors of two courses that share their learners, and a manager."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            first, second = (make_course(title, modules=1, lessons=2, with_check=False) for title in ("SQL", "Fire"))
            people = [make_person(f"Person {name}") for name in ("Ada", "Ben", "Cem")]
            for person in people:
                make_enrollment(person, first, done=1)
                make_completed(person, second)
            teachers = [make_person(roles=("instructor",)) for _course in (first, second)]
            for course, teacher in zip((first, second), teachers, strict=True):
                CourseStaff.objects.create(course=course, user=teacher)
            manager = make_person(roles=("manager",))
            make_team(managers=[manager], members=people[:1], since=dt.date(2026, 1, 1))
            yield [*teachers, manager]
            transaction.set_rollback(True)


@pytest.mark.usefixtures("db")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=specs())
def test_random_specs(rivals, data):
    for viewer in rivals:
        try:
            definition = Definition(slug="x", title="x", spec=read_spec(data))
            prepared = Prepared(definition=definition, viewer=viewer, moment=MOMENT)
        except InvalidSpec as error:
            assert error.problems and all(str(problem).endswith(".") for problem in error.problems), error.problems
            event("refused")
            return
        event("runs")
        with CaptureQueriesContext(connection) as asked:
            result = report_result(prepared, limit=50)
        assert len(asked) <= 3, [query["sql"] for query in asked]
        may_open = set(prepared.source.scope(prepared.source.queryset(), viewer).values_list("pk", flat=True))
        assert set(prepared.base.values_list("pk", flat=True)) <= may_open
        assert result.table.shown <= result.table.total
        assert prepared.spec.is_grouped or result.table.total == prepared.base.count()
        stream = report_stream(prepared)
        rows = list(stream.rows)
        assert tuple(rows[: len(result.table.rows)]) == result.table.rows
        assert (len(rows), stream.total) == (stream.shown, result.table.total)

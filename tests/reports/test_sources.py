"""What holds for every report source: each column runs in each way, nobody gets another's rows, queries do not grow."""

import datetime as dt
import zoneinfo

import pytest

from reports.columns import Aggregation, Bucket
from reports.definitions import Definition
from reports.moments import Moment
from reports.registries import RECORDS, sources
from reports.selectors.results import Prepared, report_result
from reports.spec import read_spec
from reports.viewers import OPERATOR
from tests.factories.report_rows import make_rivals, make_world

MOMENT = Moment(at=dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), zone=zoneinfo.ZoneInfo("Europe/Berlin"))
KEYS = sorted(sources)


def run(viewer=OPERATOR, *, limit=1000, given=None, **spec):
    definition = Definition(slug="test", title="Test", spec=read_spec(spec))
    return report_result(Prepared(definition=definition, viewer=viewer, moment=MOMENT, given=given), limit=limit)


def uses(key: str) -> list[dict]:
    """Each column of a source as it is, cut into each bucket, and added up in each legal way."""
    found = []
    for name, column in sources[key].columns.items():
        if not column.only_adds_up:
            found.append({"column": name})
        if column.can_be_cut:
            found += [{"column": name, "bucket": bucket} for bucket in Bucket]
        found += [{"column": name, "aggregation": aggregation} for aggregation in sorted(column.legal_aggregations)]
    return found


@pytest.mark.parametrize("key", KEYS)
def test_each_column_runs_in_each_way(db, key):
    make_world(MOMENT.at)
    rows = run(source=key, columns=[{"column": RECORDS, "aggregation": "count"}]).table.rows[0][0]
    assert rows > 0
    for use in uses(key):
        table = run(source=key, columns=[use]).table
        if "aggregation" in use:
            assert table.total == 1
        elif "bucket" not in use:
            assert table.total == rows
            grouped = run(source=key, columns=[use, {"column": RECORDS, "aggregation": "count"}]).table
            assert sum(row[1] for row in grouped.rows) == rows, use
        if use.get("aggregation") == Aggregation.COUNT and use["column"] != RECORDS:
            assert table.rows[0][0] <= rows


@pytest.mark.parametrize("key", KEYS)
def test_all_columns_beside_each_other_multiply_nothing(db, key):
    """Each number is the same alone and beside all the others."""
    make_world(MOMENT.at)
    added_up = [use for use in uses(key) if "aggregation" in use]
    for start in range(0, len(added_up), 60):
        part = added_up[start : start + 60]
        together = run(source=key, columns=part).table.rows[0]
        assert list(together) == [run(source=key, columns=[use]).table.rows[0][0] for use in part]
    plain = [use for use in uses(key) if set(use) == {"column"}]
    table = run(source=key, columns=plain).table
    assert table.total == run(source=key, columns=[{"column": RECORDS, "aggregation": "count"}]).table.rows[0][0]


@pytest.mark.parametrize("key", KEYS)
def test_a_report_takes_as_many_queries_at_any_size(db, key, django_assert_max_num_queries):
    columns = [use for use in uses(key) if set(use) == {"column"}]
    for _round in range(2):
        make_world(MOMENT.at)
        with django_assert_max_num_queries(4):
            run(source=key, columns=columns)


@pytest.mark.parametrize("key", KEYS)
def test_what_may_be_chosen_is_what_may_be_seen(db, key):
    """Candidates of a reference are a few, and name keys that rows can have."""
    first, second = make_rivals(MOMENT.at)
    for name, column in sources[key].columns.items():
        if column.candidates is None:
            continue
        mine, theirs = ({choice.value for choice in column.candidates(viewer)} for viewer in (first, second))
        everything = {choice.value for choice in column.candidates(OPERATOR)}
        assert not mine & theirs, name
        assert mine | theirs <= everything, name
        value = sorted(everything)[:1]
        condition = {"match": "all", "of": [{"column": name, "operator": "any_of", "value": value}]}
        run(source=key, columns=[{"column": RECORDS, "aggregation": "count"}], conditions=condition)


@pytest.mark.parametrize("key", KEYS)
def test_rivals_share_no_row(db, key):
    first, second = make_rivals(MOMENT.at)
    source = sources[key]
    mine, theirs = (
        set(source.scope(source.queryset(), viewer).values_list("pk", flat=True)) for viewer in (first, second)
    )
    assert mine
    assert theirs
    assert not mine & theirs
    assert len({source.scope_key(first), source.scope_key(second)}) == 2
    assert source.scope_words(first)

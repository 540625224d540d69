"""What holds for every report source: each column runs in each way, nobody gets another's rows, queries do not grow."""

import datetime as dt
import zoneinfo

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection

from learning.models import Enrollment
from reports.columns import Bucket
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


def count_of_rows(key: str, viewer=OPERATOR) -> int:
    return run(viewer, source=key, columns=[{"column": RECORDS, "aggregation": "count"}]).table.rows[0][0]


@pytest.fixture
def world(db):
    return make_world(MOMENT.at)


def run_each_column(key: str) -> None:
    """Each number is the same alone and beside all the others, and no column loses or doubles a row."""
    rows = count_of_rows(key)
    assert rows > 0
    alone = []
    added_up = [use for use in uses(key) if "aggregation" in use]
    for use in uses(key):
        table = run(source=key, columns=[use]).table
        if "aggregation" in use:
            assert table.total == 1
            alone.append(table.rows[0][0])
            continue
        if "bucket" not in use:
            assert table.total == rows
        grouped = run(source=key, columns=[use, {"column": RECORDS, "aggregation": "count"}]).table
        assert sum(row[-1] for row in grouped.rows) == rows, use
    for start in range(0, len(added_up), 60):
        together = run(source=key, columns=added_up[start : start + 60]).table.rows[0]
        assert list(together) == alone[start : start + 60]
    plain = [use for use in uses(key) if set(use) == {"column"}]
    assert run(source=key, columns=plain).table.total == rows


@pytest.mark.parametrize("key", KEYS)
def test_each_column_runs_in_each_way_and_multiplies_nothing(world, key):
    run_each_column(key)


@pytest.mark.services
def test_each_column_runs_in_each_way_on_postgresql(world):
    if connection.vendor != "postgresql":
        pytest.skip("Needs PostgreSQL: run `make test-services`.")
    for key in KEYS:
        run_each_column(key)


def test_a_report_takes_as_many_queries_at_any_size(db, django_assert_max_num_queries):
    for _round in range(2):
        make_world(MOMENT.at)
        for key in KEYS:
            columns = [use for use in uses(key) if set(use) == {"column"}]
            with django_assert_max_num_queries(2):
                run(source=key, columns=columns)


@pytest.fixture
def rivals(db):
    """Two who each teach a course, manage its people and own a schedule, with the rows of each."""
    return make_rivals(MOMENT.at)


def test_rivals_share_no_row(rivals):
    for source in sources.values():
        if source.key == "mails":
            # Who may read the outbox reads all of it; these two may not.
            assert not any(
                source.may_use(viewer) or source.scope(source.queryset(), viewer).exists() for viewer in rivals
            )
            continue
        mine, theirs = (set(source.scope(source.queryset(), viewer).values_list("pk", flat=True)) for viewer in rivals)
        if source.key == "learners":
            # Everybody sees themselves.
            mine, theirs = mine - {rivals[0].pk}, theirs - {rivals[1].pk}
        assert mine, source.key
        assert theirs, source.key
        assert not mine & theirs, source.key
        assert len({source.scope_key(viewer) for viewer in rivals}) == 2
        assert source.scope_words(rivals[0])


def test_candidates_are_what_may_be_seen(rivals):
    """Of two rivals none may choose what is the other's, and what may be chosen is a key that rows can have."""
    references = [
        (key, column) for key in KEYS for column in sources[key].columns.values() if column.candidates is not None
    ]
    for key, column in references:
        mine, theirs = ({choice.value for choice in column.candidates(viewer)} for viewer in rivals)
        everything = {choice.value for choice in column.candidates(OPERATOR)}
        assert mine, (key, column.key)
        assert not mine & theirs, (key, column.key)
        assert mine | theirs <= everything, (key, column.key)
        condition = {"column": column.key, "operator": "any_of", "value": sorted(everything)}
        some = run(
            source=key,
            columns=[{"column": RECORDS, "aggregation": "count"}],
            conditions={"match": "all", "of": [condition]},
        )
        assert some.table.rows[0][0] > 0, (key, column.key)


def test_an_app_with_rows_of_learners_has_a_source():
    """Who adds a table of what learners did names here what shows it, or why nothing does."""
    without = {
        "learning.Result": "a column of enrollments",
        "learning.CohortMembership": "columns of cohorts and enrollments",
        "learning.InviteLink": "no rows of learners",
        "assessment.Extension": "no rows of what learners did",
        "assessment.GradeOverride": "the gradebook shows them with their reasons",
        "assessment.PageStatistic": "figures of lessons, not of learners",
    }
    shown = {source.model for source in sources.values()}
    people = get_user_model()
    for model in apps.get_models():
        leads = {field.related_model for field in model._meta.get_fields() if field.many_to_one and field.concrete}
        is_learners = Enrollment in leads or (people in leads and model._meta.app_label in ("learning", "assessment"))
        if is_learners and model not in shown:
            assert model._meta.label in without, f"{model._meta.label} has rows of learners and no report source"
